"""What keys look like: vendors' shapes, and what makes a text look random."""

import re
from collections import Counter
from math import log2

from msgspec import Struct


class KeyShape(Struct, frozen=True):
    """The form of one vendor's keys."""

    kind: str
    """As a reader sees it."""
    hint: bytes
    """Stands in every such key; looked for before anything else."""
    pattern: bytes
    """Matched where the hint starts; compiled only when a hint is found, which is seldom."""
    random: bool = False
    """Whether it must also look random, since written words may have the form."""


def _shape(kind: str, hint: str, rest: str, *, random: bool = False) -> KeyShape:
    return KeyShape(kind, hint.encode(), (hint.replace(".", r"\.") + rest).encode(), random)


AZURE = KeyShape("an Azure key", b"JQQJ99", rb"[A-Za-z0-9]{40,60}JQQJ99[A-Za-z0-9]{20,40}")
"""84 characters with a signature in their midst, so that a match starts before the hint."""
SHAPES: tuple[KeyShape, ...] = (
    _shape("an Anthropic key", "sk-ant-", r"[A-Za-z0-9]{2,12}-[A-Za-z0-9_-]{32,200}"),
    _shape("an OpenRouter key", "sk-or-", r"(?:v\d-)?[A-Za-z0-9]{32,80}"),
    _shape("an OpenAI key", "sk-proj-", r"[A-Za-z0-9_-]{32,250}"),
    _shape("an OpenAI key", "sk-svcacct-", r"[A-Za-z0-9_-]{32,250}"),
    _shape("an OpenAI key", "sk-admin-", r"[A-Za-z0-9_-]{32,250}"),
    _shape("an OpenAI key", "sk-", r"[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}"),
    _shape(
        "a key of the `sk-` form (OpenAI, DeepSeek and others)",
        "sk-",
        r"[A-Za-z0-9_-]{20,100}",
        random=True,
    ),
    _shape("a Google key", "AIza", r"[A-Za-z0-9_-]{35}"),
    _shape("a Google key", "AQ.Ab", r"[A-Za-z0-9_-]{40,120}"),
    _shape("an AWS access key", "AKIA", r"[A-Z2-7]{16}"),
    _shape("an AWS access key", "ASIA", r"[A-Z2-7]{16}"),
    _shape("an AWS Bedrock key", "ABSK", r"[A-Za-z0-9+/]{80,200}={0,2}"),
    AZURE,
    _shape("a Groq key", "gsk_", r"[A-Za-z0-9]{40,80}"),
    _shape("an xAI key", "xai-", r"[A-Za-z0-9]{60,100}"),
    _shape("a Hugging Face token", "hf_", r"[A-Za-z0-9]{30,40}"),
    _shape("a Replicate token", "r8_", r"[A-Za-z0-9]{36,40}"),
    _shape("a Perplexity key", "pplx-", r"[A-Za-z0-9]{40,64}"),
    _shape("a Fireworks key", "fw_", r"[A-Za-z0-9]{20,48}", random=True),
    _shape("a Together key", "tgp_v1_", r"[A-Za-z0-9_-]{40,64}"),
    _shape("a Cerebras key", "csk-", r"[A-Za-z0-9]{40,64}"),
    _shape("an NVIDIA key", "nvapi-", r"[A-Za-z0-9_-]{60,80}"),
    _shape("a Voyage key", "pa-", r"[A-Za-z0-9_-]{40,50}", random=True),
    _shape("a Jina key", "jina_", r"[A-Za-z0-9_-]{40,80}"),
    _shape("a Databricks token", "dapi", r"[0-9a-f]{32}"),
    _shape("a LangSmith key", "lsv2_", r"[a-z]{2}_[A-Za-z0-9_]{32,64}"),
    _shape("a GitHub token", "github_pat_", r"[A-Za-z0-9_]{60,100}"),
    *(_shape("a GitHub token", f"gh{letter}_", r"[A-Za-z0-9]{36,255}") for letter in "pousr"),
    _shape("a GitLab token", "glpat-", r"[A-Za-z0-9_-]{20,64}"),
    _shape("a Slack token", "xox", r"[abeprs]-[A-Za-z0-9-]{20,200}"),
    _shape("a Stripe key", "sk_live_", r"[A-Za-z0-9]{16,128}"),
    _shape("an npm token", "npm_", r"[A-Za-z0-9]{36}"),
    _shape("a PyPI token", "pypi-AgE", r"[A-Za-z0-9_-]{50,250}"),
    _shape(
        "a JSON web token",
        "eyJ",
        r"[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{16,1000}",
    ),
)

_STAND_INS = (
    *(
        b"redacted",
        b"example",
        b"placeholder",
        b"changeme",
        b"change-me",
        b"change_me",
        b"dummy",
        b"masked",
        b"your-",
    ),
    *(
        b"your_",
        b"xxxx",
        b"****",
        b"....",
        b"os.environ",
        b"env.",
        b"${",
        b"$(",
        b"{{",
        b"%(",
        b"<",
        b"vault:",
        b"secret:",
    ),
    *(b"0123456789", b"1234567890", b"abcdefgh", b"sk-1234"),
)


def is_stand_in(value: bytes) -> bool:
    """Whether a value only stands for a secret: a placeholder, a variable, one letter repeated."""
    low = value.lower()
    return any(word in low for word in _STAND_INS) or value.startswith(b"$") or len(set(value)) <= 4


def entropy_bits(value: bytes) -> float:
    """Shannon entropy of a value's own bytes, in bits per byte."""
    total = len(value)
    return -sum(count / total * log2(count / total) for count in Counter(value).values())


_JOINTS = re.compile(rb"[-_/.:@+]")
_WRITTEN = re.compile(rb"[a-z]{7}|[A-Z]{9}")
_LETTERS, _DIGITS = re.compile(rb"[A-Za-z]"), re.compile(rb"\d")
_SMALL, _CAPITAL_OR_DIGIT = re.compile(rb"[a-z]"), re.compile(rb"[A-Z0-9]")
_HEXADECIMAL = re.compile(rb"[0-9a-fA-F]{32,}")
_SHORTEST = 12


def looks_random(value: bytes) -> bool:
    """Whether some part of a value mixes letters and digits as no name or number does.

    A part has 12 characters or more between joints, no run of small letters as long as a word, and
    an entropy of 2.5 bits a character (3 from 20 characters on): random hexadecimal text of 32
    digits has about 3.6, English words 3 to 4, which is why entropy alone would not tell.
    """
    for part in _JOINTS.split(value[:512]):
        if len(part) < _SHORTEST or not _LETTERS.search(part) or not _DIGITS.search(part):
            continue
        least = 3.0 if len(part) >= 20 else 2.5
        if _WRITTEN.search(part) and not _HEXADECIMAL.fullmatch(part):
            # Of long random texts in both cases, one in sixteen has a run as long as a word.
            least = (
                3.8
                if len(part) >= 24
                and _SMALL.search(part)
                and len(_CAPITAL_OR_DIGIT.findall(part)) >= 8
                else 9.0
            )
        if entropy_bits(part) >= least:
            return True
    return False


def looks_chosen(value: bytes) -> bool:
    """Whether a value looks like a password: eight characters or more, not letters alone."""
    return (
        len(value) >= 8
        and bool(_LETTERS.search(value))
        and bool(re.search(rb"[^A-Za-z_.,/-]", value))
    )
