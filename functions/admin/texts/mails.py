"""The mails the management API sends, in Chinese, English and (``japanese.json``) Japanese."""

from dataclasses import dataclass
from urllib.parse import urlencode

from admin.texts.messages import Text
from gateway.wire.markup import escape

MINUTES = 10  # codes and links are good for


@dataclass(frozen=True, slots=True)
class Mail:
    """Subject (after the system's name) and body of one mail, in every language."""

    subject: Text
    body: Text


VERIFICATION = Text("邮箱验证邮件", "e-mail verification")
VERIFY = Text(
    "<p>您好，您正在进行{name}邮箱验证。</p><p>您的验证码为：<strong>{code}</strong></p>"
    "<p>验证码 {minutes} 分钟内有效，如果不是本人操作，请忽略。</p>",
    "<p>You are verifying your e-mail address with {name}.</p><p>Your code is <strong>{code}</strong></p>"
    "<p>It is valid for {minutes} minutes. If this was not you, ignore this mail.</p>",
)
KNOWN = Text(
    "<p>有人尝试使用此邮箱注册或绑定{name}，但该邮箱已有账户。如果不是本人操作，请忽略。</p>",
    "<p>Somebody asked for a code to use this address with {name}, but it has an account already. "
    "If this was not you, ignore this mail.</p>",
)
RESET = Text("密码重置", "password reset")
UNKNOWN = Text(
    "<p>有人请求重置此邮箱在{name}的密码，但该邮箱没有账户。如果不是本人操作，请忽略。</p>",
    "<p>Somebody asked to reset the password of this address with {name}, but it has no account there. "
    "If this was not you, ignore this mail.</p>",
)
RESET_LINK = Text(
    '<p>您好，您正在进行{name}密码重置。</p><p>点击 <a href="{link}">此处</a> 进行密码重置。</p>'
    "<p>如果链接无法点击，请复制到浏览器中打开：<br>{link}</p>"
    "<p>重置链接 {minutes} 分钟内有效，如果不是本人操作，请忽略。</p>",
    '<p>You asked to reset your password with {name}.</p><p><a href="{link}">Reset it here</a>, or open:<br>'
    "{link}</p><p>The link is valid for {minutes} minutes. If this was not you, ignore this mail.</p>",
)
GUESSED = Text("两步验证码被多次尝试", "somebody is guessing your codes")
GUESSES = Text(
    "<p>有人多次尝试您在{name}的两步验证码。如果不是您本人，说明对方知道您的密码，请立即修改密码。</p>",
    "<p>Somebody has tried many codes of your second factor with {name}. If this was not you, they know your "
    "password: set a new one.</p>",
)


def verification(system: str, code: str) -> Mail:
    """The code that proves an address."""
    return Mail(VERIFICATION, VERIFY.of(name=escape(system), code=escape(code), minutes=MINUTES))


def address_known(system: str) -> Mail:
    """What the owner of a known address gets when somebody asks for a code for it."""
    return Mail(VERIFICATION, KNOWN.of(name=escape(system)))


def address_unknown(system: str) -> Mail:
    """What the owner of an unknown address gets when somebody asks to reset its password.

    So asking takes as long, fails as often and is limited as for a known one, and tells nothing.
    """
    return Mail(RESET, UNKNOWN.of(name=escape(system)))


def codes_guessed(system: str) -> Mail:
    """What an account's owner gets when too many codes of its second factor were tried."""
    return Mail(GUESSED, GUESSES.of(name=escape(system)))


def reset(system: str, server_address: str, email: str, token: str) -> Mail:
    """The link that resets a password."""
    link = f"{server_address}/user/reset?{urlencode({'email': email, 'token': token})}"
    return Mail(RESET, RESET_LINK.of(name=escape(system), link=escape(link), minutes=MINUTES))
