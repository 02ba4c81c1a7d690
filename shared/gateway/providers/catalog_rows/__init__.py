"""The rows of the catalogue: data, a field a line; what is not said is as in ``spec.py``.

Ids below 100 are one-api's channel types; ours begin at 100. A file for each kind: what OpenAI's dialect reaches with
quirks (``compatible``), what has a dialect of its own (``native``), and one-api's resellers of OpenAI (``resellers``).
``settings`` has the settings that several rows ask for.
"""

from gateway.providers.catalog_rows.compatible import COMPATIBLE
from gateway.providers.catalog_rows.native import NATIVE
from gateway.providers.catalog_rows.resellers import RESELLERS
from gateway.providers.spec import Provider

ROWS: tuple[Provider, ...] = tuple(sorted((*COMPATIBLE, *NATIVE, *RESELLERS), key=lambda row: row.id))
