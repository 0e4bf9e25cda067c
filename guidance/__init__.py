"""Guidance: what to say and do when non-local officers come to a City site."""

__version__ = "0.1.0"
