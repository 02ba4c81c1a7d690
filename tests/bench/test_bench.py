"""The benchmark counts right before anybody believes its figures."""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bench import gateway, proc, ratios, runner
from bench.figures import difference, median, percentile, ratio, summary
from bench.load import Plan, Result, measure
from bench.runner import Report, Runner, Sample, stopping
from bench.scenarios import SCENARIOS
from bench.table import tables
from bench.targets import ROOT, Spec, Target, TargetFailed, filled, load_specs, start
from bench.verdict import judge
from tests.fakes.upstream import FakeUpstream, UpstreamProcess

PASS = Spec(
    name="pass",
    cmd=[sys.executable, "-m", "tests.bench.passthrough", "--port", "{port}", "--upstream", "{upstream}"],
)


def plan(up: FakeUpstream, directives: str = "", *, chunks: int | None = None, **more: Any) -> Plan:
    body: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": f"@@fake {directives}@@"}]}
    if chunks is not None:
        body["stream"] = True
    settings = {"concurrency": 2, "seconds": 5.0, "requests": 4, "timeout": 5.0, "text": "" if chunks else "word0"}
    return Plan(url=f"{up.url}/v1/chat/completions", body=json.dumps(body), chunks=chunks, **settings | more)


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(number) for number in range(1, 101)]
    assert [percentile(values, share) for share in (0.0, 0.5, 0.9, 0.99, 1.0)] == [1, 50, 90, 99, 100]
    assert percentile([3.0], 0.99) == 3.0
    got = summary(reversed(values))
    assert got == {"n": 100, "mean": 50.5, "p50": 50, "p90": 90, "p99": 99, "max": 100}


def test_what_was_not_measured_has_no_figure() -> None:
    assert summary([]) is None
    assert median([None, None]) is None
    assert median([None, 3.0, 1.0]) == 2.0
    assert (ratio(1.0, 0.0), ratio(None, 1.0), ratio(6.0, 4.0)) == (None, None, 1.5)
    assert (difference(None, 1.0), difference(3.0, 1.0)) == (None, 2.0)


@pytest.mark.parametrize(
    ("status", "body", "chunks", "verdict"),
    [
        (200, b'{"a": "a word"}', None, None),
        (500, b'{"a": "a word"}', None, "status"),
        (200, b'{"a": "a wor"}', None, "text"),
        (200, b'{"a": "a word', None, "json"),
        (200, b"word <<%019d>> <<%019d>> data: [DONE]\n\n" % (1, 2), 2, None),
        (200, b"word <<%019d>> <<%019d>> <<%019d>> data: [DONE]\n\n" % (1, 2, 2), 2, "chunks"),
        (200, b"word <<%019d>> data: [DONE]\n\n" % 1, 2, "chunks"),
        (200, b"word <<%019d>> <<%019d>>\n\n" % (1, 2), 2, "no_done"),
        (200, b"word <<%019d>> data: [DONE]\n\ndata: <<%019d>>\n\n" % (1, 2), 2, "no_done"),
    ],
)
def test_an_answer_is_good_only_when_nothing_is_missing_or_doubled(
    status: int, body: bytes, chunks: int | None, verdict: str | None
) -> None:
    assert judge(status, body, text=b"word", chunks=chunks) == verdict


@pytest.mark.parametrize(
    ("directives", "chunks", "bad"),
    [
        ("", None, {}),
        ("status=429", None, {"status": 4}),
        ("text=other", None, {"text": 4}),
        ("bad_json=1 chunks=99", None, {"json": 4}),
        ("truncated=1", None, {"closed": 4}),
        ("disconnect=1", None, {"closed": 4}),
        ("disconnect=1 reset=1", None, {"closed": 4}),
        ("garbage=1", None, {"http": 4}),
        ("hang=1", None, {"timeout": 4}),
        ("status=503 first=3", None, {"status": 3}),
        ("close=1", None, {}),
        ("chunks=10 stamp=1", 10, {}),
        ("chunks=10 stamp=1 delay_ms=1", 10, {}),
        ("chunks=10 stamp=1 split=byte", 10, {}),
        ("chunks=9 stamp=1", 10, {"chunks": 4}),
        ("chunks=11 stamp=1", 10, {"chunks": 4}),
        ("chunks=10 stamp=1 done=0", 10, {"no_done": 4}),
        ("chunks=10 stamp=1 cut_before_done=1", 10, {"closed": 4}),
        ("chunks=10 stamp=1 disconnect_after=4 reset=1", 10, {"closed": 4}),
        ("chunks=10 stamp=1 error_after=4", 10, {"chunks": 4}),
        ("chunks=10 stamp=1 hang_after=4", 10, {"timeout": 4}),
    ],
)
async def test_the_load_client_sees_every_fault(directives: str, chunks: int | None, bad: dict[str, int]) -> None:
    async with FakeUpstream() as up:
        slow = {"timeout": 0.1} if "hang" in directives else {}
        result = await measure(plan(up, directives, chunks=chunks, **slow))
        requests = up.stats()["requests"]
    assert result.bad == bad
    assert (result.good, result.finished, requests) == (4 - sum(bad.values()), 4, 4)
    assert bool(result.sample) is bool(bad)
    if chunks and not bad:
        assert result.chunk_us is not None
        assert result.chunk_us["n"] == 4 * chunks


