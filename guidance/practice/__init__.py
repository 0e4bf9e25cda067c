"""Practice: scenarios laid over the live protocols, runs through them and what is learned from each.

Uses protocol, people and store. It never uses alert, nor what takes in a report: a practice run reaches no recipient.
"""
