"""Anthropic's Messages API as clients speak it.

``request`` and ``reply`` translate, ``stream`` writes events, ``for_others`` fits requests to providers that speak
something else. Claude as a provider is ``gateway.outbound.anthropic``.
"""