async def test_a_gateway_that_is_not_there_gives_only_bad_answers() -> None:
    async with FakeUpstream() as up:
        gone = plan(up, requests=3, seconds=1.0)
    result = await measure(gone)
    assert (result.good, result.bad, result.latency_ms) == (0, {"connect": 3}, None)


async def test_a_closed_loop_keeps_so_many_requests_open_and_reuses_connections() -> None:
    async with FakeUpstream() as up:
        running = asyncio.create_task(measure(plan(up, "gate=g", concurrency=3, requests=9)))
        await up.wait(gate="g", count=3)
        assert up.stats()["requests"] == 3
        up.release("g")
        assert (await running).good == 9
        assert up.stats()["connections_opened"] == 3


async def test_an_open_loop_counts_latency_from_the_scheduled_moment() -> None:
    async with FakeUpstream() as up:
        settings = {"rate": 200.0, "requests": 6, "concurrency": 1}
        result = await measure(plan(up, "wait_ms=30", **settings))
    assert result.good == 6
    assert result.latency_ms is not None and result.first_byte_ms is not None
    assert result.latency_ms["max"] > 100, "later requests waited for the only connection, and that counts"


async def test_latency_and_pace_are_those_of_the_upstream() -> None:
    async with FakeUpstream() as up:
        result = await measure(plan(up, "chunks=10 delay_ms=4 wait_ms=20 stamp=1", chunks=10))
    assert result.latency_ms is not None and result.first_byte_ms is not None and result.chunk_us is not None
    assert 60 <= result.latency_ms["p50"] < 1000
    assert 20 <= result.first_byte_ms["p50"] < result.latency_ms["p50"] - 30
    assert 0 < result.chunk_us["p50"] < 50_000


@pytest.mark.parametrize("name", SCENARIOS)
async def test_every_scenario_is_answered_well_by_the_upstream_itself(name: str) -> None:
    scenario = SCENARIOS[name]
    body = scenario.body("fake")
    assert abs(len(body) - scenario.request_bytes) < 60
    hurried = re.sub(r"_ms=\d+", "_ms=1", body.decode())
    path = "embeddings" if scenario.kind == "embeddings" else "chat/completions"
    async with FakeUpstream() as up:
        result = await measure(
            Plan(
                url=f"{up.url}/v1/{path}",
                body=hurried,
                concurrency=1,
                seconds=5,
                requests=1,
                text=scenario.expected(),
                chunks=scenario.chunks,
            )
        )
    assert (result.good, result.bad) == (1, {})


def test_cpu_of_a_tree_includes_children_that_run_and_that_ended() -> None:
    spin = "import time\nwhile time.process_time() < {}: pass"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {spin.format(0.3)!r}])"
    script = f"{child}\n{spin.format(0.2)}\nprint(flush=True)\ninput()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdin
        before = proc.cpu(process.pid)
        process.stdout.readline()
        used = proc.cpu(process.pid).since(before)
        assert process.pid in proc.tree(os.getpid())
        assert proc.memory(process.pid).rss > 3
        process.stdin.close()
    assert 0.4 < used < 2
    assert proc.memory(process.pid).rss == 0


