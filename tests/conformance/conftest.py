"""One gateway whose channels all lead to the replayer, a channel per recording, made when it is first asked for."""

import asyncio
import json
from collections.abc import Generator

import httpx
import openai
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.conformance.replayer import Replayer
from tests.conformance.samples import FIXTURES, Json, Sample, all_samples
from tests.e2e.conftest import operating
from tests.e2e.support import Account
from tests.fakes.upstream import UpstreamProcess
from tests.support.scripted_upstream import ScriptedUpstream

GROUP = "recordings"
AT_ONCE = 16
SETTINGS = {"SYNC_FREQUENCY": "60", "RELAY_KEEP_ALIVE": "1", "USER_CONTENT_ALLOW_NETWORKS": "127.0.0.0/8"}


class Gateway:
    """A running gateway in front of the replayer."""

    def __init__(self, account: Account, replayer: Replayer, url: str) -> None:
        self.account = account
        self.replayer = replayer
        self.url = url
        self.client = openai.OpenAI(
            base_url=f"{account.operator.gateway.url}/v1", api_key=account.key, max_retries=0, timeout=30
        )
        self._made: set[str] = set()
        self._service_account = service_account()

    def model(self, sample: Sample) -> str:
        """The name under which this recording is asked for."""
        if sample.name not in self._made:
            self._made.add(sample.name)
            self.account.operator.call("POST", "/api/channel/", self._channel(sample))
        return sample.name

    def at_once(self, bodies: list[Json], path: str, most: int = AT_ONCE) -> list[httpx.Response]:
        """The replies to these requests, of which so many are made at a time."""
        return asyncio.run(self._at_once(bodies, path, asyncio.Semaphore(most)))

    async def _at_once(self, bodies: list[Json], path: str, gate: asyncio.Semaphore) -> list[httpx.Response]:
        headers = {"authorization": f"Bearer {self.account.key}"}
        async with httpx.AsyncClient(trust_env=False, verify=False, timeout=30, headers=headers) as client:

            async def ask(body: Json) -> httpx.Response:
                async with gate:
                    return await client.post(f"{self.account.operator.gateway.url}{path}", json=body)

            return await asyncio.gather(*(ask(body) for body in bodies))

    def _channel(self, sample: Sample) -> dict[str, object]:
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


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Generator[Gateway]:
    if not FIXTURES.exists():
        pytest.skip("the recorded traffic does not lie beside the project")
    replayer = Replayer({sample.name: sample for sample in all_samples()})
    with ScriptedUpstream(replayer.answer) as upstream, UpstreamProcess() as unused:
        for operator in operating(tmp_path_factory.mktemp("recordings"), unused, SETTINGS):
            operator.option("RetryTimes", "0")
            operator.option("UnknownModelPrice", "1")
            made = Gateway(operator.account(quota=10**15, group=GROUP), replayer, upstream.url)
            yield made
            made.client.close()
            made.account.close()
