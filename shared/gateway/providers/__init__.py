"""Providers as rows of data, their keys, and the signing schemes they use."""
