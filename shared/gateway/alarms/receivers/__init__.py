"""Receivers of alarms: what each is sent and how it says no.

A receiver is a row in ``domain.alarms`` and a module here of two functions, both pure. Sending, trying again and
choosing who is told are the room's above.
"""