def test_placeholders_are_filled_and_other_braces_kept(tmp_path: Path) -> None:
    spec = Spec(
        name="x",
        cmd=["run", "{port}", "{upstream_port}"],
        files={"c.json": '{"a": "{upstream}"}'},
        headers=["h: {work}"],
    )
    got = filled(spec, upstream="http://127.0.0.1:9", port=7, work=tmp_path)
    assert got.cmd == ["run", "7", "9"]
    assert got.files == {"c.json": '{"a": "http://127.0.0.1:9"}'}
    assert got.headers == [f"h: {tmp_path}"]


def test_a_target_file_is_read_and_its_mistakes_named(tmp_path: Path) -> None:
    file = tmp_path / "t.toml"
    file.write_text('[peer]\ncmd = ["x"]\nmodel = "m"\nskip = ["emb16"]\n')
    assert load_specs(file) == {"peer": Spec(name="peer", cmd=["x"], model="m", skip=["emb16"])}
    file.write_text('[peer]\ncomand = ["x"]\n')
    with pytest.raises(ValueError, match="comand"):
        load_specs(file)


def test_a_gateway_that_ends_at_once_is_told_with_its_output(tmp_path: Path) -> None:
    spec = Spec(name="broken", cmd=[sys.executable, "-c", "print('no such option'); raise SystemExit(3)"])
    with pytest.raises(TargetFailed, match=r"ended with 3(.|\n)*no such option"):
        start(spec, upstream="http://127.0.0.1:9", work=tmp_path, cpus=None)


def test_what_a_gateway_leaves_behind_is_ended_with_it(tmp_path: Path) -> None:
    leaves = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE); "
    module = PASS.cmd[2]
    serves = f"import runpy; sys.argv = [{module!r}, *sys.argv[1:]]; runpy.run_module({module!r}, {{}}, '__main__')"
    spec = Spec(name="leaves", cmd=[sys.executable, "-c", leaves + serves, *PASS.cmd[3:]])
    with UpstreamProcess() as up:
        target = start(spec, upstream=up.url, work=tmp_path, cpus=None)
        assert target.pid is not None
        family = proc.tree(target.pid)
        target.stop()
    assert len(family) == 2
    deadline = time.monotonic() + 5
    while any(proc.memory(member).rss for member in family) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [proc.memory(member).rss for member in family] == [0, 0]


def test_a_short_run_against_a_stand_in_gives_a_full_report(tmp_path: Path) -> None:
    said: list[str] = []
    running: list[Target] = []
    with UpstreamProcess() as up, stopping(running):
        running.append(start(PASS, upstream=up.url, work=tmp_path, cpus=None))
        bench = Runner(direct_url=up.url, books=up, cpus=None, seconds=0.2, say=said.append)
        report = bench.rounds(running, ["ns1", "st16", "emb16"], 1)
    assert [sample.scenario for sample in report.samples] == ["ns1", "st16", "emb16"]
    for sample in report.samples:
        assert (sample.gateway.bad, sample.direct.bad) == ({}, {})
        assert sample.gateway.good > 0
        assert sample.cpu_ms is not None and 0 < sample.cpu_ms < 50
        assert sample.reuse is not None and sample.reuse >= 1
    assert report.targets["pass"]["first_s"] > 0
    assert report.targets["pass"]["after"]["peak"] > 5
    assert len(said) == 3
    assert json.loads(report.as_json())["samples"][1]["gateway"]["chunk_us"]["n"] > 0
    assert running[0].pid is not None
    assert proc.memory(running[0].pid).rss == 0


