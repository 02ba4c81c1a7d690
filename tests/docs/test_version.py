"""One version, wherever it is written."""

import re
import tomllib

from gateway import __version__
from local.places import ROOT, TEMPLATE
from local.tables import read_template


def test_package_template_and_changes_have_the_codes_version() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == __version__
    assert read_template(TEMPLATE)["Parameters"]["GatewayVersion"]["Default"] == __version__
    newest = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)[0]
    assert newest == __version__
