"""The web server by itself."""
