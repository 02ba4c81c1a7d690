"""Where the function starts: settings are read, dependencies built, the application made."""

from typing import Any, cast

from mangum import Mangum

from admin.app import connected
from admin.viewer import BehindCloudFront
from gateway import log
from gateway.config import AdminSettings
from gateway.jobs import invoker

log.configure()

settings = AdminSettings.read()
app = BehindCloudFront(connected(run_job=invoker(settings.cron_function)), settings.edge_secret)
handler = Mangum(cast(Any, app), lifespan="off")
