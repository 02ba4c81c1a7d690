"""HTTP itself: sessions, the gate before handlers, envelopes, fields, pages, limits, audit log, dependencies.

What is said to people is in ``texts``; what proves who somebody is, in ``auth``.
"""
