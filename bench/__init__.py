"""What the gateway costs: the running gateway beside direct calls to the same upstream. See README.md."""
