"""Prices, token counts and charges. Pure integer arithmetic over committed data."""
