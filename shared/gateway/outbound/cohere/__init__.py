"""Cohere's API, version 2; version 1 is in ``retired``."""
