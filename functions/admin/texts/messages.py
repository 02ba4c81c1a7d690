"""What the management API says, in Chinese (one-api's own words, which its clients may compare) and in English.

Of a refusal a message also says what programs go by: its ``code``, and the ``field`` that is at fault where one is.
"""

import json
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

Code = Literal[
    "unauthenticated",  # nobody is signed in, or the access token is nobody's
    "unconfirmed",  # who asks is to show again who they are
    "forbidden",  # not for this role, not from here, or switched off by the operator
    "not_found",
    "invalid",  # something in the request does not do
    "conflict",  # what there is stands in the way: a name that is taken, a state that does not permit it
    "limited",  # too often; later it will do
    "too_large",
    "unavailable",  # the database is too busy; later it will do
    "upstream",  # a server that had to be asked said no, or nothing
    "internal",  # a fault of the gateway
]


@cache
def _japanese() -> dict[str, str]:
    """Messages by their English."""
    return json.loads((Path(__file__).parent / "japanese.json").read_text("utf-8"))


class Text(NamedTuple):
    """One message in both languages; ``{names}`` are filled in by ``of``.

    ``translated``: one-api has both languages too, and answers English to whoever does not ask for Chinese.
    """

    zh: str
    en: str
    translated: bool = False
    code: Code = "invalid"
    field: str = ""
    filled: str = ""  # the Japanese of a message with its values

    @property
    def ja(self) -> str:
        """In Japanese; in English what is not translated."""
        return self.filled or _japanese().get(self.en, self.en)

    def of(self, **values: object) -> "Text":
        """The message with its values; what has both languages itself is said in each."""
        zh = {name: value.zh if isinstance(value, Text) else value for name, value in values.items()}
        en = {name: value.en if isinstance(value, Text) else value for name, value in values.items()}
        fields = (value.field for value in values.values() if isinstance(value, Text))
        field = self.field or next(fields, "")
        ja = {name: value.ja if isinstance(value, Text) else value for name, value in values.items()}
        said = {"zh": self.zh.format(**zh), "en": self.en.format(**en), "filled": self.ja.format(**ja)}
        return self._replace(**said, field=field)

    def about(self, field: str) -> "Text":
        """The message with the field that is at fault here."""
        return self._replace(field=field)


def plain(text: str, code: Code = "invalid", field: str = "") -> Text:
    """A message that reads the same in both languages."""
    return Text(text, text, code=code, field=field)


INVALID_PARAMETER = Text("无效的参数", "invalid parameter", translated=True)
INVALID_INPUT = Text("无效的输入，请检查您的输入", "Invalid input, please check your input", translated=True)
UNREADABLE = Text("请求无法解析：{reason}", "the request cannot be read: {reason}")
TOO_LARGE = Text(
    "请求体过大，最多 {most} 字节", "the request is too large: at most {most} bytes are accepted", code="too_large"
)
BUSY = Text("数据库繁忙，请稍后重试", "the database is busy, try again later", code="unavailable")
BROKEN = Text(
    "内部错误，请联系管理员（请求 {request_id}）",
    "internal error, tell the administrator (request {request_id})",
    code="internal",
)
TOO_MANY = Text(
    "请求过于频繁，请 {seconds} 秒后重试", "too many requests, try again in {seconds} seconds", code="limited"
)
SORT_UNKNOWN = Text(
    "无效的排序，可用的列：{columns}，顺序为 asc 或 desc",
    "invalid order: sort may be {columns}, and order asc or desc",
    field="sort",
)
CURSOR_INVALID = Text(
    "无效的 cursor：请使用同一列表、同一筛选条件返回的 X-Next-Cursor",
    "invalid cursor: send what X-Next-Cursor said on this list with these filters",
    field="cursor",
)
CROSS_SITE = Text("拒绝来自其他网站的请求", "requests from other sites are refused", code="forbidden")

NOT_SIGNED_IN = Text(
    "无权进行此操作，未登录且未提供 access token",
    "not allowed: neither signed in nor an access token given",
    code="unauthenticated",
)
BAD_ACCESS_TOKEN = Text(
    "无权进行此操作，access token 无效", "not allowed: the access token is invalid", code="unauthenticated"
)
NO_PERMISSION = Text("无权进行此操作，权限不足", "not allowed: your role does not permit this", code="forbidden")
BANNED = Text("用户已被封禁", "the user has been banned", code="forbidden")

