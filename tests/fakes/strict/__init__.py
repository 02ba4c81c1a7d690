"""Providers that refuse what the real ones refuse, and a model behind them that does what it is told."""
