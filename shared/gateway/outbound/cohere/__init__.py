"""Cohere's API, version 2.

Version 1, for channels that still name it, is ``retired.cohere_v1``.
"""
