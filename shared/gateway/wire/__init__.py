"""Bytes on the wire and canonical shapes. Pure: no I/O, no clock, no environment."""
