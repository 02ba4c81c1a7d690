"""Providers as rows of data, their keys, their addresses, and the signing schemes they use.

A new provider is a row. What it speaks is a dialect of ``gateway.outbound``; sending is ``gateway.upstream``. No clock
and no network here: what a signature needs of them is handed in.
"""
