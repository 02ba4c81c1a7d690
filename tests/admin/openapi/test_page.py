"""docs/api.md: its commands are sent and answered as it says, and it names every route that one-api has not."""

import re
import shlex
from string import Template
from typing import Any

from local.places import ROOT
from tests.admin.api import Api
from tests.admin.conftest import ROOT_PASSWORD, ROOT_TOKEN
from tests.admin.routes import gated_routes

PAGE = (ROOT / "docs/api.md").read_text("utf-8")
BESIDE = PAGE.partition("## Routes that one-api has not")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"^```(sh|json)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SERVER = "http://localhost:3000"

# What one-api's own router has, by first part of the address; everything else is ours and has to be told.
ONE_API = """
    GET about home_page_content models notice reset_password status verification group
    GET oauth/email/bind oauth/github oauth/lark oauth/oidc oauth/state oauth/wechat oauth/wechat/bind
    POST topup user/login user/manage user/register user/reset user/topup user
    GET user user/aff user/available_models user/dashboard user/logout user/search user/self user/token user/{user_id}
    PUT user user/self
    DELETE user/self user/{user_id}
    GET token token/search token/{token_id}
    POST token
    PUT token
    DELETE token/{token_id}
    GET channel channel/models channel/search channel/test channel/test/{channel_id} channel/{channel_id}
    GET channel/update_balance channel/update_balance/{channel_id}
    POST channel
    PUT channel
    DELETE channel/disabled channel/{channel_id}
    GET redemption redemption/search redemption/{code_id}
    POST redemption
    PUT redemption
    DELETE redemption/{code_id}
    GET log log/search log/self log/self/search log/self/stat log/stat
    DELETE log
    GET option
    PUT option
"""


class Shell:
    """Runs the page's ``curl`` commands, as far as it uses curl."""

    def __init__(self, api: Api) -> None:
        self._app = api.app
        self._jar = Api(api.app, ROOT_TOKEN)
        self._variables = {"PASSWORD": ROOT_PASSWORD}

    def run(self, block: str) -> list[Any]:
        """The responses of a block's commands."""
        words = shlex.split(block)
        starts = [place for place, word in enumerate(words) if word == "curl"]
        assert starts[:1] == [0], block
        ends = [*starts[1:], len(words)]
        return [self._curl(words[start + 1 : end]) for start, end in zip(starts, ends, strict=True)]

    def _curl(self, words: list[str]) -> Any:
        options: dict[str, Any] = {"headers": {}}
        method, caller, address = "", Api(self._app, ROOT_TOKEN), ""
        left = iter(words)
        for word in left:
            if word in ("-b", "-c"):
                assert next(left) == "cookies"
                caller = self._jar
            elif word == "-d":
                options["content"] = self._filled(next(left))
            elif word == "-H":
                name, _, value = self._filled(next(left)).partition(": ")
                options["headers"][name] = value
            elif word == "-X":
                method = next(left)
            elif word != "-i":
                assert word.startswith(SERVER), word
                address = word.removeprefix(SERVER)
        response = caller.raw(method or ("POST" if "content" in options else "GET"), address, **options)
        if address == "/api/user/token":
            self._variables["ACCESS_TOKEN"] = response.json()["data"]
        return response

    def _filled(self, text: str) -> str:
        return Template(text).substitute(self._variables)


def _succeeded(response: Any) -> bool:
    """A file is no envelope; what is refused is one, whatever was asked for."""
    if response.headers["content-type"].startswith("application/json;"):
        return response.json()["success"]
    return response.status_code == 200 and "attachment" in response.headers["content-disposition"]


def test_every_command_is_answered_as_the_page_says(api: Api) -> None:
    shell = Shell(api)
    sent = 0
    for (language, block), (following, answer) in zip(BLOCKS, [*BLOCKS[1:], ("", "")], strict=True):
        if language != "sh":
            continue
        responses = shell.run(block)
        sent += len(responses)
        if following == "json":
            assert responses[-1].text == answer.strip().replace('": ', '":').replace(', "', ',"')
        else:
            assert all(map(_succeeded, responses)), block
        if " -i " in block:
            assert responses[-1].headers["x-total-count"] == "1"
    assert sent > 12


def test_every_route_that_one_api_has_not_is_in_the_table_with_its_role() -> None:
    told = {
        (method, path): {int(role) for role in roles.split(", ")}
        for row, roles in re.findall(r"^\| (.+?) \| ([\d, ]+) \|", BESIDE, re.MULTILINE)
        for method, path in re.findall(r"`(GET|POST|PUT|DELETE) (/api/\S+?)`", row)
    }
    told |= {(method, path): {0} for method, path in re.findall(r"`(GET) (/api/docs/\S+?)`", BESIDE)}
    known = {
        (method, f"/api/{path}")
        for method, *paths in (line.split() for line in ONE_API.strip().splitlines())
        for path in paths
    }
    ours = {(method, path): int(role) for method, path, role in gated_routes() if (method, path) not in known}
    assert told.keys() == ours.keys()
    assert all(role in told[route] for route, role in ours.items())
