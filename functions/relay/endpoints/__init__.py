"""Routes that are not one relayed request: the proxy, lists of models, one-api's dashboard, token counts.

A route that is one relayed request belongs to a dialect in ``inbound``; what people manage, to ``admin``.
"""
