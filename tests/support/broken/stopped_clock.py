"""``python -m tests.support.broken.stopped_clock``: the local gateway in a process whose time stands still."""

import runpy
import time

from gateway.clock import SystemClock

if __name__ == "__main__":
    stopped = time.time()
    SystemClock.now = lambda self: int(stopped)
    SystemClock.now_ms = lambda self: int(stopped * 1000)
    SystemClock.wall = lambda self: stopped
    runpy.run_module("local", run_name="__main__")
