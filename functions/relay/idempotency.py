"""``Idempotency-Key``: the same request sent again is answered from memory and charged once.

For requests that are answered whole. A stream cannot be answered twice the same way, so there the header means nothing.
"""

import hashlib
import json
from typing import NoReturn

from gateway import log
from gateway.domain.identity import Caller
from gateway.errors import BadRequest, GatewayError
from gateway.store.money import idempotency
from gateway.store.money.idempotency import Claim, KeptReply, Record
from relay.deps import Deps
from relay.http_request import HttpRequest
from relay.inbound.protocol import ParsedRequest

HEADER = "idempotency-key"
LONGEST = 255  # characters of a key
RETRY_AFTER = 2  # seconds, while the first request is under way


class Repeated(Exception):
    """The request was answered before; ``reply`` is what it got."""

    def __init__(self, reply: KeptReply) -> None:
        super().__init__("answered before")
        self.reply = reply


async def claim_of(deps: Deps, incoming: HttpRequest, parsed: ParsedRequest, caller: Caller) -> Claim | None:
    """What the reservation must claim, if the caller sent a key that counts.

    Raises ``Repeated`` with the kept reply, or a 409 or 422 that says why there is none.
    """
    key = incoming.headers.get(HEADER, "")
    if not key or parsed.stream:
        return None
    if len(key) > LONGEST:
        raise BadRequest(f"Idempotency-Key is longer than {LONGEST} characters; send a shorter one", param=HEADER)
    now = deps.clock.now()
    claim = Claim(
        code=idempotency.code_of(caller.token.id, key),
        request_hash=request_hash(incoming, parsed),
        request_id=incoming.request_id,
        expires_at=now + deps.settings.hold_ttl,
    )
    record = await deps.ledger.record(claim.code)
    if record is not None and record.expires_at > now:
        refuse(deps, claim, record)
    return claim


def request_hash(incoming: HttpRequest, parsed: ParsedRequest) -> str:
    """What makes two requests the same: address, body whatever its layout, files whatever their boundary."""
    digest = hashlib.sha256(json.dumps([incoming.path, parsed.body], sort_keys=True).encode())
    for upload in parsed.uploads:
        described = json.dumps([upload.field, upload.filename, upload.type, len(upload.data)])
        digest.update(described.encode())
        digest.update(upload.data)
    return digest.hexdigest()


def refuse(deps: Deps, claim: Claim, record: Record) -> NoReturn:
    """Raise what a request gets whose key another one has: ``Repeated``, or a refusal."""
    if record.request_hash != claim.request_hash:
        raise BadRequest(
            "this Idempotency-Key was used with another request; a key stands for one request, so use a new one",
            status=422,
            code="idempotency_key_reused",
            param=HEADER,
        )
    if not record.done:
        raise GatewayError(
            f"the request with this Idempotency-Key is still being answered (request {record.request_id}); "
            "ask again in a moment",
            status=409,
            type="invalid_request_error",
            code="idempotency_key_in_use",
            param=HEADER,
            retry_after=RETRY_AFTER,
        )
    reply = idempotency.opened(deps.vault, record)
    if reply is None:
        raise GatewayError(
            f"the request with this Idempotency-Key was answered and charged (request {record.request_id}), but its "
            "answer was not kept, being too large; to ask again and pay again, use a new key",
            status=409,
            type="invalid_request_error",
            code="idempotency_reply_not_kept",
            param=HEADER,
        )
    log.info("answered again", request_id=claim.request_id, first_request_id=record.request_id)
    raise Repeated(replayed(reply, record))


def replayed(reply: KeptReply, record: Record) -> KeptReply:
    """A kept reply, marked as such and with the id of the request that was charged."""
    marks = {"idempotent-replayed": "true", "x-oneapi-original-request-id": record.request_id}
    return KeptReply(status=reply.status, headers={**reply.headers, **marks}, body=reply.body)
