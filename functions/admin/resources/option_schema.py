"""The operator's options as a form is made of them, and many set at once, all or none."""

from collections.abc import Mapping

from fastapi import APIRouter, Request

from admin.openapi.examples import example
from admin.resources.options import NOT_ACCEPTABLE, acceptable
from admin.texts import messages
from admin.texts.options import described
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, Refused, in_language, ok, told
from admin.web.fields import Shown, Submitted
from admin.web.gate import GatedRoute, needs
from admin.web.session import CallerOf
from gateway.domain.identity import Role
from gateway.domain.option_forms import Kind, form_of
from gateway.domain.options import DEFAULTS, OPTIONS, SECRETS, Option
from gateway.store.context import Store
from gateway.store.settings import options
from gateway.store.settings.options import Changed

routes = APIRouter(prefix="/api/option", tags=["options"], route_class=GatedRoute)


class Description(
    Shown, json_schema_extra=example(en="Name of this gateway.", zh="网关名称。", ja="ゲートウェイの名前。")
):
    en: str
    zh: str
    ja: str


class DescribedOption(
    Shown,
    json_schema_extra=example(
        key="RetryTimes", section="channels", kind="whole", default="3", value="3", bounds=[], choices=[]
    ),
):
    """``bounds`` are the least and the most of a number, ``choices`` the words of a ``choice``. ``value`` is empty of a
    secret, and of price tables what was set over the built-in ones. ``is_set``: whether it was set to anything but the
    default.
    """

    key: str
    section: str
    kind: Kind
    default: str
    value: str
    bounds: list[int | float]
    choices: list[str]
    secret: bool
    is_set: bool
    changed_at: int
    changed_by: str
    title: Description
    description: Description


class ManyOptions(Submitted, json_schema_extra=example(values={"Notice": "Back on Monday.", "RetryTimes": None})):
    """Values by key, as texts; ``null`` is the default again."""

    values: dict[str, str | None]


@routes.get("/schema", summary="Every option with its kind, bounds, default, value and description")
@needs(Role.ROOT)
def describe_options(deps: DepsOf) -> Answer[list[DescribedOption]]:
    stored, changed = options.stored(deps.store), options.changes(deps.store)
    return ok([_shown(option, stored.get(key), changed.get(key)) for key, option in OPTIONS.items()])


@routes.put("/batch", summary="Set many options, all or none; answers how many")
@needs(
    Role.ROOT,
    unreadable=messages.INVALID_PARAMETER,
    unreadable_status=400,
    refuses=(messages.OPTIONS_REFUSED, messages.OPTIONS_TOO_MANY, *NOT_ACCEPTABLE),
    answers=2,
)
def set_options(body: ManyOptions, request: Request, caller: CallerOf, deps: DepsOf) -> Answer[int]:
    """What is wrong is said of every option at fault, beside the message: `fields` has `message` and `code` by key, as
    `PUT /api/option` says them.
    Prices, and what an option needs to be switched on, are judged by all values together.
    """
    if len(body.values) > options.MOST:
        raise Refused(messages.OPTIONS_TOO_MANY.of(most=options.MOST))
    checked = judged(request, deps.store, body.values)
    if checked:
        options.put_all(deps.store, checked, caller.user.username)
    return ok(len(checked))


def judged(request: Request, store: Store, values: Mapping[str, str | None]) -> dict[str, str]:
    """The texts to store, judged by all of them together; ``Refused`` says of each that does not do what is wrong."""
    wanted = {key: DEFAULTS.get(key, "") if value is None else value for key, value in values.items()}
    current = options.current(store) | wanted
    checked: dict[str, str] = {}
    refused: dict[str, Refused] = {}
    for key, value in wanted.items():
        try:
            checked[key] = acceptable(key, value, current)
        except Refused as problem:
            refused[_at_fault(key, problem, wanted)] = problem
    if refused:
        fields = {key: {"message": in_language(request, it.text), **told(it.text)} for key, it in refused.items()}
        raise Refused(messages.OPTIONS_REFUSED.of(count=len(refused)), more={"fields": fields})
    return checked


def _at_fault(key: str, problem: Refused, wanted: Mapping[str, str]) -> str:
    """The key of this call that a refusal is about: prices are judged together, and may tell another's fault."""
    return problem.text.field if problem.text.field in wanted else key


def _shown(option: Option, stored: str | None, changed: Changed | None) -> DescribedOption:
    form, said = form_of(option), described(option.key)
    value = option.default if stored is None else stored
    return DescribedOption(
        key=option.key,
        section=said.section,
        kind=form.kind,
        default=option.default,
        value="" if option.key in SECRETS else value,
        bounds=[] if form.least is None or form.most is None else [form.least, form.most],
        choices=list(form.choices),
        secret=option.secret,
        is_set=value != option.default,
        changed_at=changed.at if changed else 0,
        changed_by=changed.by if changed else "",
        title=Description.model_validate(said.title),
        description=Description(en=said.en, zh=said.zh, ja=said.ja or said.en),
    )
