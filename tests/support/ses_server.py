"""A stand-in for Amazon SES: takes ``SendEmail`` as its documentation has it, from who signs for it rightly.

The signature is worked out here anew, so that botocore is not its own judge:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from tests.support.json_server import Asked, Reply, json_server

PATH = "/v2/email/outbound-emails"


@dataclass
class SesServer:
    """``mails`` were accepted, with what was said beside them; ``refusal`` is the answer to the next ones."""

    secret_key: str
    region: str
    url: str = ""
    mails: list[EmailMessage] = field(default_factory=list[EmailMessage])
    raw: list[bytes] = field(default_factory=list[bytes])
    said: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    refusal: Reply | None = None

    def answer(self, asked: Asked) -> Reply:
        if (asked.method, asked.path) != ("POST", PATH):
            return 404, {"message": "no such operation"}
        if not self._signed(asked):
            return 403, {"message": "The request signature we calculated does not match", "__type": "InvalidSignature"}
        if self.refusal is not None:
            return self.refusal
        data = base64.b64decode(asked.json["Content"]["Raw"]["Data"])
        self.raw.append(data)
        self.mails.append(cast(EmailMessage, message_from_bytes(data, policy=policy.default)))
        self.said.append({name: value for name, value in asked.json.items() if name != "Content"})
        return 200, {"MessageId": f"{len(self.mails):04d}"}

    def _signed(self, asked: Asked) -> bool:
        found = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/ses/aws4_request, SignedHeaders=([^,]+), "
            r"Signature=([0-9a-f]{64})",
            asked.headers.get("authorization", ""),
        )
        if found is None or found[3] != self.region or "host" not in found[4].split(";"):
            return False
        headers = "".join(f"{name}:{' '.join(asked.headers[name].split())}\n" for name in found[4].split(";"))
        payload = hashlib.sha256(asked.body).hexdigest()
        request = f"POST\n{PATH}\n\n{headers}\n{found[4]}\n{payload}"
        scope = f"{found[2]}/{self.region}/ses/aws4_request"
        digest = hashlib.sha256(request.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{asked.headers['x-amz-date']}\n{scope}\n{digest}"
        key = f"AWS4{self.secret_key}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), hashlib.sha256)
        return hmac.compare_digest(hmac.digest(key, text.encode(), hashlib.sha256).hex(), found[5])


@contextmanager
def open_ses(*, secret_key: str, region: str) -> Generator[SesServer]:
    """SES on a free port for the time of the block."""
    made = SesServer(secret_key, region)
    with json_server(made.answer) as server:
        made.url = server.url
        yield made
