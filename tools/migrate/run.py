"""A whole move: what is there, what it becomes, writing it, and looking whether it is so."""

from gateway.domain.identity import Role
from gateway.store.accounts import users
from gateway.store.accounts.bootstrap import ROOT_ID
from gateway.store.context import Store
from gateway.store.money.logs import first_month_action
from gateway.store.settings import options
from tools.migrate.findings import Report
from tools.migrate.marks import Marks
from tools.migrate.move import Move
from tools.migrate.records import Period
from tools.migrate.sources.protocol import Source
from tools.migrate.steps.channels import move_channels
from tools.migrate.steps.codes import move_codes
from tools.migrate.steps.logs import move_logs
from tools.migrate.steps.options import move_options
from tools.migrate.steps.tokens import move_tokens
from tools.migrate.steps.users import move_users
from tools.migrate.verifying.accounts import verify_tokens, verify_users
from tools.migrate.verifying.channels import verify_channels, verify_codes, verify_options
from tools.migrate.verifying.logs import verify_logs
from tools.migrate.verifying.prices import notice_prices, verify_prices

_STEPS = {
    "options": move_options,
    "accounts": move_users,
    "keys": move_tokens,
    "channels": move_channels,
    "codes": move_codes,
    "log entries": move_logs,
}


class NoRoot(Exception):
    """Neither side has a root account, and somebody must carry what channels used."""


def prepare(source: Source, store: Store, name: str, *, applying: bool, period: Period | None = None) -> Move:
    """A move of this source under a name; what came along under that name before is known."""
    report = Report(source=source.kind, name=name, applied=applying, there=dict(source.counts()))
    move = Move(
        source=source,
        store=store,
        marks=Marks(store, name),
        report=report,
        applying=applying,
        period=period or Period(),
    )
    move.report.there["logs"] = source.log_count(move.period) if not move.period.empty else 0
    root = users.get(store, ROOT_ID)
    if root is not None and root.role >= Role.ROOT:
        move.root = ROOT_ID
    return move


def run(move: Move) -> Report:
    """Plan it; or do it, from where an earlier run ended."""
    _reserve(move)
    for step, bring in _STEPS.items():
        with move.timed(step):
            bring(move)
        if step == "accounts" and not move.root:
            raise NoRoot("start the gateway once, so that it has a root account; the source has none either")
    notice_prices(move, options.current(move.store) | ({} if move.applying else dict(move.source.options().values)))
    if move.applying:
        verify(move)
    return move.report


def verify(move: Move) -> Report:
    """Hold both sides against each other."""
    with move.timed("verification"):
        verify_users(move)
        verify_tokens(move)
        verify_channels(move)
        verify_codes(move)
        verify_options(move)
        verify_logs(move)
        verify_prices(move, options.current(move.store))
    return move.report


def _reserve(move: Move) -> None:
    highest = move.source.highest()
    if move.applying:
        move.store.attempt([first_month_action(move.store)])
    move.marks.reserve("user", highest.users, applying=move.applying)
    move.marks.reserve("token", highest.tokens, applying=move.applying)
    move.marks.reserve("channel", highest.channels, applying=move.applying)
    move.marks.reserve("redemption", highest.codes, applying=move.applying)
