"""Time: the gateway's clock is right and goes on through silence, and what it remembered does not outlive its age."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from tools.certifying.dialects import DIALECTS
from tools.certifying.findings import Check, Untold
from tools.certifying.ground import Ground
from tools.smoke import Failed

REQUEST_ID = "x-oneapi-request-id"  # begins with the time: YYYYMMDDhhmmss and milliseconds
WRONG_BY = 30  # seconds that two clocks may differ, and
GONE_WRONG_BY = 1.5  # by how much their difference may change
SYNC_FREQUENCY = 10  # seconds, where the parameter does not say otherwise


class Freeze:
    """The checks, which share one silence."""

    def __init__(self, ground: Ground, seconds: float) -> None:
        self._ground, self._seconds = ground, seconds
        self._behind = 0.0
        self._slept = False

    def checks(self) -> Iterator[Check]:
        yield "the clock is right", self.clock
        yield f"a key that is switched off is refused after {self._seconds:g} idle seconds", self.switched_off
        yield f"a request after {self._seconds:g} idle seconds", self.after_silence
        yield f"the clock went on for {self._seconds:g} idle seconds", self.went_on

    def clock(self) -> str:
        self._behind = self._difference()
        if abs(self._behind) > WRONG_BY:
            raise Failed(f"{self._behind:.1f} s behind the clock of this machine")
        return f"{self._behind:.2f} s behind the clock of this machine"

    def switched_off(self) -> str:
        """What a process knows of a key must age while the process is frozen."""
        number = self._ground.new_key()
        key = self._ground.keys[-1]
        if (answer := self._ground.ask(DIALECTS[0], "hello", key=key)).status_code != 200:
            raise Failed(f"status {answer.status_code}: {answer.text[:300]}")
        self._ground.call("PUT", "/api/token/?status_only=1", {"id": number, "status": 2}, own=True)
        self._silence()
        remembered = float(self._ground.stack.parameters.get("SyncFrequency") or SYNC_FREQUENCY)
        if self._seconds <= remembered:
            raise Untold(f"keys may be remembered for {remembered:g} s; ask with a longer --idle")
        if (answer := self._ground.ask(DIALECTS[0], "hello", key=key)).status_code != 401:
            raise Failed(f"status {answer.status_code}: {answer.text[:300]}")
        return ""

    def after_silence(self) -> str:
        self._silence()
        begun = time.monotonic()
        answer = self._ground.ask(DIALECTS[0], "hello")
        if answer.status_code != 200:
            raise Failed(f"status {answer.status_code}: {answer.text[:300]}")
        return f"answered in {time.monotonic() - begun:.2f} s"

    def went_on(self) -> str:
        self._silence()
        lost = self._difference() - self._behind
        if abs(lost) > GONE_WRONG_BY:
            raise Failed(f"{lost:.1f} s were lost")
        return f"{lost:.2f} s were lost"

    def _silence(self) -> None:
        if not self._seconds:
            raise Untold("asked for with --idle MINUTES")
        if not self._slept:
            time.sleep(self._seconds)
        self._slept = True

    def _difference(self) -> float:
        """By how much the gateway's clock is behind ours. A request it refuses is stamped when it comes, at once."""
        path, body = DIALECTS[0].request("hello")
        headers = DIALECTS[0].credentials("sk-nobody")
        self._ground.http.post(self._ground.address(path), json=body, headers=headers)  # whoever starts, starts now
        before = time.time()
        answer = self._ground.http.post(self._ground.address(path), json=body, headers=headers)
        after = time.time()
        stamp = answer.headers[REQUEST_ID]
        seconds = datetime.strptime(stamp[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp()
        return (before + after) / 2 - seconds - int(stamp[14:17]) / 1000
