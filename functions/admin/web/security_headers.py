"""What browsers are told about every page and answer of the site's origin, by whatever serves it.

In a deployment the distribution says the same (``SiteHeaders`` in infra/template.yaml); a test compares the two.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Turnstile, where it is switched on, is the only foreign script; home page and about may be other sites in a frame.
POLICY = (
    "default-src 'none'; script-src 'self' https://challenges.cloudflare.com; style-src 'self'; "
    "img-src 'self' data: https:; font-src 'self'; connect-src 'self' https:; media-src 'self' data:; "
    "frame-src https:; manifest-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}
TRANSPORT = {"Strict-Transport-Security": "max-age=31536000"}  # said to who came by https


def protect(headers: MutableHeaders, scheme: str) -> None:
    """Add what an answer does not say itself: the API's own page is stricter."""
    for name, value in (HEADERS | (TRANSPORT if scheme == "https" else {})).items():
        headers.setdefault(name, value)


class Protected:
    """ASGI middleware that adds them to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                protect(MutableHeaders(scope=message), scope["scheme"])
            await send(message)

        await self._app(scope, receive, send_protected)
