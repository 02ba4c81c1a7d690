"""The gateway as Chromium meets it: management API and site, at a time that stands still."""

import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import uvicorn
from starlette.responses import PlainTextResponse

from gateway.domain.identity import Role
from local.app import Gateway
from local.places import BUILT_SITE
from local.served_site import served
from tests.support.furnished import ROOT_PASSWORD
from tools.pictures.world import PASSWORD, World

PORT = 3000
Cookies = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """``cookies`` of who is signed in as whom; ``names`` are what addresses of views are filled with."""

    url: str
    cookies: dict[str, Cookies]
    names: dict[str, str]


@contextmanager
def staged(world: World) -> Generator[Stage]:
    """A server for the time of the block."""
    nobody = PlainTextResponse("no relay here", 503)
    gateway = Gateway(relay=nobody, admin=world.house.api.app, site=served(BUILT_SITE))
    server = uvicorn.Server(uvicorn.Config(gateway, lifespan="off", log_config=None, access_log=False))
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", PORT))  # some pages show it
        except OSError:
            listener.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        url = f"http://localhost:{listener.getsockname()[1]}"
        try:
            cookies = {"customer": _signed_in(url, "mei", PASSWORD), "operator": _signed_in(url, "root", ROOT_PASSWORD)}
            yield Stage(url=url, cookies={"guest": {}} | cookies, names=_names(world))
        finally:
            server.should_exit = True
            thread.join(10)


def _signed_in(url: str, name: str, password: str) -> Cookies:
    with httpx.Client(base_url=url, trust_env=False) as http:
        answer = http.post("/api/user/login", json={"username": name, "password": password}).json()
        if not answer["success"]:
            raise RuntimeError(f"{name} cannot sign in: {answer['message']}")
        return dict(http.cookies)


def _names(world: World) -> dict[str, str]:
    """A receipt with much in it, a person, a channel that takes part."""
    entries = [row for row in world.house.table("logs") if row.get("type") == 2]
    hers = [row for row in entries if row["user_id"] == world.people["mei"]]
    rich = max(hers, key=lambda row: (int(row["details"]["usage"].get("cached", 0)) > 0, row["quota"]))
    channels = world.house.api.get("/api/channel/?page_size=100")["data"]
    (main,) = [row["id"] for row in channels if row["name"] == "Anthropic"]
    return {
        "receipt": rich["request_id"],
        "user": str(world.people["mei"]),
        "channel": str(main),
        "role": str(int(Role.ROOT)),
    }
