"""Baidu's native API with its table of error codes."""
