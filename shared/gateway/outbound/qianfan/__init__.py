"""Baidu's native API, and in ``error_codes`` its table of codes.

Its access token is fetched by ``gateway.providers.auth_qianfan`` and ``gateway.upstream.tokens``.
"""
