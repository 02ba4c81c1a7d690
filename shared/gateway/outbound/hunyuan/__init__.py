"""Tencent's native API with its error codes."""
