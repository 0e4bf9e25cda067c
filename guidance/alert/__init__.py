"""Whom to tell, until when, and how: policy, plan, push, e-mail, worker.

Used by web/ and commands/; never by practice/.
"""
