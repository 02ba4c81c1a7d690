"""``python -m tools.migrate``; docs/moving.md says how."""

import sys

from local.places import add_source_folders

add_source_folders()

from tools.migrate.command import main  # noqa: E402 (needs the source folders)

if __name__ == "__main__":
    sys.exit(main())
