"""The gateway's shared core: one package, layered as docs/architecture.md draws it."""

__version__ = "0.1.0"
