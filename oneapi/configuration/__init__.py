"""Configuration as code: files of YAML, what they mean to the API, and the commands about them.

A file says what an operator decides: options, prices, groups, limits, announcements, channels. What is secret is
referred to, never written down.
"""
