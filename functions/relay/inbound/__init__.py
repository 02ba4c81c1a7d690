"""Dialects of clients: their bytes to canonical requests, canonical replies to their bytes. Pure.

``protocol`` is what one is; a folder each, found by being there (``routes.py``). ``checks``, ``strict_openai``,
``model_lists``, ``openai_errors``, ``encoders`` and ``tool_results`` are shared; dialects do not import one
another.
"""
