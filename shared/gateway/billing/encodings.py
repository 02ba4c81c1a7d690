"""Which tokenizer a model counts with, and the tokenizers themselves.

The rank files are put beside this module by ``make ranks`` (see ``tools/fetch_ranks.py``) and checked against the
digests below; nothing is ever downloaded at run time. tiktoken and a rank file cost 150 to 400 ms and some 50 MB,
so both are loaded when the first text is counted.
"""

import base64
import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from gateway.billing import data
from gateway.records import dataclass

if TYPE_CHECKING:
    from tiktoken import Encoding

CL100K, O200K, P50K, R50K = "cl100k_base", "o200k_base", "p50k_base", "r50k_base"
DEFAULT = CL100K

# Models that are newer than one-api's table. A name of that table keeps one-api's encoding, right or not.
NEWER = (
    *("gpt-4o", "gpt-4.1", "gpt-4.5", "gpt-5", "gpt-6", "gpt-audio", "gpt-image", "gpt-oss", "gpt-realtime"),
    *("chatgpt-", "o1", "o3", "o4", "ft:gpt-4o", "ft:gpt-4.1", "codex-", "computer-use-"),
)


@dataclass(frozen=True, slots=True)
class RankFile:
    """One vocabulary: where its lines come from, how many of them, and the digest of the result.

    The digests are the ones tiktoken itself checks: https://github.com/openai/tiktoken
    """

    sha256: str
    pattern: str


WORDS_OF_GPT2 = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"
WORDS_OF_CL100K = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$"
    r"|\s*[\r\n]|\s+(?!\S)|\s"
)
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
CONTRACTION = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
WORDS_OF_O200K = "|".join(
    (
        rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+{CONTRACTION}",
        rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*{CONTRACTION}",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    )
)

RANK_FILES = {
    CL100K: RankFile("223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7", WORDS_OF_CL100K),
    O200K: RankFile("446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d", WORDS_OF_O200K),
    P50K: RankFile("94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069", WORDS_OF_GPT2),
    R50K: RankFile("306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930", WORDS_OF_GPT2),
}


class RanksMissing(Exception):
    """A rank file is absent or damaged: run ``make ranks``."""


def encoding_name(model: str) -> str:
    """The encoding a model's text is counted with; unknown families count with cl100k, as one-api does."""
    table = data.ratios()
    if model in table["encodings"]:
        # p50k_edit differs from p50k in special tokens only, and text never holds those.
        return table["encodings"][model].replace("p50k_edit", P50K)
    if model in table["model_ratio"]:
        return O200K if model.startswith("gpt-4o") else CL100K
    return O200K if model.startswith(NEWER) else DEFAULT


@lru_cache(maxsize=len(RANK_FILES))
def encoding(name: str) -> "Encoding":
    """The tokenizer; raises ``RanksMissing``."""
    from tiktoken import Encoding  # noqa: PLC0415 - 60 ms, and most requests never count

    known = RANK_FILES[name]
    try:
        content = data.read(f"ranks/{name}.tiktoken")
    except OSError:
        raise RanksMissing(f"the rank file of {name} is not installed; run make ranks") from None
    if hashlib.sha256(content).hexdigest() != known.sha256:
        raise RanksMissing(f"the rank file of {name} is damaged; run make ranks")
    ranks = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in content.splitlines())}
    return Encoding(name, pat_str=known.pattern, mergeable_ranks=ranks, special_tokens={})
