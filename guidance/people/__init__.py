"""Agencies, sites, contacts, accounts, roles, devices, sign-in."""
