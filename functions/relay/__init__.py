"""POST /v1/* and its kin: the hot path, read top to bottom in ``pipeline``.

``inbound`` speaks with clients, ``attempt`` with channels, ``endpoints`` answers what is not one relayed request. What
providers speak is ``gateway.outbound``; what a request costs, ``gateway.billing``. Every import here is a cold start.
"""
