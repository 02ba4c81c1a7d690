"""HTTP itself: the gate before handlers, envelopes, fields, pages, limits, administrators' audit log, dependencies.

What is said to people is in ``texts``; who somebody is, in ``auth``.
"""
