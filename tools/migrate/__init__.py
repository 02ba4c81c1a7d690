"""Bringing an existing gateway here: accounts, keys, channels, codes, options and history of one-api, new-api, LiteLLM.

``sources`` read a gateway as neutral ``records``, through ``databases`` where it has one, and never write there.
``steps`` decide for each record what it becomes here and write that, a transaction at a time, with a mark beside it
that says so: what is marked is never written again. ``verify`` reads both sides afterwards. ``report`` tells it all.

What may be in a table is the store's to say: rows are written by its own actions, and no rule of theirs is repeated
here. docs/moving.md is for whoever moves.
"""
