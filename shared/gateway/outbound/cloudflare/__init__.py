"""Workers AI: the compatible endpoints (``dialect``), and ``run`` for models that have none.

What is OpenAI's here comes from ``openai``. Cloudflare's gateway before other providers is an address, and stands in
``gateway.providers.address``.
"""
