"""AWS Bedrock: Converse, and InvokeModel (``invoke``) for what Converse lacks.

Claude's particulars come from ``anthropic``, the framing of streams from ``gateway.wire.eventstream``, the signature
from ``gateway.providers``.
"""
