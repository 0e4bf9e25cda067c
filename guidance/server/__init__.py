"""The web server: takes whole requests in, gives each kind of work its own place, and writes answers out."""