LOGIN_OFF = Text("管理员关闭了密码登录", "the administrator has switched password login off", code="forbidden")
LOGIN_FAILED = Text("用户名或密码错误，或用户已被封禁", "wrong user name or password, or the user has been banned")
BAD_FORM = Text("输入不合法 {reason}", "invalid input: {reason}")
NAME_TAKEN = Text("用户名已被使用", "this user name is taken", code="conflict", field="username")
EMAIL_TAKEN = Text("邮箱地址已被占用", "this e-mail address is taken", code="conflict", field="email")
VALUE_TAKEN = Text("{what} 已被其他用户使用", "another user has this {what}", code="conflict")
NOT_FOUND = Text("记录不存在", "record not found", code="not_found")
ID_EMPTY = Text("id 为空！", "the id is missing", field="id")
IDS_EMPTY = Text("id 或 userId 为空！", "the id or the user id is missing", field="id")

ROOT_STAYS = Text("不能删除超级管理员账户", "the root account cannot be deleted", code="forbidden")
CANNOT_VIEW_EQUAL = Text(
    "无权获取同级或更高等级用户的信息", "you may not see users of your own or a higher role", code="forbidden"
)
CANNOT_CREATE_EQUAL = Text(
    "无法创建权限大于等于自己的用户",
    "you may not create a user of your own or a higher role",
    code="forbidden",
    field="role",
)
CANNOT_CHANGE_EQUAL = Text(
    "无权更新同权限等级或更高权限等级的用户信息",
    "you may not change users of your own or a higher role",
    code="forbidden",
)
CANNOT_RAISE = Text(
    "无权将其他用户权限等级提升到大于等于自己的权限等级",
    "you may not raise a user to your own role or above",
    code="forbidden",
    field="role",
)
CANNOT_DELETE_EQUAL = Text(
    "无权删除同权限等级或更高权限等级的用户", "you may not delete users of your own or a higher role", code="forbidden"
)
NO_SUCH_USER = Text("用户不存在", "no such user", code="not_found")
ROOT_NOT_DISABLED = Text("无法禁用超级管理员用户", "root cannot be disabled", code="forbidden")
ROOT_NOT_DELETED = Text("无法删除超级管理员用户", "root cannot be deleted", code="forbidden")
ROOT_NOT_DEMOTED = Text("无法降级超级管理员用户", "root cannot be demoted", code="forbidden")
ONLY_ROOT_PROMOTES = Text(
    "普通管理员用户无法提升其他用户为管理员", "only root can make a user an administrator", code="forbidden"
)
ALREADY_ADMIN = Text("该用户已经是管理员", "this user is an administrator already", code="conflict")
ALREADY_COMMON = Text("该用户已经是普通用户", "this user is a common user already", code="conflict")
UNKNOWN_ACTION = Text("未知的操作：{action}", "unknown action: {action}", field="action")
QUOTA_RANGE = Text("额度必须在 0 到 {most} 之间", "quota must be between 0 and {most}", field="quota")
QUOTA_HELD = Text(
    "额度不能低于进行中请求预扣的 {held}，请稍后再试",
    "requests under way hold {held} of it: set it no lower, or wait until they have ended",
    code="conflict",
    field="quota",
)
QUOTA_EDITED = Text("管理员将用户额度从 {old}修改为 {new}", "")
QUOTA_NEGATIVE = Text("quota 不能为负数！", "quota must not be negative", field="quota")

TOKEN_NAME_LONG = Text("参数错误：令牌名称过长", "invalid parameter: the token name is too long", field="name")
TOKEN_SUBNET = Text(
    "参数错误：无效的网段：failed to parse subnet: invalid CIDR address: {subnet}",
    "invalid parameter: invalid CIDR address: {subnet}",
    field="subnet",
)
TOKEN_QUOTA = Text(
    "参数错误：额度必须在 0 到 {most} 之间",
    "invalid parameter: quota must be between 0 and {most}",
    field="remain_quota",
)
TOKENS_FULL = Text(
    "每个用户最多 {most} 个令牌，请先删除一个", "a user has at most {most} tokens: delete one first", code="conflict"
)
TEMPORARY_FULL = Text(
    "每个用户最多 {most} 个临时令牌，请先删除一个",
    "a user has at most {most} temporary tokens: delete one first",
    code="conflict",
)
TOKEN_ROTATED = Text(
    "令牌刚刚被更换或删除，请刷新后重试", "the token has just got another key or is gone: look again", code="conflict"
)
TOKEN_TIME = Text("参数错误：无效的过期时间", "invalid parameter: invalid expiry time", field="expired_time")
TOKEN_STATUS = Text(
    "参数错误：无效的令牌状态", "invalid parameter: the status must be 1 (enabled) or 2 (disabled)", field="status"
)
TOKEN_EXPIRED = Text(
    "令牌已过期，无法启用，请先修改令牌过期时间，或者设置为永不过期",
    "the token has expired: change its expiry time first, or let it never expire",
    code="conflict",
    field="expired_time",
)
TOKEN_EXHAUSTED = Text(
    "令牌可用额度已用尽，无法启用，请先修改令牌剩余额度，或者设置为无限额度",
    "the token's quota is used up: raise its remaining quota first, or make it unlimited",
    code="conflict",
    field="remain_quota",
)

