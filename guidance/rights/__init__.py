"""Know your rights: what anyone may say and do when officers speak to them. Pure; any part may use it."""
