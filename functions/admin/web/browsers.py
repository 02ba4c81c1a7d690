"""What a request tells of the browser it comes from, as much as its owner needs to know it again."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from admin.web.limits import client_address
from gateway.security.addresses import masked

# What stands in a user agent -> whose it is. The first found counts: nearly all claim to be Chrome or Safari too.
# https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/User-Agent
_FAMILIES = {
    "MicroMessenger/": "WeChat",
    "Edg": "Edge",
    "OPR/": "Opera",
    "Vivaldi/": "Vivaldi",
    "YaBrowser/": "Yandex",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
    "curl/": "curl",
    "python-": "Python",
}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iOS",
    "iPad": "iPadOS",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """Empty where nothing is known."""

    family: str
    system: str
    network: str


def browser_of(request: HTTPConnection) -> Browser:
    """The browser, its system, and the network it is in."""
    agent = request.headers.get("user-agent", "")
    return Browser(
        family=next((family for part, family in _FAMILIES.items() if part in agent), ""),
        system=next((system for part, system in _SYSTEMS.items() if part in agent), ""),
        network=masked(client_address(request)),
    )