CHANGED_MEANWHILE = Text(
    "记录已被他人修改，请刷新后重试",
    "somebody else has changed this meanwhile: load it again",
    code="conflict",
    field="revision",
)
CHANNEL_NO_KEY = Text("密钥为空，至少需要一个密钥", "no key was given: at least one is needed", field="key")
CHANNEL_KEY_AGAIN = Text(
    "修改渠道类型或地址时，请重新填写密钥和机密配置（或由超级管理员修改）",
    "a key does not follow its channel to another type or address: send it and the secret settings again, or ask root",
    code="forbidden",
    field="key",
)
CHANNEL_OF = Text("第 {number} 个渠道：{reason}", "channel {number}: {reason}")
TEST_RUNNING = Text("测试已在运行中", "a test of the channels is running already", code="conflict")
TEST_SCOPE = Text("无效的测试范围：{scope}", "invalid scope {scope}: all or disabled", field="scope")
LIMITS = Text("无效的限制：{reason}", "invalid limits: {reason}", field="limits")

CHANNEL_FIELD = Text("参数错误：{reason}", "invalid parameter: {reason}")

NO_TARGET_TIME = plain("target timestamp is required", field="target_timestamp")
NO_STATISTICS = Text("无法获取统计信息", "the statistics cannot be read", code="unavailable")

OPTION_UNKNOWN = Text("未知的选项：{key}", "unknown option: {key}", code="not_found", field="key")
OPTION_VALUE = Text("无效的选项值：{reason}", "invalid value: {reason}")
OPTIONS_REFUSED = Text(
    "{count} 个选项的值无效，未保存任何更改", "{count} of the values do not do, so nothing was changed", field="values"
)
OPTIONS_TOO_MANY = Text("一次最多设置 {most} 个选项", "at most {most} options can be set at once", field="values")
TEST_MAIL_TO = Text(
    "没有收件地址：请填写 to，或先绑定邮箱",
    "nobody to send it to: name an address, or bind one to your account",
    field="to",
)
PUSHER_MISSING = Text(
    "未设置消息推送地址", "MessagePusherAddress is not set", code="conflict", field="MessagePusherAddress"
)
OIDC_MISSING = Text(
    "未设置 OpenID Connect 的端点",
    "neither OidcWellKnown nor the endpoints are set",
    code="conflict",
    field="OidcWellKnown",
)
THEME = Text("无效的主题", "invalid theme", field="Theme")
NEEDS_DOMAINS = Text(
    "无法启用邮箱域名限制，请先填入限制的邮箱域名！",
    "the restriction needs a list of e-mail domains first",
    code="conflict",
    field="EmailDomainWhitelist",
)
NEEDS_TURNSTILE = Text(
    "无法启用 Turnstile 校验，请先填入 Turnstile 校验相关配置信息！",
    "Turnstile needs its site key and secret key first",
    code="conflict",
    field="TurnstileSiteKey",
)

ANNOUNCEMENTS_FULL = Text(
    "最多 {most} 条公告，请先删除一条", "there are at most {most} announcements: delete one first", code="conflict"
)
PREFERENCES_LONG = Text(
    "偏好设置过大，最多 {most} 字节", "the preferences are too large: at most {most} bytes", field="preferences"
)

ALARM_NONE = Text("尚未设置任何告警接收方", "no receiver of alarms is set up", code="conflict")
ALARM_FAILED = Text("告警发送失败：{reason}", "the alarm was not taken: {reason}", code="upstream")
ALARM_THRESHOLD = Text(
    "额度提醒阈值必须在 -1 到 {most} 之间",
    "the threshold must be between -1 and {most}",
    field="quota_remind_threshold",
)

UNKNOWN_JOB = Text("未知的任务：{name}", "unknown job: {name}", code="not_found", field="name")
JOB_FAILED = Text("任务 {name} 执行失败，请查看日志", "job {name} failed, see the logs", code="upstream")

