"""The runner as a process, around stand-ins for the functions: starting, stopping, and everything in the way."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Generator
from pathlib import Path

import httpx
import pytest

from gateway import __version__
from tests.support.gateway_process import GatewayProcess
from tests.support.stand_ins import PASSWORD

pytestmark = pytest.mark.e2e

Start = Callable[..., GatewayProcess]


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def runner(start_gateway: Callable[..., GatewayProcess], journal: Path) -> Start:
    def start(*options: str, **environment: str) -> GatewayProcess:
        return start_gateway(
            module="tests.support.stand_ins",
            options=options,
            environment={"JOURNAL": str(journal), **environment},
            known_root=False,
        )

    return start


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Generator[GatewayProcess]:
    """One for the tests that only ask."""
    folder = tmp_path_factory.mktemp("serving")
    environment = {"JOURNAL": str(folder / "journal")}
    gateway = GatewayProcess(folder, module="tests.support.stand_ins", environment=environment, known_root=False)
    try:
        yield gateway.start()
    finally:
        gateway.close()


@pytest.fixture
def refused(tmp_path: Path, journal: Path) -> Callable[..., str]:
    """Starts a gateway that must not start; the one line it says."""

    def run(*options: str, port: int | None = None, **environment: str) -> str:
        gateway = GatewayProcess(
            tmp_path,
            module="tests.support.stand_ins",
            options=(*options, *(["--port", str(port)] if port else [])),
            environment={"JOURNAL": str(journal), **environment},
        )
        before = len(gateway.output())
        gateway.launch()
        try:
            assert gateway.wait(20) == 1
        finally:
            gateway.close()
        *_, line = gateway.output()[before:].splitlines()
        assert "Traceback" not in gateway.output()
        return line

    return run


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.read()


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def ends(pid: int, seconds: float = 10) -> bool:
    """Whether the process is gone, soon."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


def test_the_first_start_prints_a_password_once_and_the_second_keeps_the_data(runner: Start) -> None:
    gateway = runner()
    assert gateway.output().count(PASSWORD) == 1
    assert "11 made now" in gateway.output()
    first = len(gateway.output())

    gateway.restart()

    second = gateway.output()[first:]
    assert PASSWORD not in second
    assert "0 made now" in second


def test_a_chosen_password_is_not_repeated(runner: Start) -> None:
    gateway = runner(INITIAL_ROOT_PASSWORD="chosen-by-the-operator")
    assert "chosen-by-the-operator" not in gateway.output()
    assert "INITIAL_ROOT_PASSWORD" in gateway.output()


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/v1/models", b'{"path":"/v1/models","app":"relay","kept":"relay"}'),
        (
            "/v1beta/models/x:generateContent",
            b'{"path":"/v1beta/models/x:generateContent","app":"relay","kept":"relay"}',
        ),
        ("/api/status", b'{"path":"/api/status","app":"admin","kept":"admin"}'),
    ],
)
def test_paths_lead_to_their_function_with_the_state_of_its_start(
    serving: GatewayProcess, path: str, answer: bytes
) -> None:
    assert get(serving.url + path) == answer


def test_the_site_answers_every_address_of_its_own(serving: GatewayProcess) -> None:
    url = serving.url
    assert b"One API Serverless" in get(url)
    assert get(f"{url}/channel/edit/7") == get(url)


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/no-such-script.js", 404), ("POST", "/", 405), ("PUT", "/anywhere", 405)]
)
def test_what_the_site_has_not_is_no_fault_of_the_gateway(
    serving: GatewayProcess, method: str, path: str, status: int
) -> None:
    assert httpx.request(method, serving.url + path, trust_env=False).status_code == status


@pytest.mark.parametrize("end", [GatewayProcess.stop, GatewayProcess.kill])
def test_a_signal_ends_everything_it_started(
    runner: Start, journal: Path, end: Callable[[GatewayProcess], int]
) -> None:
    gateway = runner()
    children = children_of(gateway.pid)
    assert len(children) == 1

    assert end(gateway) == 0

    assert all(ends(child) for child in children)
    assert journal.read_text().split("\n") == ["relay started", "admin started", "admin ended", "relay ended", ""]
    assert gateway.output().rstrip().endswith("stopped")


def test_a_stream_in_flight_finishes_before_the_end(runner: Start, journal: Path) -> None:
    gateway = runner()
    answers: list[bytes] = []
    client = threading.Thread(target=lambda: answers.append(get(f"{gateway.url}/v1/ticks?count=10")))
    client.start()
    time.sleep(0.3)

    assert gateway.stop() == 0

    client.join()
    assert answers == [b"".join(b"%d\n" % number for number in range(10))]
    assert "stream settled" in journal.read_text()


def test_after_kill_9_the_database_ends_too_and_the_next_start_keeps_the_data(runner: Start) -> None:
    gateway = runner()
    (database,) = children_of(gateway.pid)
    gateway.kill9()
    assert ends(database)
    before = len(gateway.output())

    gateway.restart()

    assert "0 made now" in gateway.output()[before:]
    assert get(f"{gateway.url}/v1/models")


def test_a_database_left_running_is_taken_over(runner: Start) -> None:
    gateway = runner()
    (database,) = children_of(gateway.pid)
    os.kill(database, signal.SIGSTOP)  # cannot end when its parent does
    gateway.kill9()
    os.kill(database, 0)

    threading.Timer(0.5, os.kill, (database, signal.SIGCONT)).start()
    gateway.restart()

    assert ends(database)
    assert get(f"{gateway.url}/v1/models")


