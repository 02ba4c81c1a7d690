"""Gemini's API as a provider speaks it. Vertex AI and PaLM's remains reuse its parts.

``request``, ``reply``, ``stream`` and ``errors`` are the four verbs, ``blocks`` keeps thought signatures, ``schema``
fits JSON schemas, ``media`` pictures. Clients of this API are ``relay.inbound.gemini``'s.
"""
