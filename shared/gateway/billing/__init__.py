"""Prices, token counts and charges. Pure integer arithmetic over committed data.

``pricing`` finds a price, ``charging`` applies it, ``estimate`` says the worst case, ``token_counter`` counts what
nobody reported. Moving a balance belongs to ``gateway.store.money``.
"""
