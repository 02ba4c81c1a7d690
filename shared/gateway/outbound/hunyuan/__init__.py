"""Tencent's native API, and in ``errors`` its codes.

Its signature (TC3) is ``gateway.providers.auth_tc3``.
"""
