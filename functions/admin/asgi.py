"""Where the function starts: settings are read, dependencies built, the application made."""

from typing import Any, cast

from mangum import Mangum

from admin.app import connected
from gateway import log
from gateway.config import AdminSettings
from gateway.jobs import invoker

log.configure()

app = connected(run_job=invoker(AdminSettings.read().cron_function))
handler = Mangum(cast(Any, app), lifespan="off")
