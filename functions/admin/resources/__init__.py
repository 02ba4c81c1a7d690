"""The resources of the management API, one file each: schemas on top, routes below."""

from fastapi import APIRouter

from admin.resources import (
    account,
    audit,
    channel_balance,
    channel_bulk,
    channel_tests,
    channels,
    dashboard,
    groups,
    jobs,
    logs,
    models,
    oauth,
    options,
    providers,
    receipts,
    redemptions,
    registration,
    second_factor,
    status,
    tokens,
    usage,
    users,
)

# Fixed addresses come before ``/api/user/{user_id}`` and its like, which would take them.
ROUTERS: tuple[APIRouter, ...] = (
    status.routes,
    models.routes,
    account.routes,
    second_factor.routes,
    registration.routes,
    oauth.routes,
    dashboard.routes,
    redemptions.routes,
    users.routes,
    tokens.routes,
    providers.routes,
    channel_balance.routes,
    channel_tests.routes,
    channel_bulk.routes,
    channels.routes,
    logs.routes,
    receipts.routes,
    usage.routes,
    options.routes,
    audit.routes,
    groups.routes,
    jobs.routes,
)
