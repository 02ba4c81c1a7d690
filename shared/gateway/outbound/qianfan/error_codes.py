"""Qianfan v1's addresses and error codes: data.

Models have addresses of their own (https://cloud.baidu.com/doc/WENXINWORKSHOP/s/Nlks5zkzu); one that is not in
the table is addressed by its name in lower case. Codes: https://cloud.baidu.com/doc/WENXINWORKSHOP/s/tlmyncueh
"""

from collections.abc import Mapping
from urllib.parse import quote

from gateway.outbound.errors import verdicts

ENDPOINTS: Mapping[str, str] = {
    "ERNIE-4.0": "completions_pro",
    "ERNIE-4.0-8K": "completions_pro",
    "ERNIE-Bot-4": "completions_pro",
    "ERNIE-Bot": "completions",
    "ERNIE-3.5-8K": "completions",
    "ERNIE-Bot-turbo": "eb-instant",
    "ERNIE-Lite-8K-0922": "eb-instant",
    "ERNIE-Speed": "ernie_speed",
    "ERNIE-Speed-8K": "ernie_speed",
    "ERNIE-Bot-8K": "ernie_bot_8k",
    "BLOOMZ-7B": "bloomz_7b1",
    "bge-large-zh": "bge_large_zh",
    "bge-large-en": "bge_large_en",
    "tao-8k": "tao_8k",
}

_TOKEN = verdicts.RETRY  # the access token, not the key: it is fetched anew, see providers.auth_qianfan.STALE

FAULTS: Mapping[str, verdicts.Verdict] = {
    "invalid_client": verdicts.BAD_KEY,  # from the token's address
    "1": verdicts.RETRY,
    "2": verdicts.BUSY,
    "3": verdicts.NO_MODEL,
    "4": verdicts.RATE,
    "6": verdicts.NO_ACCESS,
    "13": verdicts.BAD_KEY,
    "14": verdicts.BAD_KEY,
    "15": verdicts.BAD_KEY,
    "17": verdicts.QUOTA_RETURNS,
    "18": verdicts.RATE,
    "19": verdicts.NO_MONEY,
    "100": _TOKEN,
    "110": _TOKEN,
    "111": _TOKEN,
    "336000": verdicts.RETRY,
    "336001": verdicts.CALLER,
    "336002": verdicts.CALLER,
    "336003": verdicts.CALLER,
    "336004": verdicts.BAD_KEY,
    "336005": verdicts.NO_ACCESS,
    "336006": verdicts.CALLER,
    "336007": verdicts.CALLER,
    "336008": verdicts.CALLER,
    "336100": verdicts.BUSY,
    "336101": verdicts.CALLER,
    "336102": verdicts.CALLER,
    "336103": verdicts.TOO_LONG,
    "336104": verdicts.CALLER,
    "336105": verdicts.CALLER,
    "336200": verdicts.RETRY,
    "336501": verdicts.RATE,
    "336502": verdicts.RATE,
    "336503": verdicts.RATE,
}


def endpoint(model: str) -> str:
    """The last part of a model's address."""
    return ENDPOINTS.get(model) or quote(model.lower(), safe="")
