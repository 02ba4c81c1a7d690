"""Gemini's generateContent and embedContent as clients speak them.

``request``, ``parts``, ``embeddings`` and ``reply`` translate, ``for_others`` fits requests to providers that speak
something else. Gemini as a provider is ``gateway.outbound.gemini``.
"""
