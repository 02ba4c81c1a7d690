"""POST /v1/* and its kin: the hot path."""
