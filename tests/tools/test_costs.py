"""The page's figures are the template's and the measured ones, and what they rest on."""

import pytest

from local.places import TEMPLATE
from local.tables import read_template
from tools import costs


def test_the_page_says_what_is_computed() -> None:
    page = costs.DOCUMENT.read_text()
    shown = page.partition(costs.BEGIN)[2].partition(costs.END)[0].strip()
    assert shown == costs.render(), "python -m tools.costs --write"


def test_a_million_chats_are_mostly_time_and_double_with_memory() -> None:
    small, large = costs.chat(512), costs.chat(1024)
    assert round(small[0][2], 2) == 53.33
    assert round(costs.total(large) - costs.total(small), 2) == 53.33
    assert small[0][2] > costs.total(small) * 0.8


def test_every_alarm_secret_and_schedule_of_the_template_is_in_the_idle_month() -> None:
    template = read_template(TEMPLATE)
    before = {name: dollars for name, _, dollars in costs.idle(template)}
    resources = template["Resources"]
    resources["AnotherAlarm"] = resources["RelayErrors"]
    resources["AnotherSecret"] = resources["EdgeSecret"]
    resources["AnotherSchedule"] = resources["ReleaseHoldsSchedule"]
    after = {name: dollars for name, _, dollars in costs.idle(template)}
    assert round(after["alarms"] - before["alarms"], 2) == 0.10
    assert round(after["secrets"] - before["secrets"], 2) == 0.40
    assert after["jobs, time"] > before["jobs, time"]


def test_schedules_that_are_off_by_default_cost_nothing() -> None:
    minutes = costs.MINUTES
    assert costs.runs(read_template(TEMPLATE)) == pytest.approx(3 * minutes + minutes / 5 + minutes / 60 / 24)
