"""Announcements: what the operator has to say, to whom, from when until when."""

from dataclasses import asdict, replace
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from admin.openapi.examples import example
from admin.texts import messages
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer, Done, Refused, done, ok
from admin.web.fields import Id, Shown, Submitted, Whole
from admin.web.gate import GatedRoute, needs
from admin.web.sanitise import safe_page
from admin.web.session import identify
from gateway.domain.identity import Role
from gateway.store.settings import announcements
from gateway.store.settings.announcements import MOST, Announcement, Board

routes = APIRouter(prefix="/api/announcement", tags=["announcements"], route_class=GatedRoute)

Kind = Literal["info", "warning", "maintenance", "news"]
Audience = Literal["all", "users", "administrators"]

_ATTEMPTS = 4
_LEAST_ROLE = {"all": Role.GUEST, "users": Role.COMMON, "administrators": Role.ADMIN}


class Announced(
    Shown,
    json_schema_extra=example(
        id=1, title="Maintenance", text="On Sunday.", kind="maintenance", audience="all", created_at=1_767_225_600
    ),
):
    """``begins`` and ``ends`` in unix seconds, 0: always. ``text`` is Markdown, or HTML without what could act."""

    id: int
    title: str
    text: str
    kind: str
    begins: int
    ends: int
    audience: str
    created_at: int


class NewAnnouncement(
    Submitted, json_schema_extra=example(title="Maintenance", text="On Sunday.", kind="maintenance", audience="all")
):
    title: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[str, Field(max_length=5_000)] = ""
    kind: Kind = "info"
    begins: Annotated[int, Field(ge=0)] = 0
    ends: Annotated[int, Field(ge=0)] = 0
    audience: Audience = "all"


class EditedAnnouncement(NewAnnouncement, json_schema_extra=example(id=1, title="Maintenance", text="On Monday.")):
    """The whole announcement: what is absent is as it is in a new one."""

    id: Whole


@routes.get("", summary="The announcements in force for whoever asks, newest first")
@needs(Role.GUEST, refuses=((messages.CROSS_SITE, 403), messages.BAD_ACCESS_TOKEN, messages.BANNED))
def list_announcements(request: Request, deps: DepsOf) -> Answer[list[Announced]]:
    """Who is signed in sees those for users too, administrators all."""
    caller = identify(request, deps)
    role = caller.user.role if caller is not None else Role.GUEST
    now = deps.clock.now()
    found = [row for row in announcements.read(deps.store).rows if row.shown_at(now)]
    return ok([_shown(row) for row in found if role >= _LEAST_ROLE[row.audience]])


@routes.get("/all", summary="Every announcement as it was written, newest first")
@needs(Role.ROOT)
def list_all_announcements(deps: DepsOf) -> Answer[list[Announced]]:
    return ok([Announced(**asdict(row)) for row in announcements.read(deps.store).rows])


@routes.post("", summary="Announce something")
@needs(Role.ROOT, refuses=(messages.ANNOUNCEMENTS_FULL, (messages.BUSY, 503)))
def announce(body: NewAnnouncement, deps: DepsOf) -> Answer[Announced]:
    """Fifty at most."""
    for _ in range(_ATTEMPTS):
        board = announcements.read(deps.store)
        if len(board.rows) >= MOST:
            raise Refused(messages.ANNOUNCEMENTS_FULL.of(most=MOST))
        row = Announcement(id=board.next_id, created_at=deps.clock.now(), **body.model_dump())
        if announcements.replace_all(deps.store, board, [row, *board.rows]):
            return ok(Announced(**asdict(row)))
    raise Refused(messages.BUSY, status=503)


@routes.put("", summary="Change an announcement")
@needs(Role.ROOT, refuses=(messages.NOT_FOUND, (messages.BUSY, 503)))
def edit_announcement(body: EditedAnnouncement, deps: DepsOf) -> Answer[Announced]:
    for _ in range(_ATTEMPTS):
        board = announcements.read(deps.store)
        changed = replace(_existing(board, body.id), **body.model_dump(exclude={"id"}))
        if announcements.replace_all(deps.store, board, [changed if row.id == body.id else row for row in board.rows]):
            return ok(Announced(**asdict(changed)))
    raise Refused(messages.BUSY, status=503)


@routes.delete("/{announcement_id}", summary="Delete an announcement")
@needs(Role.ROOT, refuses=(messages.NOT_FOUND, (messages.BUSY, 503)))
def delete_announcement(announcement_id: Id, deps: DepsOf) -> Done:
    _delete(deps, announcement_id)
    return done()


def _delete(deps: Deps, number: int) -> None:
    for _ in range(_ATTEMPTS):
        board = announcements.read(deps.store)
        gone = _existing(board, number)
        if announcements.replace_all(deps.store, board, [row for row in board.rows if row is not gone]):
            return
    raise Refused(messages.BUSY, status=503)


def _existing(board: Board, number: int) -> Announcement:
    found = next((row for row in board.rows if row.id == number), None)
    if found is None:
        raise Refused(messages.NOT_FOUND)
    return found


def _shown(row: Announcement) -> Announced:
    """As it is served: nothing in it acts."""
    return Announced(**asdict(replace(row, text=safe_page(row.text))))
