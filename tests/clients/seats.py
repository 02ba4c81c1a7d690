"""Where a client sits: one caller of the gateway, whose requests go to one strict provider, and a folder to work in."""

import json
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.support import Account, Channel, Operator, until
from tests.fakes.strict.provider import StrictProvider

SECRET = "the pass phrase is heliotrope"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What a channel to a strict provider is: ``type`` and base URL of the channel, and the model that is asked."""

    type: int
    path: str
    model: str


PROVIDERS = {
    "openai": Provider(type=1, path="/openai", model="gpt-5.1"),
    "anthropic": Provider(type=14, path="/anthropic", model="claude-sonnet-4-6"),
    "gemini": Provider(type=24, path="/gemini", model="gemini-3-pro-preview"),
    "chat only": Provider(type=50, path="/copy/v1", model="local-model"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One client's place."""

    account: Account
    channel: Channel
    provider: StrictProvider
    folder: Path

    @property
    def url(self) -> str:
        """Of the gateway."""
        return self.account.operator.gateway.url

    @property
    def home(self) -> Path:
        """The client's own settings lie here, and nothing of the machine's."""
        return self.folder / "home"

    @property
    def work(self) -> Path:
        """The folder with the note."""
        return self.folder / "work"

    @property
    def note(self) -> Path:
        """Only who reads it knows the secret."""
        return self.work / "note.txt"

    def refusals(self) -> list[str]:
        """What the provider refused, with why."""
        return [f"{asked.path}: {asked.refusal}" for asked in self.provider.refusals(self.channel.key)]

    def check_books(self) -> None:
        """Nothing was refused, and every answer is charged once."""
        assert self.refusals() == []
        answers = len(self.provider.answered(self.channel.key))
        until(lambda: len(self.account.entries()) >= answers and not self.account.holds())
        assert len(self.account.entries()) == answers > 0


def take(operator: Operator, provider: StrictProvider, folder: Path, kind: str, models: list[str]) -> Seat:
    """A seat whose client may ask for these models, which all are one model of this kind of provider."""
    there = PROVIDERS[kind]
    account = operator.account()
    channel = operator.channel(
        account.group,
        type=there.type,
        base_url=provider.url + there.path,
        models=",".join(models),
        model_mapping=json.dumps(dict.fromkeys(models, there.model)),
    )
    made = Seat(account=account, channel=channel, provider=provider, folder=folder)
    made.home.mkdir(parents=True)
    made.work.mkdir()
    made.note.write_text(f"{SECRET}\n")
    return made
