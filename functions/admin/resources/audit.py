"""The audit log, for root."""

from fastapi import APIRouter

from admin.deps import DepsOf
from admin.documented import example
from admin.envelope import Answer, ok
from admin.fields import PAGE, PageNumber, PageSize, Shown, start_of
from admin.gate import GatedRoute, needs
from gateway.domain.identity import Role
from gateway.store import audits

routes = APIRouter(prefix="/api/audit", tags=["audit"], route_class=GatedRoute)


class Noted(
    Shown,
    json_schema_extra=example(
        request_id="2026010112000000012345678901234",
        created_at=1_767_225_600,
        user_id=1,
        username="root",
        address="203.0.113.7",
        method="PUT",
        route="/api/option",
        targets={"key": "Notice"},
        fields=["key", "value"],
        outcome="done",
    ),
):
    """``fields`` are the names of what was sent, ``targets`` the values that tell which things were meant."""

    request_id: str
    created_at: int
    user_id: int
    username: str
    address: str
    method: str
    route: str
    targets: dict[str, str]
    fields: list[str]
    outcome: str


@routes.get("", summary="What administrators did, newest first")
@needs(Role.ROOT)
def list_actions(deps: DepsOf, p: PageNumber = 0, page_size: PageSize = PAGE) -> Answer[list[Noted]]:
    rows = audits.page(deps.store, offset=start_of(p, page_size), count=page_size)
    return ok([Noted.model_validate(row, from_attributes=True) for row in rows])
