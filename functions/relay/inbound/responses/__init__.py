"""OpenAI's Responses API as clients speak it, also for providers that only chat.

``request``, ``reply`` and ``stream`` translate to chat and back. Where a provider has the API itself, its bytes pass.
"""
