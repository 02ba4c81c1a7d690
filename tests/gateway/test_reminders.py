"""When somebody is told of a low balance, and in which words."""

import pytest

from gateway.reminders import Low, body, fall, subject


@pytest.mark.parametrize(
    ("before", "after", "threshold", "seen"),
    [
        (1500, 1000, 1000, ""),
        (1500, 999, 1000, "crossed"),
        (1000, 999, 1000, "crossed"),
        (999, 500, 1000, "below"),
        (500, 0, 1000, "below"),
        (5, 5, 1000, "below"),
        (5, 0, 0, ""),
        (0, 0, 0, ""),
    ],
)
def test_a_balance_falls_once(before: int, after: int, threshold: int, seen: str) -> None:
    assert fall(before, after, threshold) == seen


def test_a_mail_says_whose_balance_is_low_and_where_more_is_to_be_had() -> None:
    low = Low(system="Gate", username="alice", token="", left="＄0.001 额度", top_up="https://gate.example/topup")
    assert "Gate" in subject(low)
    for text in ("alice", "＄0.001 额度", 'href="https://gate.example/topup"', "账户", "Your account"):
        assert text in body(low)


def test_names_cannot_bring_markup_into_a_mail() -> None:
    low = Low(system="s", username="<b>al</b>", token="<script>", left="1", top_up='"><img>')
    for text in ("<b>", "<script>", "<img>"):
        assert text not in body(low)
    assert "&lt;script&gt;" in body(low)
