"""Zhipu's API, version 4, which is OpenAI's with differences; version 3 is in ``retired``."""
