"""Protocols: what they are, how they are read, checked, walked, drawn and compared. Pure; any part may use it."""
