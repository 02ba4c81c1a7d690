"""When to tell somebody that a balance runs low, and what the mail says. Pure."""

from typing import Literal

from gateway.records import dataclass

Fall = Literal["crossed", "below", ""]


def fall(before: int, after: int, threshold: int) -> Fall:
    """What a charge did to a balance: it went below the threshold, was there already, or neither. 0 is no threshold."""
    if after >= threshold:
        return ""
    return "crossed" if before >= threshold else "below"


@dataclass(frozen=True, slots=True, kw_only=True)
class Low:
    """A balance below the threshold, as people read it. ``token`` is a token's name, empty for the account itself."""

    system: str
    username: str
    token: str
    left: str
    top_up: str  # where more can be had; may be empty


def subject(low: Low) -> str:
    """In both languages: nobody knows which one the reader wants."""
    return f"{low.system} 额度即将用尽 / {low.system}: quota is running low"


def body(low: Low) -> str:
    """HTML; names are whatever their owners chose, so everything is escaped."""
    from html import escape  # noqa: PLC0415 (1 ms of the relay's start: it has all of HTML's names)

    name, left = escape(low.username), escape(low.left)
    of_zh = f"令牌「{escape(low.token)}」" if low.token else "账户"
    of_en = f"Your token “{escape(low.token)}”" if low.token else "Your account"
    link = f'<p><a href="{escape(low.top_up)}">{escape(low.top_up)}</a></p>' if low.top_up else ""
    return (
        f"<p>{name}，您好：您的{of_zh}剩余 {left}，请及时充值，以免影响使用。</p>"
        f"<p>{name}: {of_en} has {left} left. Requests are refused once it is used up.</p>{link}"
    )
