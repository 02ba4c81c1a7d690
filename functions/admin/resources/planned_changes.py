"""What a wanted configuration changes of the one there is: steps that can be shown, done, and undone.

Things are told apart by name: the second channel of a name is the second of that name here, too.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, TypeVar

from admin.openapi.examples import example
from admin.resources.channel_files import about_channel
from admin.resources.channels import ChannelForm, checked, key_lines
from admin.resources.configured import FIELDS, status_of, told
from admin.texts import messages
from admin.texts.reasons import reason
from admin.web.envelope import Refused
from admin.web.fields import Shown
from gateway.domain.channel import ChannelStatus
from gateway.domain.option_forms import form_of
from gateway.domain.options import DEFAULTS, OPTIONS, SECRETS
from gateway.providers.catalog import SECRET_SETTINGS
from gateway.security.credentials import SealBroken
from gateway.store.channels import channels
from gateway.store.channels.secret_settings import blanked, opened_config
from gateway.store.context import Store
from gateway.store.schema.channels import ChannelRow
from gateway.store.schema.texts import json_texts
from gateway.store.settings.announcements import Announcement

T = TypeVar("T")


class Differing(Shown, json_schema_extra=example(field="priority", before="0", after="10", secret=False)):
    """A field before and after, as texts. Of a ``secret`` both are empty: only that it differs is told."""

    field: str
    before: str
    after: str
    secret: bool


class PlannedChange(Shown, json_schema_extra=example(kind="channel", name="azure-eu", action="change")):
    kind: Literal["option", "channel", "announcement"]
    name: str
    action: Literal["add", "change", "remove"]
    differences: tuple[Differing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedChannel:
    """Every field as it is to be, and the keys if they are given; ``row`` is the channel there is."""

    row: ChannelRow | None
    fields: Mapping[str, Any]
    key: str

    @property
    def name(self) -> str:
        return self.fields["name"]


def paired(
    wanted: Iterable[T], there: Iterable[Any], name: Callable[[Any], str], name_there: Callable[[Any], str]
) -> Iterator[tuple[T, Any]]:
    """Each wanted thing with the one of its name there is, the second with the second; ``None`` where there is none."""
    by_place: dict[tuple[str, int], Any] = {}
    seen: Counter[str] = Counter()
    for one in there:
        seen[name_there(one)] += 1
        by_place[name_there(one), seen[name_there(one)]] = one
    asked: Counter[str] = Counter()
    for one in wanted:
        asked[name(one)] += 1
        yield one, by_place.get((name(one), asked[name(one)]))


def wanted_channels(store: Store, forms: Sequence[ChannelForm], rows: Sequence[ChannelRow]) -> list[WantedChannel]:
    """Checked; ``Refused`` names the channel that does not do, by its place in the list. One that has no key and is
    given none is meant to be switched off.
    """
    found = paired(enumerate(forms), rows, lambda one: one[1].name, lambda row: row.name)
    return [_wanted(store, number, form, row) for (number, form), row in found]


def channel_change(store: Store, wanted: WantedChannel) -> PlannedChange | None:
    """What is to be done to one channel; nothing if it is as it is to be."""
    if wanted.row is None:
        return PlannedChange(kind="channel", name=wanted.name, action="add")
    before = {name: getattr(wanted.row, name) for name in FIELDS}
    before |= {"status": status_of(wanted.row.status), "limits": wanted.row.limits}
    differing = [_differing(name, before[name], after) for name, after in wanted.fields.items() if name != "config"]
    found = [one for one in differing if one is not None]
    found += _settings(store, wanted.row, wanted.fields["config"])
    if wanted.key and wanted.key != "\n".join(channels.keys(store, wanted.row)):
        found.append(Differing(field="key", before="", after="", secret=True))
    return PlannedChange(kind="channel", name=wanted.name, action="change", differences=tuple(found)) if found else None


def option_changes(wanted: Mapping[str, str], stored: Mapping[str, str]) -> dict[str, PlannedChange]:
    """By key, the options that are not as they are to be."""
    found: dict[str, PlannedChange] = {}
    for key, value in sorted(wanted.items()):
        before = stored.get(key, DEFAULTS[key])
        if _same_value(key, before, value):
            continue
        shown = ("", "") if key in SECRETS else (before, value)
        one = Differing(field="value", before=shown[0], after=shown[1], secret=key in SECRETS)
        found[key] = PlannedChange(kind="option", name=key, action="change", differences=(one,))
    return found


def announcement_changes(before: Sequence[Announcement], after: Sequence[Announcement]) -> list[PlannedChange]:
    """What becomes of the announcements; that only their order changes is no change of any."""
    there = {row.id: row for row in before}
    kept = {row.id for row in after}
    found = [_announcement(there.get(row.id), row) for row in after]
    gone = [PlannedChange(kind="announcement", name=row.title, action="remove") for row in before if row.id not in kept]
    return [one for one in found if one is not None] + gone


def _announcement(before: Announcement | None, after: Announcement) -> PlannedChange | None:
    if before is None:
        return PlannedChange(kind="announcement", name=after.title, action="add")
    old = told(before)
    found = [one for name, value in told(after).items() if (one := _differing(name, old[name], value)) is not None]
    return (
        PlannedChange(kind="announcement", name=after.title, action="change", differences=tuple(found))
        if found
        else None
    )


def _wanted(store: Store, number: int, form: ChannelForm, row: ChannelRow | None) -> WantedChannel:
    with about_channel(number):
        if not form.name:
            raise Refused(messages.CHANNEL_FIELD.of(reason=reason("name must not be empty")).about("name"))
        given = checked(form)
    default = ChannelRow(id=0)
    fields = {name: getattr(default, name) for name in (*FIELDS, "limits")} | given
    key = "\n".join(key_lines(form.key))
    usable = key or (row is not None and channels.keys(store, row))
    status = status_of(given.get("status", default.status)) if usable else int(ChannelStatus.DISABLED)
    return WantedChannel(row=row, fields=fields | {"type": form.type, "status": status}, key=key)


def _settings(store: Store, row: ChannelRow, wanted: str) -> list[Differing]:
    """Secret settings that are wanted blank stay as they are."""
    try:
        opened = json_texts(opened_config(row.config, row.id, store.vault))
    except SealBroken:
        opened = json_texts(blanked(row.config))
    given = json_texts(wanted)
    kept = {name: value or opened.get(name, "") if name in SECRET_SETTINGS else value for name, value in given.items()}
    names = sorted(name for name in {*opened, *kept} if opened.get(name) != kept.get(name))
    return [
        Differing(field=f"config.{name}", before="", after="", secret=True)
        if name in SECRET_SETTINGS
        else Differing(field=f"config.{name}", before=opened.get(name, ""), after=kept.get(name, ""), secret=False)
        for name in names
    ]


def _differing(name: str, before: Any, after: Any) -> Differing | None:
    same = json_texts(before) == json_texts(after) if name == "model_mapping" else before == after
    return None if same else Differing(field=name, before=_text(before), after=_text(after), secret=False)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _same_value(key: str, before: str, after: str) -> bool:
    """Numbers are compared by what they are, whichever way they are written, those in JSON, too."""
    kind = form_of(OPTIONS[key]).kind
    if before == after or kind not in ("json", "number", "whole"):
        return before == after
    try:
        return _exact(before) == _exact(after)
    except ValueError:
        return False


def _exact(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)
