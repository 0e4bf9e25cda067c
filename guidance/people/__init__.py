"""Agencies, sites, contacts, accounts, roles, devices, sign-in. Used by alert/ and web/; uses store/ alone."""
