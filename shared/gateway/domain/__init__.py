"""What the gateway talks about, as plain frozen dataclasses."""
