"""State that one of two channels does not know, and sessions by every name, in every dialect, whole and streamed."""

from typing import Any

import pytest

from tests.e2e.support import Account, Channel, Operator

Json = dict[str, Any]
OPENAI, ANTHROPIC, GEMINI = 1, 14, 24
MODELS = {OPENAI: "gpt-4o-mini", ANTHROPIC: "claude-sonnet-4-5-20250929", GEMINI: "gemini-2.5-pro"}
ASK = "@@fake chunks=2@@"


def post(account: Account, type: int, path: str, body: Json, stream: bool, **options: Any) -> Any:
    verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
    more = {} if type == GEMINI else {"model": MODELS[type], "stream": stream}
    return account.post(body | more, path=path.format(model=MODELS[type], verb=verb), **options)


def asked(channel: Channel) -> int:
    found = channel.operator.upstream.requests()
    return sum(channel.key in str(seen.headers) or channel.key in seen.query for seen in found)


THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "MARK"}
DETAIL = {"type": "reasoning.text", "text": "hm", "signature": "MARK"}
GENERATE = "/v1beta/models/{model}:{verb}"
UNKNOWN: dict[str, tuple[int, str, Json, Json]] = {
    "a signed thought of Claude's": (
        ANTHROPIC,
        "/v1/messages",
        {
            "max_tokens": 9,
            "messages": [
                {"role": "user", "content": "?"},
                {"role": "assistant", "content": [THOUGHT, {"type": "text", "text": "yes"}]},
                {"role": "user", "content": ASK},
            ],
        },
        {
            "type": "error",
            "error": {
                "type": "invalid_request_error",
                "message": "messages.1.content.0: Invalid `signature` in `thinking` block",
            },
        },
    ),
    "a signed part of Gemini's": (
        GEMINI,
        GENERATE,
        {
            "contents": [
                {"role": "user", "parts": [{"text": "?"}]},
                {"role": "model", "parts": [{"text": "yes", "thoughtSignature": "MARK"}]},
                {"role": "user", "parts": [{"text": ASK}]},
            ]
        },
        {"error": {"code": 400, "message": "Corrupted thought signature.", "status": "INVALID_ARGUMENT"}},
    ),
    "a compaction of OpenAI's": (
        OPENAI,
        "/v1/responses",
        {"input": [{"type": "compaction", "id": "c", "encrypted_content": "MARK"}, {"role": "user", "content": ASK}]},
        {"error": {"message": "x", "type": "invalid_request_error", "code": "invalid_encrypted_content"}},
    ),
    "reasoning without a code": (
        OPENAI,
        "/v1/responses",
        {
            "input": [
                {"type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "MARK"},
                {"role": "user", "content": ASK},
            ]
        },
        {"error": {"message": "The encrypted content gAAA could not be decrypted.", "type": "invalid_request_error"}},
    ),
    "reasoning of a chat": (
        OPENAI,
        "/v1/chat/completions",
        {
            "messages": [
                {"role": "user", "content": "?"},
                {"role": "assistant", "content": "yes", "reasoning_details": [DETAIL]},
                {"role": "user", "content": ASK},
            ]
        },
        {"error": {"message": "Invalid `signature` in `thinking` block", "type": "invalid_request_error"}},
    ),
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("case", UNKNOWN)
def test_a_channel_that_cannot_read_it_is_passed_over_for_one_that_can(
    operator: Operator, account: Account, option: Any, case: str, stream: bool
) -> None:
    option("RetryTimes", "0")
    type, path, body, error = UNKNOWN[case]
    stranger = operator.channel(account.group, type=type, models=MODELS[type], priority=10)
    holder = operator.channel(account.group, type=type, models=MODELS[type])
    operator.upstream.control(when={"key": stranger.key}, status=400, body=error)
    for _ in range(2):
        answer = post(account, type, path, body, stream)
        assert answer.status_code == 200, answer.text
    assert asked(holder) == 2 and 1 <= asked(stranger) <= 2
    assert len(account.settled(2)) == 2


CHAT: Json = {"messages": [{"role": "user", "content": ASK}]}
MESSAGES: Json = {"max_tokens": 9, "messages": [{"role": "user", "content": ASK}]}
CLAUDE_CODE = "user_" + "a" * 64 + "_account__session_01234567-89ab-cdef-0123-456789abcdef"
SESSIONS: dict[str, tuple[int, str, Json, Json]] = {
    "Codex, with a hyphen": (OPENAI, "/v1/responses", {"input": ASK}, {"session-id": "s"}),
    "Codex in a chat": (OPENAI, "/v1/chat/completions", CHAT, {"session_id": "s"}),
    "an affinity that is named": (OPENAI, "/v1/chat/completions", CHAT, {"x-session-affinity": "s"}),
    "OpenCode at Claude": (ANTHROPIC, "/v1/messages", MESSAGES, {"x-opencode-session": "s"}),
    "Claude Code's user": (ANTHROPIC, "/v1/messages", MESSAGES | {"metadata": {"user_id": CLAUDE_CODE}}, {}),
    "Claude Code's user at OpenAI": (OPENAI, "/v1/messages", MESSAGES | {"metadata": {"user_id": CLAUDE_CODE}}, {}),
    "a session at Gemini": (
        GEMINI, GENERATE, {"contents": [{"role": "user", "parts": [{"text": ASK}]}]}, {"session_id": "s"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("case", SESSIONS)
def test_a_session_of_any_name_stays_where_it_began(
    operator: Operator, account: Account, case: str, stream: bool
) -> None:
    type, path, body, headers = SESSIONS[case]
    found = [operator.channel(account.group, type=type, models=MODELS[type]) for _ in range(4)]
    for _ in range(6):
        assert post(account, type, path, body, stream, headers=headers).status_code == 200
    assert sorted(asked(channel) for channel in found) == [0, 0, 0, 6]
