"""The only package with Flask: pages, the JSON lane, security headers."""
