"""``python -m local``: see ``--help``."""

import sys

from local.places import add_source_folders

add_source_folders()

from local.run import main  # noqa: E402 (needs the source folders)

if __name__ == "__main__":
    sys.exit(main())
