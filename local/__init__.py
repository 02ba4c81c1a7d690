"""The one-command local run: embedded AWS, tables, seed, relay, admin and site on one port."""