def test_the_command_measures_what_is_running_and_writes_a_file(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    with UpstreamProcess() as up:
        up.control(status=401)
        up.control(when={"key": "right"})
        command = [sys.executable, "-m", "bench", "--attach", "--url", up.url, "--upstream", up.url]
        command += ["--pid", str(up.pid), "-H", "authorization: Bearer right"]
        options = ["--scenarios", "ns1", "--secs", "0.2", "--rounds", "1", "--out", str(out)]
        done = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "| ns1      | attached |" in done.stdout
    written = json.loads(out.read_text())["samples"][0]
    assert written["gateway"]["bad"] == {}
    assert list(written["direct"]["bad"]) == ["status"], "direct calls carry no key of the gateway's"
    wrong = subprocess.run([*command, "--scenarios", "ns2"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (wrong.returncode, "no scenario ns2" in wrong.stderr) == (2, True)


async def test_our_gateway_is_given_one_channel_with_the_access_token() -> None:
    spec = gateway.spec()
    assert spec.setup is not None
    async with FakeUpstream() as stand_in:
        stand_in.replay(b'{"success": true, "message": ""}', when={"path": "/api/option/"})
        stand_in.replay(b'{"success": true, "message": ""}', when={"path": "/api/channel/"}, times=1)
        stand_in.replay(b'{"success": false, "message": "no"}', when={"path": "/api/channel/"}, times=1)
        await asyncio.to_thread(spec.setup, stand_in.url, "http://127.0.0.1:9000")
        asked = stand_in.requests()[-1]
        with pytest.raises(TargetFailed, match="no"):
            await asyncio.to_thread(spec.setup, stand_in.url, "http://127.0.0.1:9000")
    assert asked.header("authorization") == spec.env["INITIAL_ROOT_ACCESS_TOKEN"]
    assert asked.json["base_url"] == "http://127.0.0.1:9000"
    assert (asked.json["type"], asked.json["models"], asked.json["group"]) == (1, "fake", "default")
    assert spec.headers == [f"authorization: Bearer sk-{spec.env['INITIAL_ROOT_TOKEN']}"]


def sample(target: str, number: int, *, rate: float, direct: float, cpu: float, bad: dict[str, int]) -> Sample:
    def result(per_second: float, wrong: dict[str, int]) -> Result:
        times = summary([1000 / per_second])
        return Result(
            good=10,
            bad=wrong,
            sample="",
            seconds=1.0,
            rate=per_second,
            latency_ms=times,
            first_byte_ms=times,
            chunk_us=None,
        )

    return Sample(
        scenario="ns1",
        target=target,
        round=number,
        direct=result(direct, {}),
        gateway=result(rate, bad),
        cpu_ms=cpu,
        own_ms=cpu * 2 / 3,
        held_kb=None,
        reuse=4.0,
        busy=1.0,
    )


def test_the_table_shows_medians_over_rounds_and_sums_bad_answers() -> None:
    rows = [
        sample("a", number, rate=rate, direct=1000, cpu=cpu, bad=bad)
        for number, (rate, cpu, bad) in enumerate([(500, 0.2, {"text": 1}), (250, 0.4, {}), (200, 0.3, {"closed": 2})])
    ]
    rows.append(sample("b", 0, rate=100, direct=1000, cpu=0.9, bad={}))
    text = tables(Report(samples=rows, targets={"a": {"note": "one"}, "b": {"died": -9}}))
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line]
    assert cells[2][:11] == ["ns1", "a", "250.0", "4.00x", "0.300", "0.200", "0.100", "1.00x", "4.00", "4.00", "3.00"]
    assert cells[2][-2:] == ["3", "4.0"]
    assert cells[3][1:8] == ["b", "100.0", "10.00x", "0.900", "0.600", "0.300", "3.00x"]
    assert cells[7][-1] == "DIED with -9"


def test_the_first_gateway_is_set_beside_each_other_in_its_own_rounds() -> None:
    def rows(target: str, figures: list[float]) -> list[Sample]:
        return [sample(target, number, rate=1, direct=1, cpu=cpu, bad={}) for number, cpu in enumerate(figures)]

    def resident(whole: float, own: float) -> dict[str, Any]:
        return {"after": {"rss": whole}, "own": {"rss": own}}

    report = Report(
        samples=[*rows("a", [1.0, 2.0, 9.0]), *rows("b", [10.0, 40.0, 30.0])],
        targets={"a": resident(90, 60), "b": resident(120, 120) | {"aims": {"ns1": 0.05, "rss": 0.25}}, "c": {}},
    )
    assert ratios.rows(report) == [
        ["a over", "CPU and memory of", "ns1", "RSS after"],
        ["b", "own process", "0.100", "0.50"],
        ["b", "whole tree", "0.100", "0.75"],
        ["b", "aim of own", "0.050", "0.25"],
        ["c", "own process", "-", "-"],
        ["c", "whole tree", "-", "-"],
    ]
    assert "| a over |" in tables(report)


def test_a_gateway_alone_is_set_beside_nothing() -> None:
    alone = Report(samples=[sample("a", 0, rate=1, direct=1, cpu=1, bad={})], targets={"a": {}})
    assert ratios.rows(alone) == []


def test_a_load_client_that_fails_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "ROOT", Path("/"))
    with pytest.raises(RuntimeError, match="load client failed"):
        runner.load(SCENARIOS["ns1"], "http://127.0.0.1:1", target=None, seconds=0.1, cpus=None)