REDEMPTION_NAME = Text("兑换码名称长度必须在1-20之间", "the name must have 1 to 20 characters", field="name")
REDEMPTION_COUNT = Text("兑换码个数必须大于0", "the number of codes must be greater than 0", field="count")
REDEMPTION_TOO_MANY = Text(
    "一次兑换码批量生成的个数不能大于 100", "at most 100 codes can be made at once", field="count"
)
REDEMPTION_QUOTA = Text("兑换码额度必须在 1 到 {most} 之间", "quota must be between 1 and {most}", field="quota")
REDEMPTION_USED = Text("该兑换码已被使用，无法修改", "this code has been used and cannot change", code="conflict")
REDEMPTION_STATUS = Text("无效的兑换码状态", "the status must be 1 (unused) or 2 (switched off)", field="status")
REDEMPTION_NO_KEY = Text("未提供兑换码", "no redemption code was given", field="key")
REDEMPTION_INVALID = Text(
    "兑换失败，无效的兑换码", "not redeemed: this code does not exist", code="not_found", field="key"
)
REDEMPTION_ALREADY = Text("兑换失败，该兑换码已被使用", "not redeemed: this code has been used", code="conflict")

SECOND_FACTOR_ON = Text("两步验证已启用", "the second factor is on already", code="conflict")
SECOND_FACTOR_OFF = Text("两步验证未启用", "the second factor is not on", code="conflict")
SECOND_CODE_WRONG = Text("两步验证码错误或已使用", "the code is wrong, or was used before", field="code")
TICKET_WRONG = Text("登录已过期，请重新登录", "the sign-in has expired, start again", field="ticket")

CONFIRM_FIRST = Text(
    "请重新登录，或先通过 POST /api/user/confirm 用密码或两步验证码确认身份，10 分钟内再试",
    "sign in again, or confirm with your password or a code: POST /api/user/confirm; then try again within 10 minutes",
    code="unconfirmed",
)
PASSWORD_WRONG = Text("密码错误", "wrong password", field="password")
LAST_WAY_IN = Text(
    "这是您唯一的登录方式，请先设置密码或邮箱",
    "this is the only way into your account: set a password or an e-mail address first",
    code="conflict",
)
PASSKEYS_OFF = Text("管理员关闭了通行密钥", "the administrator has switched passkeys off", code="forbidden")
PASSKEYS_NO_DOMAIN = Text(
    "通行密钥需要 https 和域名，请管理员设置服务器地址（ServerAddress）",
    "passkeys need https and a domain name: the administrator must set ServerAddress",
    code="forbidden",
)
PASSKEYS_FULL = Text(
    "每个账户最多 {most} 个通行密钥，请先删除一个",
    "an account has at most {most} passkeys: delete one first",
    code="conflict",
)
PASSKEY_KNOWN = Text(
    "该通行密钥已被注册，请重试",
    "this passkey is registered already, or the list just changed: try again",
    code="conflict",
)
PASSKEY_WRONG = Text("通行密钥验证失败，请重试", "the passkey could not be verified, try again")
PASSKEY_NAME = Text(
    "通行密钥名称最多 {most} 个可见字符", "the name must have at most {most} visible characters", field="name"
)

REGISTER_OFF = Text("管理员关闭了新用户注册", "the administrator has switched registration off", code="forbidden")
PASSWORD_REGISTER_OFF = Text(
    "管理员关闭了通过密码进行注册，请使用第三方账户验证的形式进行注册",
    "registration with a password is switched off, use another account to register",
    code="forbidden",
)
EMAIL_REQUIRED = Text(
    "管理员开启了邮箱验证，请输入邮箱地址和验证码",
    "an e-mail address and the code that was mailed to it are required",
    field="email",
)
CODE_WRONG = Text("验证码错误或已过期", "the code is wrong or has expired", field="code")
DOMAIN_REFUSED = Text(
    "管理员启用了邮箱域名白名单，您的邮箱地址的域名不在白名单中",
    "addresses of this domain are not accepted",
    field="email",
)
RESET_WRONG = Text("重置链接非法或已过期", "the reset link is invalid or has expired", field="token")
MAIL_FAILED = Text("发送邮件失败：{reason}", "failed to send email: {reason}", translated=True, code="upstream")
TURNSTILE_EMPTY = Text("Turnstile token 为空", "the Turnstile token is missing")
TURNSTILE_FAILED = Text("Turnstile 校验失败，请刷新重试！", "the Turnstile check failed, reload the page and try again")

AS_TOLD = plain("{reason}", code="upstream")  # in the words of a server that was asked
STATE_WRONG = plain("state is empty or not same", code="forbidden", field="state")
IDENTITY_EMPTY = Text(
    "返回值非法，用户字段为空，请稍后重试！", "the provider did not say who this is, try again later", code="upstream"
)
PROVIDER_UNREACHABLE = Text(
    "无法连接至{name}服务器，请稍后重试！", "the {name} server cannot be reached, try again later", code="upstream"
)
