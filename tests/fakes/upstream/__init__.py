"""A fake model provider: speaks OpenAI, Anthropic and Gemini, fails in every way asked for, and keeps books.

Inside a test: ``async with FakeUpstream() as up``. As a process: ``with UpstreamProcess() as up``, or
``python -m tests.fakes.upstream``. See README.md beside this file.
"""

from tests.fakes.upstream.process import RemoteUpstream, UpstreamProcess
from tests.fakes.upstream.server import FakeUpstream
from tests.fakes.upstream.steering import Seen, Steering, UpstreamError

__all__ = ["FakeUpstream", "RemoteUpstream", "Seen", "Steering", "UpstreamError", "UpstreamProcess"]
