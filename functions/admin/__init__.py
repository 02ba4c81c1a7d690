"""The management API under /api, on FastAPI; its rooms stand one above the other, as pyproject.toml has them.

``resources`` has the routes, ``auth`` proofs of who somebody is, ``web`` HTTP itself, ``openapi`` the document,
``texts`` what is said. What jobs also do belongs to ``gateway.upkeep``; reading and writing tables to
``gateway.store``.
"""
