"""Telling the operator: everything to every receiver that is set up, unless the option AlarmRoutes says otherwise.

What nobody took goes by mail to root, or to the addresses of the option AlarmMailTo. A mark is left before something is
sent and taken back if it was refused: whoever comes again, after a failure in between too, tells nobody twice.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import field
from hashlib import sha256

from gateway import log
from gateway.alarms.protocol import Alarm, NotSent, Settings
from gateway.alarms.registry import set_up
from gateway.alarms.sending import Sender
from gateway.domain.alarms import MAIL
from gateway.mail.message import MailFailed
from gateway.mail.outbox import Outbox
from gateway.records import dataclass
from gateway.store.accounts import codes, users
from gateway.store.accounts.bootstrap import ROOT_ID
from gateway.store.context import Store

DAY = 86_400
MARK = "alarm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that happened. ``key`` tells it from all others for ``kept`` seconds."""

    event: str
    key: str
    html: str
    kept: int = DAY


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it: the keys of what reached somebody, or was not to; and why a receiver took nothing."""

    reached: set[str] = field(default_factory=set[str])
    problems: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What telling needs."""

    store: Store
    sender: Sender
    outbox: Outbox
    options: Mapping[str, str]

    def reachable(self) -> bool:
        """Whether there is any way to the operator; without one there is nothing to try, and nothing to complain of."""
        return bool(set_up(self.options)) or (self.outbox.is_set_up(self.options) and bool(self._mail_to()))

    def tell(self, subject: str, items: Sequence[Item]) -> Told:
        """Tell of these, in one message for each receiver."""
        routes: dict[str, list[str]] = json.loads(self.options["AlarmRoutes"])
        told = Told({item.key for item in items if routes.get(item.event) == []})
        for name, settings in set_up(self.options).items():
            wanted = [item for item in items if name in routes.get(item.event, [name])]
            self._tell_one(told, name, settings, subject, wanted)
        left = [item for item in items if item.key not in told.reached or MAIL in routes.get(item.event, [])]
        self._tell_one(told, MAIL, {}, subject, left)
        return told

    def forget(self, items: Sequence[Item]) -> None:
        """It is noted elsewhere that these were told."""
        for item in items:
            for name in (*set_up(self.options), MAIL):
                codes.clear(self.store, MARK, f"{item.key} {name}")

    def try_out(self, subject: str, html: str) -> dict[str, str]:
        """Send this to every receiver and by mail; answers what was wrong with each, empty where nothing was."""
        ways = set_up(self.options)
        if self.outbox.is_set_up(self.options):
            ways[MAIL] = {}
        message = self._message(subject, [Item(event="test", key=self.store.clock.token(), html=html)])
        return {name: self._problem(name, settings, message) for name, settings in ways.items()}

    def _tell_one(self, told: Told, name: str, settings: Settings, subject: str, items: Sequence[Item]) -> None:
        fresh = [item for item in items if codes.mark(self.store, MARK, f"{item.key} {name}", seconds=item.kept)]
        told.reached.update(item.key for item in items if item not in fresh)  # by a run that ended before it said so
        if not fresh:
            return
        problem = self._problem(name, settings, self._message(subject, fresh))
        if not problem:
            told.reached.update(item.key for item in fresh)
            return
        told.problems[name] = problem
        for item in fresh:
            codes.clear(self.store, MARK, f"{item.key} {name}")

    def _problem(self, name: str, settings: Settings, message: Alarm) -> str:
        try:
            if name == MAIL:
                self._mail(message)
            else:
                self.sender.send(name, settings, message)
        except NotSent as error:
            log.warning("alarm not taken", receiver=name, reason=str(error))
            return str(error)
        return ""

    def _mail(self, message: Alarm) -> None:
        to = self._mail_to()
        if not to:
            raise NotSent("root has no e-mail address")
        try:
            self.outbox.send(self.options, to, message.subject, message.html, now=message.at)
        except MailFailed as error:
            raise NotSent(error.detail) from error

    def _mail_to(self) -> str:
        if self.options["AlarmMailTo"]:
            return self.options["AlarmMailTo"]
        root = users.get(self.store, ROOT_ID)
        return root.email if root is not None else ""

    def _message(self, subject: str, items: Sequence[Item]) -> Alarm:
        return Alarm(
            id=sha256(" ".join(item.key for item in items).encode()).hexdigest()[:32],
            event=items[0].event,
            system=self.options["SystemName"],
            subject=subject,
            html="".join(item.html for item in items),
            at=self.store.clock.now(),
        )
