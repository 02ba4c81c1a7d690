"""A source that cannot be read ends a move with one sentence, and code 2."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tools.migrate.command import main
from tools.migrate.databases.protocol import NotReadable
from tools.migrate.databases.sqlite import SqliteDatabase
from tools.migrate.sources.litellm import LiteLlm


def test_a_file_that_is_no_database_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "one-api.db").write_text("no database at all, however long it is" * 100)
    assert main(["one-api", "--sqlite", str(tmp_path / "one-api.db")]) == 2
    assert "one-api.db cannot be read: file is not a database" in capsys.readouterr().err


def test_a_database_that_is_broken_further_on_is_told(tmp_path: Path) -> None:
    path = tmp_path / "one-api.db"
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT)")
        made.executemany("INSERT INTO users VALUES (?, ?)", [(number, "x" * 100) for number in range(1000)])
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\x07" * (path.stat().st_size - 4096))
    with closing(SqliteDatabase(path)) as database:
        assert database.columns("users") == {"id", "username"}
        with pytest.raises(NotReadable, match="cannot be read"):
            list(database.rows("users", ("id", "username")))
        with pytest.raises(NotReadable, match="cannot be read"):
            database.totals("users")


@pytest.mark.parametrize(("text", "said"), [("a: [", "is no YAML"), ("- a", "has no model_list")])
def test_a_configuration_that_is_none_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    (tmp_path / "config.yaml").write_text(text)
    assert main(["litellm", "--config", str(tmp_path / "config.yaml")]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("text", ['[{"user_id": "a"', '{"user_id": "a"}\n{"user_id"'])
def test_an_export_that_was_cut_off_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "LiteLLM_UserTable.json").write_text(text)
    source = LiteLlm({}, tmp_path, lambda _: "")
    with pytest.raises(NotReadable, match=r"LiteLLM_UserTable\.json is no JSON"):
        source.counts()
