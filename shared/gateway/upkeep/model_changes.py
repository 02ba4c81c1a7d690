"""What a channel offers beside what its provider lists: what is new there, and what is gone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from gateway.records import dataclass
from gateway.store.channels import channels
from gateway.store.context import Store
from gateway.store.schema.channels import ChannelRow
from gateway.store.schema.texts import comma_list, json_texts
from gateway.upkeep.model_lists import ModelsUnknown, models_at
from gateway.upstream import Upstream

_LONGEST = 500  # characters of a problem


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChanges:
    """``at`` in unix seconds, 0 if nobody looked; ``problem`` is why there is no list."""

    at: int = 0
    added: Sequence[str] = ()
    gone: Sequence[str] = ()
    problem: str = ""


def compared(models: Sequence[str], mapping: Mapping[str, str], listed: Sequence[str]) -> tuple[list[str], list[str]]:
    """What the list has and the channel has not, and the reverse.

    A name that is mapped is somebody's choice: neither it nor what it stands for is told.
    """
    known, there = {*models, *mapping, *mapping.values()}, set(listed)
    return [name for name in listed if name not in known], [
        name for name in models if name not in there and name not in mapping
    ]


async def look(store: Store, row: ChannelRow, upstream: Upstream) -> ModelChanges:
    """Ask the provider and compare."""
    now = store.clock.now()
    try:
        listed = await models_at(store, row, upstream)
    except ModelsUnknown as unknown:
        return ModelChanges(at=now, problem=str(unknown)[:_LONGEST])
    if not listed:
        return ModelChanges(at=now, problem="the list is empty")
    added, gone = compared(comma_list(row.models), json_texts(row.model_mapping), listed)
    return ModelChanges(at=now, added=added, gone=gone)


def note(store: Store, channel_id: int, changes: ModelChanges) -> None:
    """Keep what was found, until the next look."""
    channels.note(store, channel_id, {"model_changes": json.dumps(asdict(changes), ensure_ascii=False)})


def noted(row: ChannelRow) -> ModelChanges:
    """What was found last, as far as it still holds."""
    if not row.model_changes:
        return ModelChanges()
    found = ModelChanges(**json.loads(row.model_changes))
    models = comma_list(row.models)
    listed = [*found.added, *(name for name in models if name not in found.gone)]
    added, gone = compared(models, json_texts(row.model_mapping), listed)
    return ModelChanges(at=found.at, added=added, gone=gone, problem=found.problem)
