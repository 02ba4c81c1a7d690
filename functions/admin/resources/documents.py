"""The API's document."""

import json

from fastapi import APIRouter, Request, Response

from admin.gate import GatedRoute, needs
from gateway.domain.identity import Role

routes = APIRouter(prefix="/api", tags=["documents"], route_class=GatedRoute)


@routes.get(
    "/openapi.json",
    summary="This document (OpenAPI 3.1)",
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
    response_class=Response,
)
@needs(Role.GUEST)
def show_document(request: Request) -> Response:
    document = json.dumps(request.app.openapi(), ensure_ascii=False, separators=(",", ":"))
    return Response(document, media_type="application/json")
