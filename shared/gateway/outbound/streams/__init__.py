"""Streamed replies: the decoders' common half, the protocol of a meter, text that is read only if it must be counted.

How one provider's events look belongs to its dialect; how bytes become events belongs to ``gateway.wire``.
"""
