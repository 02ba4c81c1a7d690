"""Configuration as code: what ``oneapi config`` does, for who has the repository and no installed client.

    python -m tools.config export --to gateway.yaml
    python -m tools.config diff gateway.yaml
    python -m tools.config apply gateway.yaml

``ONEAPI_ADDRESS`` and ``ONEAPI_TOKEN`` (root's access token) say which gateway; or ``python -m oneapi.main login``.
"""

import sys

from oneapi.main import run

if __name__ == "__main__":
    sys.exit(run(["config", *sys.argv[1:]]))
