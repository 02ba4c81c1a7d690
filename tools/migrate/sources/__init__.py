"""Gateways as they are elsewhere: each reads what it has as ``records``. What it becomes here is for ``steps``."""