def test_it_ends_with_one_line_when_its_database_ends(runner: Start) -> None:
    gateway = runner()
    (database,) = children_of(gateway.pid)
    os.kill(database, signal.SIGKILL)
    assert gateway.wait(20) == 1
    assert "the embedded DynamoDB ended by itself" in gateway.output().splitlines()[-1]


def test_a_taken_port_is_one_clear_line(refused: Callable[..., str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refused(port=port)
    assert line == (
        f"one-api: cannot listen on 127.0.0.1:{port}: Address already in use; "
        f"choose another with --port (for example {port + 1})"
    )


def test_an_unwritable_folder_is_one_clear_line(refused: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert refused("--data-dir", "file/data") == (
        f"one-api: cannot write to {tmp_path}/file/data: Not a directory; name another folder with --data-dir"
    )
    assert refused("--log-dir", "/proc/logs").startswith("one-api: cannot write to /proc/logs: ")


def test_data_in_use_by_another_gateway_is_one_clear_line(serving: GatewayProcess, refused: Callable[..., str]) -> None:
    line = refused("--data-dir", str(serving.folder / "data"))
    assert line.startswith(f"one-api: the gateway of process {serving.pid} already uses ")


def test_an_endpoint_that_nobody_serves_is_one_clear_line(refused: Callable[..., str]) -> None:
    line = refused("--endpoint-url", "http://127.0.0.1:1")
    assert line.startswith("one-api: DynamoDB at http://127.0.0.1:1 refuses to set up the tables: ")


def test_a_function_that_cannot_start_is_one_clear_line(refused: Callable[..., str]) -> None:
    line = refused(FAILS="admin")
    assert line.startswith("one-api: the admin does not start: ")
    assert "its settings are wrong" in line


def test_lost_secrets_are_an_error_and_not_a_new_key(runner: Start, refused: Callable[..., str]) -> None:
    gateway = runner()
    gateway.stop()
    (gateway.folder / "data" / "secrets.json").unlink()
    line = refused("--data-dir", str(gateway.folder / "data"))
    assert "secrets.json is missing" in line


def test_any_other_dynamodb_serves_by_its_endpoint(serving: GatewayProcess, runner: Start) -> None:
    endpoint = re.search(r"http://127\.0\.0\.1:\d+", serving.output())
    assert endpoint
    second = runner("--endpoint-url", endpoint[0], "--stack-name", "second")
    assert "11 named second-*, 11 made now" in second.output()
    assert not children_of(second.pid)


def exchange(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (
            b"GET /v1/models HTTP/1.1\r\nhost: x\r\nx-big: " + b"a" * 100_000 + b"\r\n\r\n",
            b"431",
            b"request_headers_too_large",
        ),
        (b"GET /v1/models?" + b"a" * 100_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n", b"400", b"invalid_http"),
        (b"GET /v1/models HTTP/1.1\r\nx-endless: " + b"a" * 1_200_000, b"431", b"request_headers_too_large"),
        (b"NOT HTTP AT ALL\r\n\r\n", b"400", b"invalid_http"),
    ],
    ids=["a header of 100 kB", "an address of 100 kB", "a header without end", "not HTTP"],
)
def test_a_bad_head_is_refused_in_the_shape_of_openai(
    serving: GatewayProcess, request_: bytes, status: bytes, code: bytes
) -> None:
    answer = exchange(serving.port, request_)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 " + status)
    assert b'{"error":{"message":"' in body
    assert b'"code":"' + code + b'"' in body


def test_a_request_to_upgrade_is_answered_as_the_plain_one_that_it_also_is(serving: GatewayProcess) -> None:
    before = len(serving.output())
    head = b"GET /v1/models HTTP/1.1\r\nhost: x\r\nconnection: close, upgrade\r\nupgrade: websocket\r\n"
    answer = exchange(serving.port, head + b"sec-websocket-version: 13\r\nsec-websocket-key: bm9uY2U=\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"path":"/v1/models"' in answer
    assert serving.output()[before:] == ""


def test_jobs_run_at_their_frequency_and_go_on_after_a_failure(runner: Start, journal: Path) -> None:
    gateway = runner(HOLD_SWEEP_FREQUENCY="1", FAILS="cron")
    deadline = time.monotonic() + 20
    while journal.read_text().count("job release_holds") < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert journal.read_text().count("job release_holds") >= 2
    assert "job release_holds failed" in (gateway.folder / "logs" / "gateway.log").read_text()


def test_settings_come_from_a_dotenv_file(tmp_path: Path, journal: Path) -> None:
    (tmp_path / ".env").write_text(f"JOURNAL={journal}\nINITIAL_ROOT_PASSWORD=from-the-file\n")
    gateway = GatewayProcess(tmp_path, module="tests.support.stand_ins", known_root=False)
    try:
        assert "INITIAL_ROOT_PASSWORD" in gateway.start().output()
    finally:
        gateway.close()


def test_version_and_help_need_nothing_else(tmp_path: Path) -> None:
    def output(option: str) -> str:
        command = [sys.executable, "-m", "local", option]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout

    assert output("--version") == f"one-api-serverless {__version__}\n"
    help_text = output("--help")
    for option in ("--port", "--host", "--data-dir", "--log-dir", "--endpoint-url", "--stack-name", "--version"):
        assert option in help_text
