"""A clock that stands still until it is moved, and chance that is written down beforehand."""

from collections.abc import Iterable, Iterator


class FixedClock:
    """``Clock`` of ``gateway.clock``. ``chances`` are the fractions it draws, one after the other; then 0.5."""

    def __init__(self, now: float = 1_800_000_000.0, chances: Iterable[float] = ()) -> None:
        self.time = now
        self._frozen = 0.0
        self._chances: Iterator[float] = iter(chances)
        self._drawn = 0

    def pass_(self, seconds: float) -> None:
        self.time += seconds

    def freeze(self, seconds: float) -> None:
        """Let time pass for the world and not for this process, as Lambda does between invocations."""
        self.time += seconds
        self._frozen += seconds

    def now(self) -> int:
        return int(self.time)

    def now_ms(self) -> int:
        return int(self.time * 1000)

    def monotonic(self) -> float:
        return self.time - self._frozen

    def wall(self) -> float:
        return self.time

    def random_digits(self, count: int) -> str:
        self._drawn += 1
        return f"{self._drawn:0{count}d}"[-count:]

    def token(self, bytes_: int = 16) -> str:
        return self.random_digits(2 * bytes_)

    def fraction(self) -> float:
        return next(self._chances, 0.5)


async def at_once(_: float) -> None:
    """A pause that takes no time."""
