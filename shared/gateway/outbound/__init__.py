"""Dialects of providers: canonical JSON to their wire and back. Pure; no I/O, no clock, no environment.

``protocol`` is what a dialect is (four verbs), ``tables`` and ``tasks`` how most are written, ``exchange`` what takes
more than one call, ``registry`` how one is found. ``canonical/`` reads what comes in, ``streams/`` and ``errors/``
build what goes out. Every other entry is one provider's dialect; dialects do not import one another, but for those
named in pyproject.toml's contract. Who the providers are is in ``gateway.providers``; ``gateway.upstream`` sends.
"""
