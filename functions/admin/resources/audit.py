"""The audit log, for root."""

from typing import Annotated

from fastapi import APIRouter

from admin.openapi.examples import example
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, ok
from admin.web.fields import Shown
from admin.web.gate import GatedRoute, needs
from admin.web.paging import Paging, paging
from gateway.domain.identity import Role
from gateway.store.settings import audits

routes = APIRouter(prefix="/api/audit", tags=["audit"], route_class=GatedRoute)

AuditPaging = Annotated[Paging, paging("created_at")]


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
def list_actions(deps: DepsOf, pages: AuditPaging) -> Answer[list[Noted]]:
    found = audits.page(deps.store, pages.part)
    pages.goes_on(found.next)
    pages.total(lambda: audits.count(deps.store))
    return ok([Noted.model_validate(row, from_attributes=True) for row in found.rows])
