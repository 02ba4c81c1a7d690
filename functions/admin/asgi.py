"""Where the function starts: settings are read, dependencies built, the application made."""

from typing import Any, cast

from mangum import Mangum

from admin.app import create_app
from admin.deps import connect
from gateway import log
from gateway.config import AdminSettings, StoreSettings
from gateway.jobs import invoker

log.configure()

_settings = AdminSettings.read()
app = create_app(connect(StoreSettings.read(), _settings, run_job=invoker(_settings.cron_function)))
handler = Mangum(cast(Any, app), lifespan="off")
