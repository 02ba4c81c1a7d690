"""Where LocalStack is taken from, and that its absence is a reason and no error."""

import json
import re
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import yaml

from local.places import ROOT, TEMPLATE
from local.tables import read_template
from tests.infra.test_template import translated
from tests.support import localstack as support
from tests.support.localstack import LocalStackUnavailable, localstack


@pytest.fixture
def answering() -> Generator[str]:
    """Something that says about itself what LocalStack does."""

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = json.dumps({"services": {"dynamodb": "available"}}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Health)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_endpoint_that_answers_is_taken(answering: str) -> None:
    with localstack({"LOCALSTACK_ENDPOINT": f"{answering}/"}) as url:
        assert url == answering


def test_an_endpoint_where_nothing_answers_is_a_reason_and_docker_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(support, "_in_docker", lambda: pytest.fail("docker was asked"))
    with (
        pytest.raises(LocalStackUnavailable, match="no LocalStack answers"),
        localstack({"LOCALSTACK_ENDPOINT": "http://127.0.0.1:9"}),
    ):
        pass


def test_without_endpoint_and_docker_there_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///no/such/socket")
    with pytest.raises(LocalStackUnavailable, match="needs LOCALSTACK_ENDPOINT"), localstack({}):
        pass


def test_the_compose_file_starts_the_last_image_without_a_token_on_this_machine_only() -> None:
    (service,) = yaml.safe_load((ROOT / "compose.localstack.yml").read_text())["services"].values()
    assert service["image"] == f"${{LOCALSTACK_IMAGE:-localstack/localstack:{support.IMAGE_VERSION}}}"
    assert service["ports"] == ["127.0.0.1:4566:4566"]


def test_without_a_site_nothing_of_cloudfront_is_left_and_nothing_refers_to_it() -> None:
    template = read_template(TEMPLATE)
    template["Parameters"]["WithSite"]["Default"] = "false"
    resources = translated(template)["Resources"]
    sites = {name for name, r in resources.items() if r["Type"].startswith("AWS::CloudFront::")}
    assert len(sites) >= 5
    assert all(resources[name]["Condition"] == "HasSite" for name in sites)
    named = re.compile(rf'"(?:{"|".join(sites)})["\.]|\$\{{(?:{"|".join(sites)})[\}}\.]')
    for name, resource in {**resources, **template["Outputs"]}.items():
        if resource.get("Condition") not in ("HasSite", "HasSiteRecord"):
            assert named.findall(json.dumps(resource)) == [], name
