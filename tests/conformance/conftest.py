"""Gateways whose channels all lead to the replayer, a channel per recording, made when it is first asked for.

One is in this process. WebSockets need real ones: recordings of such providers (``of_sockets``) go through another,
which runs by itself; their tests are end-to-end tests.
"""

import json
from collections.abc import Generator
from typing import Any

import openai
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.conformance.replayer import Replayer
from tests.conformance.samples import FIXTURES, Sample, all_samples
from tests.e2e.conftest import operating
from tests.e2e.support import Account, Operator
from tests.fakes.upstream import UpstreamProcess
from tests.support.memory_gateway import MemoryUpstream, operating_in_memory
from tests.support.scripted_upstream import ScriptedUpstream

GROUP, HOST = "recordings", "recordings.test"
SPARK = 18  # the type of channel that speaks WebSocket
SETTINGS = {"SYNC_FREQUENCY": "60", "RELAY_KEEP_ALIVE": "1", "USER_CONTENT_ALLOW_NETWORKS": "127.0.0.0/8"}


class Gateway:
    """A gateway in front of the replayer."""

    def __init__(self, operator: Operator, replayer: Replayer, url: str) -> None:
        operator.option("RetryTimes", "0")
        operator.option("UnknownModelPrice", "1")
        self.account: Account = operator.account(quota=10**15, group=GROUP)
        self.replayer = replayer
        self.url = url
        self.client = openai.OpenAI(
            base_url=f"{operator.gateway.url}/v1",
            api_key=self.account.key,
            max_retries=0,
            timeout=30,
            http_client=operator.connect(),
        )
        self._made: set[str] = set()
        self._service_account = service_account()

    def close(self) -> None:
        self.client.close()
        self.account.close()

    def model(self, sample: Sample) -> str:
        """The name under which this recording is asked for."""
        if sample.name not in self._made:
            self._made.add(sample.name)
            self.account.operator.add_channel(self._channel(sample))
        return sample.name

    def _channel(self, sample: Sample) -> dict[str, Any]:
        base = f"{self.url}/r/{sample.name}"
        key = sample.key
        if sample.type == 42:
            account = self._service_account | {"token_uri": f"{base}/google-token"}
            key = f"us-east5|project-1|{json.dumps(account)}"
        return {
            "type": sample.type,
            "name": sample.name,
            "key": key,
            "base_url": base,
            "models": sample.name,
            "group": GROUP,
            "model_mapping": json.dumps({sample.name: sample.model}),
            "config": json.dumps(sample.config),
        }


def service_account() -> dict[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
    return {"type": "service_account", "client_email": "robot@p.iam.gserviceaccount.com", "private_key": pem}


def of_sockets(samples: list[Sample]) -> list[Any]:
    """Parameters of a test of recordings: those of providers with sockets are marked."""
    return [pytest.param(one, marks=pytest.mark.e2e) if one.type == SPARK else one for one in samples]


@pytest.fixture(scope="session")
def replayer() -> Replayer:
    if not FIXTURES.exists():
        pytest.skip("the recorded traffic does not lie beside the project")
    return Replayer({sample.name: sample for sample in all_samples()})


@pytest.fixture(scope="session")
def gateway_in_memory(replayer: Replayer) -> Generator[Gateway]:
    with operating_in_memory(MemoryUpstream(), SETTINGS) as operator:
        server = web.Server(replayer.answer, loop=operator.memory.loop)  # pyright: ignore[reportArgumentType]
        made = Gateway(operator, replayer, operator.memory.serve(HOST, server))
        yield made
        made.close()


@pytest.fixture(scope="session")
def gateway_of_sockets(tmp_path_factory: pytest.TempPathFactory, replayer: Replayer) -> Generator[Gateway]:
    with ScriptedUpstream(replayer.answer) as upstream, UpstreamProcess() as unused:
        for operator in operating(tmp_path_factory.mktemp("recordings"), unused, SETTINGS):
            made = Gateway(operator, replayer, upstream.url)
            yield made
            made.close()


@pytest.fixture
def gateway(request: pytest.FixtureRequest) -> Gateway:
    """The one that the test's recording needs."""
    sample: Sample | None = getattr(request.node, "callspec", None) and request.node.callspec.params.get("sample")
    sockets = sample is not None and sample.type == SPARK
    return request.getfixturevalue("gateway_of_sockets" if sockets else "gateway_in_memory")
