"""Dialects whose providers have switched them off, or replaced them; kept for channels that still name them.

Nothing new belongs here. Of the others only ``cohere`` and ``zhipu`` import from here, whose old versions two are.
"""
