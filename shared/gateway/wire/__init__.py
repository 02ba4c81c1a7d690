"""Bytes on the wire: events, JSON, forms, base64. Pure: no I/O, no clock, no environment.

A format here has no vendor; what one provider puts into it belongs to that provider's dialect.
"""
