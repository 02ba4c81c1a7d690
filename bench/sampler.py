"""``python -m bench.sampler OUT module arguments...``: runs a module as ``python -m`` does, and samples its stacks.

The timer counts processor time, not the wall's: what waits costs nothing. Sampling begins with SIGUSR1; SIGUSR2 writes
what was seen to OUT, one stack a line with how often it was met, as flame graphs have it ("folded").
"""

import re
import runpy
import signal
import sys
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType

INTERVAL = 0.001  # seconds of processor time; the kernel's clock makes it some four times longer
_ROOT = str(Path(__file__).resolve().parent.parent)
_INSTALLED = re.compile(r".*/(?:site-packages|lib/python3\.\d+)/")


class Sampler:
    """Counts the stacks that the timer's signal meets."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._seen = Counter[tuple[CodeType, ...]]()

    def install(self) -> None:
        """Be ready; costs nothing until it is begun."""
        signal.signal(signal.SIGPROF, self._sample)
        signal.signal(signal.SIGUSR1, self._begin)
        signal.signal(signal.SIGUSR2, self._write)

    def _begin(self, signum: int, frame: FrameType | None) -> None:
        self._seen.clear()
        signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)

    def _sample(self, signum: int, frame: FrameType | None) -> None:
        stack: list[CodeType] = []
        while frame is not None:
            stack.append(frame.f_code)
            frame = frame.f_back
        self._seen[tuple(reversed(stack))] += 1

    def _write(self, signum: int, frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        lines = [f"{';'.join(map(_named, stack))} {count}" for stack, count in self._seen.items()]
        partial = self._out.with_suffix(".partial")
        partial.write_text("\n".join(sorted(lines)) + "\n")
        partial.replace(self._out)


def _named(code: CodeType) -> str:
    """``function (file)``; the file without the part of its path that says nothing."""
    path = _INSTALLED.sub("", code.co_filename.removeprefix(_ROOT + "/"))
    return f"{code.co_qualname} ({path})"


def main() -> None:
    out, module, *arguments = sys.argv[1:]
    Sampler(Path(out)).install()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
