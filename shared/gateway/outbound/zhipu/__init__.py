"""Zhipu's API, version 4, which is OpenAI's with differences.

Version 3, for models that only it has, is ``retired.zhipu_v3``.
"""
