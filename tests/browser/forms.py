"""Every form of the site: where it is, what is typed, how it is sent. A form without a row fails the tests."""

from dataclasses import dataclass

from local.places import ROOT

SOURCES = ROOT / "frontend" / "src"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteForm:
    """``fill``: labels and what is typed; ``opens``: buttons that lead to it on its page; ``reads``: sent by a GET."""

    at: str
    fill: dict[str, str]
    send: str
    who: str = "root"
    opens: tuple[str, ...] = ()
    dialog: bool = False
    reads: str = ""
    names: str = ""  # a field of the API that the server may name, and which is on the form


FORMS = {
    "pages/token/TokenForm.tsx": SiteForm(
        at="/token/add", fill={"Name": "a key", "Networks": "10.0.0.0/8"}, send="Make the key", names="subnet"
    ),
    "pages/token/TokenPage.tsx": SiteForm(at="/token/{token}", fill={"Name": "other"}, send="Save", names="name"),
    "pages/redemption/NewCodes.tsx": SiteForm(
        at="/redemption/add", fill={"Name": "codes"}, send="Make the codes", names="name"
    ),
    "pages/user/NewUser.tsx": SiteForm(
        at="/user/add",
        fill={"Name": "newcomer", "Password": "some password"},
        send="Make the account",
        names="username",
    ),
    "pages/user/UserPage.tsx": SiteForm(
        at="/user/{user}", fill={"Shown name": "other"}, send="Save", names="display_name"
    ),
    "pages/user/TopUpDialog.tsx": SiteForm(
        at="/user/{user}", opens=("Top up",), dialog=True, fill={"Remark in the log": "a gift"}, send="Top up"
    ),
    "pages/channel/ChannelForm.tsx": SiteForm(
        at="/channel/{channel}", fill={"Name": "other"}, send="Save", names="name"
    ),
    "pages/log/Purge.tsx": SiteForm(
        at="/log?all=1", opens=("Delete old entries…",), dialog=True, fill={}, send="Delete"
    ),
    "pages/log/Refund.tsx": SiteForm(
        at="/log/{request}", opens=("Refund…",), dialog=True, fill={"Remark": "sorry"}, send="Give it back"
    ),
    "pages/profile/Profile.tsx": SiteForm(
        at="/profile", fill={"Shown name": "other"}, send="Save", names="display_name"
    ),
    "pages/profile/Password.tsx": SiteForm(
        at="/profile/security", fill={"New password": "another one"}, send="Save", names="password"
    ),
    "pages/profile/Passkeys.tsx": SiteForm(
        at="/profile/security", fill={"Name of the device": "phone"}, send="Add a passkey"
    ),
    "pages/profile/SecondFactor.tsx": SiteForm(
        at="/profile/security", opens=("Switch on",), dialog=True, fill={"Code": "123456"}, send="Switch on"
    ),
    "pages/setting/Settings.tsx": SiteForm(
        at="/setting/general", fill={"Name of the gateway SystemName": "Other"}, send="Save 1 change"
    ),
    "pages/topup/TopUp.tsx": SiteForm(at="/topup", fill={"Code": "a code"}, send="Redeem"),
    "ui/LimitsCard.tsx": SiteForm(at="/token/{token}", opens=("Set limits",), fill={}, send="Save the limits"),
    "pages/signin/SignIn.tsx": SiteForm(
        who="nobody",
        at="/login",
        fill={"Name or mail address": "somebody", "Password": "some password"},
        send="Sign in",
    ),
    "pages/signin/Register.tsx": SiteForm(
        who="nobody",
        at="/register",
        fill={"Name": "newcomer", "Password": "some password"},
        send="Make the account",
        names="username",
    ),
    "pages/signin/Reset.tsx": SiteForm(
        who="nobody",
        at="/reset",
        fill={"Mail address": "a@site.example"},
        send="Send me the link",
        reads="/api/reset_password",
    ),
    "pages/signin/NewPassword.tsx": SiteForm(
        who="nobody",
        at="/user/reset?email=a@site.example&token=a",
        fill={"New password": "some password"},
        send="Set the password",
        names="password",
    ),
}

# Forms that send nothing, or only after something that other tests do.
OTHERS = {
    "pages/profile/BindByCode.tsx": "its code comes by mail or from WeChat: test_people.py",
    "ui/SearchBar.tsx": "asks by the address of its page",
    "ui/confirm.tsx": "says yes; who asked does the rest",
    "ui/confirmIdentity.tsx": "test_security.py",
    "pages/signin/SecondFactor.tsx": "test_security.py",
    "pages/log/Purge.tsx": "a question before something is gone, in a dialog of the log",
    "pages/signin/Elsewhere.tsx": "test_coming_in.py",
    "pages/welcome/FirstKey.tsx": "test_welcome.py",
    "pages/playground/Question.tsx": "asks the relay: test_playground.py",
    "pages/setting/Announcements.tsx": "announcements are made and changed in test_news.py",
    "pages/setting/PriceDialog.tsx": "puts a price into the form of the settings, which is sent",
    "pages/playground/Other.tsx": "asks the relay: test_playground.py",
}


def forms() -> set[str]:
    """The components with a form of their own."""
    found = [path for path in SOURCES.rglob("*.tsx") if "<form" in path.read_text(encoding="utf-8")]
    return {path.relative_to(SOURCES).as_posix() for path in found}
