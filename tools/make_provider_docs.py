"""Writes ``docs/providers.md`` from the catalogue and the table of quirks.

python -m tools.make_provider_docs
"""

import json
from collections.abc import Iterator
from pathlib import Path

from gateway.outbound.openai.quirks import QUIRKS, Quirks
from gateway.providers.catalog import PROVIDERS
from gateway.providers.spec import Provider

TARGET = Path(__file__).parents[1] / "docs/providers.md"
HEAD = """# Providers

Written by `python -m tools.make_provider_docs` from `providers/catalog_rows/` and `openai/quirks.py`; do not edit.

*recorded*: tested on the provider's own recorded traffic. *documented*: built from its documentation. Types below 100
are one-api's numbers. A base URL of the channel's own is honoured for every type; settings in braces come from the
channel's config.

Many servers that copy OpenAI's API have chat and no Responses API. `{"responses": "chat"}` in a channel's config
answers `/v1/responses` from its chat; without it the server is asked first, and where it has no such address (404, 405
or 501) the request goes to its chat at once, as do others for the ten minutes after.

**Models at Bedrock.** Anthropic's own names are asked by Bedrock's id, found by pattern: `claude-sonnet-4-6`,
`claude-opus-4-5`, `claude-3-7-sonnet-latest`, `claude-sonnet-4-5@20250929`. Models newer than 3.5 are asked through the
inference profile of the channel's region: `us.`, `eu.`, `apac.`, `us-gov.`, elsewhere `global.`; `inference_profile`
names another (`global`, `jp`, `au`), or `none`. What is an id, a profile or an ARN already goes out as it is written.

**Deployments at Azure** are named as the administrator wrote them: in the model (or what it is mapped to), or in a base
URL that ends in `/openai/deployments/NAME`. Only `gpt-3.5` becomes `gpt-35`, as Azure names it; where there is no
deployment of a name (`DeploymentNotFound`), the one without dots is asked for at once, and for an hour after: `gpt-41`.

`takes` of a channel names what its server takes besides (see [dialects.md](dialects.md)): fields, marks, beta features,
comma separated; a name after `-` is never sent.

| type | name | base URL | key | settings | operations | basis |
|--:|---|---|---|---|---|---|
"""
QUIRKS_HEAD = """
## Compatible providers and what they are told differently

Everything else a caller sends goes on as it is. Left out are only knobs that the provider rejects.

| dialect | left out | renamed | in messages | replies pass as bytes |
|---|---|---|---|---|
"""


def text() -> str:
    """The whole document."""
    rows = "".join(f"{_row(row)}\n" for row in PROVIDERS.values())
    quirks = "".join(f"{_quirks(name, row)}\n" for name, row in QUIRKS.items())
    return HEAD + rows + QUIRKS_HEAD + quirks


def _row(row: Provider) -> str:
    name = f"[{row.name}]({row.docs})" if row.docs else row.name
    settings = ", ".join(f"`{setting.name}`" for setting in row.config)
    operations = ", ".join(row.dialects) or "none; through the proxy route"
    base = f"`{row.base_url}`" if row.base_url else "required"
    key = row.key_format.replace("|", "\\|") or "API key"
    return f"| {row.id} | {name} | {base} | {key} | {settings} | {operations} | {row.tier} |"


def _quirks(name: str, row: Quirks) -> str:
    renamed = {**row.rename, **{key: value for names in row.by_operation.values() for key, value in names.items()}}
    cells = (
        f"`{name}`",
        ", ".join(f"`{key}`" for key in sorted({*row.drop, *(key for key, there in renamed.items() if not there)})),
        ", ".join(f"`{key}` → `{there}`" for key, there in renamed.items() if there),
        ", ".join(_in_messages(row)),
        "yes" if row.exact else "no",
    )
    return f"| {' | '.join(cells)} |"


def _in_messages(row: Quirks) -> Iterator[str]:
    for role, there in row.roles.items():
        yield f"role `{role}` → `{there}`"
    for key, there in row.message_rename.items():
        yield f"`{key}` → `{there}`" if there else f"no `{key}`"
    for key in sorted(row.empty):
        yield f"no `{key}` without a value"
    if row.reasoning_parts:
        yield "`reasoning_content` → a part of type `thinking`"
    if not row.functions:
        yield "older `functions` and their calls as tools"
    if row.border.call_id:
        yield f"ids of tool calls shortened to {row.border.call_id.longest} letters"
    if row.no_thinking:
        yield f"no thinking: `{json.dumps(dict(row.no_thinking))}`"
    if row.needs_thoughts:
        yield '`reasoning_content: ""` in turns with calls and without thoughts, where the model thinks'
    if row.takes:
        yield f"from other dialects also {', '.join(f'`{name}`' for name in sorted(row.takes))}"


if __name__ == "__main__":
    TARGET.write_text(text(), "utf-8")
