"""Where the function starts: settings are read, dependencies built, the application made."""

from typing import Any, cast

from mangum import Mangum

from admin.app import connected
from admin.web.cloudfront import BehindCloudFront, with_one_cookie_header
from gateway.config import AdminSettings
from gateway.jobs import invoker, starter
from gateway.observed import observed

settings = AdminSettings.read()
connected_app = connected(run_job=invoker(settings.cron_function), start_job=starter(settings.cron_function))
app = BehindCloudFront(connected_app, settings.edge_secret)
_answer = Mangum(cast(Any, app), lifespan="off")


def _one_request(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One request of API Gateway."""
    return _answer(with_one_cookie_header(event), context)


handler = observed("admin", _one_request)
