"""A step for each kind of record: what it becomes here, and what of it cannot. All of them write by ``move.Writer``.

A step looks at the source in order of numbers and skips what is marked. What it decides while a move is planned it
decides in the same words when it is applied.
"""
