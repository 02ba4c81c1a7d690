"""The operator's options. A value is checked before it is stored; secrets go in and never come out."""

from collections.abc import Mapping

from fastapi import APIRouter

from admin.auth.identity_providers import PROVIDERS
from admin.openapi.examples import example
from admin.resources.shown_options import shown_value
from admin.texts import messages
from admin.texts.messages import Text
from admin.texts.reasons import reason
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, Done, Refused, done, ok
from admin.web.fields import Shown, Submitted
from admin.web.gate import GatedRoute, needs
from admin.web.session import CallerOf
from gateway.billing import probe
from gateway.billing.pricing import OPTIONS as PRICE_OPTIONS
from gateway.billing.pricing import InvalidPrices, PriceBook
from gateway.billing.purchase import OPTIONS as PURCHASE_OPTIONS
from gateway.billing.purchase import PurchaseBook
from gateway.billing.shadow import OPTIONS as SHADOW_OPTIONS
from gateway.billing.shadow import Shadow
from gateway.domain.identity import Role
from gateway.domain.login_providers import Choices
from gateway.domain.options import OPTIONS, SECRETS, parse
from gateway.store.settings import options

routes = APIRouter(prefix="/api/option", tags=["options"], route_class=GatedRoute)

# Switching an option on needs all options of one of these to be set first, or says why not.
_PREREQUISITES: dict[str, tuple[Choices, Text]] = {
    "EmailDomainRestrictionEnabled": ((("EmailDomainWhitelist",),), messages.NEEDS_DOMAINS),
    "TurnstileCheckEnabled": ((("TurnstileSiteKey", "TurnstileSecretKey"),), messages.NEEDS_TURNSTILE),
    **{
        provider.row.switch: (provider.row.needs, provider.needed)
        for provider in PROVIDERS.values()
        if provider.row.needs
    },
}


# What may be wrong with a value.
NOT_ACCEPTABLE = (
    messages.OPTION_UNKNOWN,
    messages.OPTION_VALUE,
    messages.THEME,
    *(text for _, text in _PREREQUISITES.values()),
)


class Option(Shown, json_schema_extra=example(key="SystemName", value="One API")):
    key: str
    value: str


class OptionForm(Submitted, json_schema_extra=example(key="Notice", value="Back on Monday.")):
    key: str
    value: str


@routes.get("", summary="Every option but the secret ones")
@needs(Role.ROOT)
def list_options(deps: DepsOf) -> Answer[list[Option]]:
    current = options.current(deps.store)
    shown = [key for key in OPTIONS if key not in SECRETS]
    return ok([Option(key=key, value=shown_value(key, current[key])) for key in shown])


@routes.put("", summary="Set an option")
@needs(
    Role.ROOT,
    unreadable=messages.INVALID_PARAMETER,
    unreadable_status=400,
    refuses=NOT_ACCEPTABLE,
)
def set_option(body: OptionForm, caller: CallerOf, deps: DepsOf) -> Done:
    """Every value is a text, whatever the option holds: numbers in digits, switches as `true` and `false`, tables as
    JSON.
    """
    current = options.current(deps.store)
    value = acceptable(body.key, body.value, current)
    options.put(deps.store, body.key, value, caller.user.username)
    return done()


def acceptable(key: str, value: str, current: Mapping[str, str]) -> str:
    """The text to store; ``Refused`` says why there is none."""
    try:
        value = parse(key, value)
        if key in PRICE_OPTIONS:
            probe.check(PriceBook.from_options({**current, key: value}))
        if key in PURCHASE_OPTIONS:
            for book in PurchaseBook.from_options({**current, key: value}).books():
                probe.check(book)
        if key in SHADOW_OPTIONS and (shadow := Shadow.from_options({**current, key: value})) is not None:
            probe.check(shadow.book)
    except KeyError:
        raise Refused(messages.OPTION_UNKNOWN.of(key=key[:60])) from None
    except ValueError as error:
        raise Refused(messages.THEME if key == "Theme" else messages.OPTION_VALUE.of(reason=reason(error))) from None
    except InvalidPrices as error:
        raise Refused(messages.OPTION_VALUE.of(reason=reason(error.message))) from None
    if key in _PREREQUISITES and value == "true":
        needed, text = _PREREQUISITES[key]
        if not any(all(current[name] for name in choice) for choice in needed):
            raise Refused(text)
    return value
