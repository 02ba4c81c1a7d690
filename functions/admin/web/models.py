"""What answers are made of: pydantic's models, each built when it is first needed. Bodies are few and small."""

import sys
from threading import RLock
from typing import Any, cast

from pydantic import BaseModel, ConfigDict

# FastAPI asks of each parameter whether it is of pydantic 1, and takes that for absent where it cannot be imported.
# Nothing here is; its hundred modules are 1.5 MB and 40 ms.
sys.modules.setdefault("pydantic.v1", cast(Any, None))

BUILDING = RLock()  # models are not to be built by two threads at once, nor are routes


class Model(BaseModel):
    """A model whose validators are made at its first use: all of them together take 2 MB and 30 ms."""

    model_config = ConfigDict(defer_build=True)

    @classmethod
    def model_rebuild(cls, **asked: Any) -> bool | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """What the first use calls, and with it maybe another thread's."""
        with BUILDING:
            return super().model_rebuild(**asked)
