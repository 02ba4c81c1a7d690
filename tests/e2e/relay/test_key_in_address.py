"""Keys in addresses, as Google's clients send them: whoever logs addresses must not log these."""

import httpx

from tests.e2e.support import MODEL, Account, Operator


def test_a_key_in_the_address_works_and_is_nowhere_in_the_logs(operator: Operator, account: Account) -> None:
    operator.channel(account.group)
    body = {"contents": [{"parts": [{"text": "hi"}]}]}
    url = f"{operator.gateway.url}/v1beta/models/{MODEL}"
    with httpx.Client(trust_env=False) as http:
        for method in ("generateContent", "countTokens", "noSuchMethod"):
            answer = http.post(f"{url}:{method}", params={"key": account.key}, json=body)
            assert answer.status_code == (404 if method == "noSuchMethod" else 200)
            assert account.key not in answer.text
        assert http.post(f"{url}:generateContent", params={"key": account.key}, json={}).status_code == 400
        assert http.get(f"{operator.gateway.url}/v1beta/models", params={"key": account.key}).status_code == 200
    account.settled(1)
    secret = account.key.removeprefix("sk-")
    assert secret not in operator.gateway.output()
    logs = [path for path in operator.gateway.folder.rglob("*") if path.is_file() and path.suffix in (".log", ".txt")]
    assert logs and not any(secret.encode() in path.read_bytes() for path in logs)
    assert not any(secret in repr(seen) for seen in operator.upstream.requests())
