"""Qianfan v1's addresses and error codes: data.

Models have addresses of their own (https://cloud.baidu.com/doc/WENXINWORKSHOP/s/Nlks5zkzu); one that is not in
the table is addressed by its name in lower case. Codes: https://cloud.baidu.com/doc/WENXINWORKSHOP/s/tlmyncueh
"""

from collections.abc import Mapping
from urllib.parse import quote

from gateway.outbound import faults

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

_TOKEN = faults.RETRY  # the access token, not the key: it is fetched anew, see providers.auth_qianfan.STALE

FAULTS: Mapping[str, faults.Verdict] = {
    "invalid_client": faults.BAD_KEY,  # from the token's address
    "1": faults.RETRY,
    "2": faults.BUSY,
    "3": faults.NO_MODEL,
    "4": faults.RATE,
    "6": faults.NO_ACCESS,
    "13": faults.BAD_KEY,
    "14": faults.BAD_KEY,
    "15": faults.BAD_KEY,
    "17": faults.QUOTA_RETURNS,
    "18": faults.RATE,
    "19": faults.NO_MONEY,
    "100": _TOKEN,
    "110": _TOKEN,
    "111": _TOKEN,
    "336000": faults.RETRY,
    "336001": faults.CALLER,
    "336002": faults.CALLER,
    "336003": faults.CALLER,
    "336004": faults.BAD_KEY,
    "336005": faults.NO_ACCESS,
    "336006": faults.CALLER,
    "336007": faults.CALLER,
    "336008": faults.CALLER,
    "336100": faults.BUSY,
    "336101": faults.CALLER,
    "336102": faults.CALLER,
    "336103": faults.TOO_LONG,
    "336104": faults.CALLER,
    "336105": faults.CALLER,
    "336200": faults.RETRY,
    "336501": faults.RATE,
    "336502": faults.RATE,
    "336503": faults.RATE,
}


def endpoint(model: str) -> str:
    """The last part of a model's address."""
    return ENDPOINTS.get(model) or quote(model.lower(), safe="")
