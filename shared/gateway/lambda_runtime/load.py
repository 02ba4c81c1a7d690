"""From the handler's name to the application, and the words for what goes wrong while starting."""

import importlib
import traceback
from typing import cast

from gateway.lambda_runtime.lifespan import App

APP_ATTRIBUTE = "app"

# Lambda's own names for these, so that its console and alarms show them as for any other function.
KINDS: tuple[tuple[type[BaseException], str], ...] = (
    (ImportError, "Runtime.ImportModuleError"),
    (SyntaxError, "Runtime.UserCodeSyntaxError"),
)


class InitFailed(Exception):
    """This environment cannot answer anything. ``kind`` is Lambda's error type, ``trace`` the lines of a traceback."""

    def __init__(self, kind: str, message: str, trace: list[str] | None = None) -> None:
        super().__init__(message)
        self.kind, self.message, self.trace = kind, message, trace or []


def load_app(handler: str) -> App:
    """The ASGI application for a handler's name.

    ``relay.asgi.handler``, as a function's configuration has it, means the attribute ``app`` of the module
    ``relay.asgi``; the handler itself serves hosts without this runtime. ``module:attribute`` names it directly.
    """
    module_name, attribute = _split(handler)
    try:
        module = importlib.import_module(module_name)
    except (Exception, SystemExit) as error:  # whatever a module does at import is an init error
        raise init_failed(error, f"Unable to import module {module_name!r}: {error}") from error
    app = getattr(module, attribute, None)
    if not callable(app):
        raise InitFailed("Runtime.HandlerNotFound", f"Module {module_name!r} has no application {attribute!r}.")
    return cast(App, app)


def init_failed(error: BaseException, message: str) -> InitFailed:
    """The init error for an exception."""
    kind = next((kind for cause, kind in KINDS if isinstance(error, cause)), f"Runtime.{type(error).__name__}")
    return InitFailed(kind, message, traceback.format_exception(error))


def _split(handler: str) -> tuple[str, str]:
    if ":" in handler:
        module, _, attribute = handler.partition(":")
        return module, attribute
    module, dot, _ = handler.replace("/", ".").rpartition(".")
    if not dot:
        raise InitFailed("Runtime.MalformedHandlerName", f"Handler {handler!r} must be module.name or module:app.")
    return module, APP_ATTRIBUTE
