"""The template against the last release's: what CloudFormation can do in one update, and no table lost."""

from typing import Any

from local.places import ROOT, TEMPLATE
from local.tables import read_template

Json = dict[str, Any]
RELEASED = ROOT / "infra" / "released.yaml"


def tables(template: Json) -> dict[str, Json]:
    return {n: r["Properties"] for n, r in template["Resources"].items() if r["Type"] == "AWS::DynamoDB::Table"}


def indexes(table: Json) -> dict[str, Json]:
    return {index["IndexName"]: index for index in table.get("GlobalSecondaryIndexes", [])}


def problems(before: Json, after: Json) -> list[str]:
    """What an update from one to the other could not do."""
    found: list[str] = []
    old, new = tables(before), tables(after)
    found += [f"{name} is gone: its data would be" for name in old.keys() - new.keys()]
    for name in old.keys() & new.keys():
        if any(old[name][key] != new[name][key] for key in ("KeySchema", "TableName")):
            found.append(f"{name} has another key or name: a named table cannot be replaced")
        there, wanted = indexes(old[name]), indexes(new[name])
        made = [i for i in wanted if i not in there] + [i for i in wanted if i in there and wanted[i] != there[i]] * 2
        gone = [i for i in there if i not in wanted]
        if len(made) + len(gone) > 1:
            found.append(f"{name} changes {sorted({*made, *gone})}: one index can be made or deleted in an update")
    return found


def test_the_last_release_can_be_updated_to_this_template() -> None:
    assert problems(read_template(RELEASED), read_template(TEMPLATE)) == []


def test_changes_that_cannot_be_made_are_found() -> None:
    after = read_template(TEMPLATE)
    users = after["Resources"]["UsersTable"]["Properties"]
    users["KeySchema"] = [{"AttributeName": "id", "KeyType": "HASH"}]
    del after["Resources"]["CodesTable"]
    channels = after["Resources"]["ChannelsTable"]["Properties"]
    channels["GlobalSecondaryIndexes"][0]["Projection"] = {"ProjectionType": "ALL"}  # deleted and made anew
    logs = after["Resources"]["LogsTable"]["Properties"]
    logs["GlobalSecondaryIndexes"].append(logs["GlobalSecondaryIndexes"][0] | {"IndexName": "another"})
    found = problems(read_template(TEMPLATE), after)
    assert sorted(line.split()[0] for line in found) == ["ChannelsTable", "CodesTable", "UsersTable"]
