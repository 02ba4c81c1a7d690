"""The core that all functions share: one package, layered as docs/architecture.md draws it.

What only one function needs belongs to that function. A new package gets its layer in pyproject.toml.
"""

__version__ = "0.1.0"
