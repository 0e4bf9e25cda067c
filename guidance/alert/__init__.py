"""Whom to tell, until when, and how: policy, plan, push, e-mail, worker."""
