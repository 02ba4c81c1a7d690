"""Client dialects: from what callers send to canonical requests, and back. Pure."""
