"""Anthropic's Messages API as a provider speaks it. Bedrock and Vertex AI reuse its parts.

``request``, ``reply``, ``stream`` and ``errors`` are the four verbs, ``thinking`` keeps signatures, ``models`` says
what a model takes, ``meter`` reads streams that pass. Clients of this API are ``relay.inbound.anthropic``'s.
"""
