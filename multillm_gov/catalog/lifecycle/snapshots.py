"""What a model's name says of itself: a dated snapshot, a floating alias, a preview, a region."""

import re
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from multillm_gov.catalog.parties.regions import GEOGRAPHIES
from multillm_gov.catalog.price_map import PriceMap

_VERSION = re.compile(r"^([a-z]*?)(\d+(?:\.\d+)*)([a-z]?)$")


_SIZE = re.compile(r"^(?:[a-z]?\d+(?:\.\d+)?[bt]|\d+x\d+b|\d+k|\d+e)$")


_NO_LINE = frozenset({"turbo", "chat", "text", "preview", "exp", "experimental", "beta", "hd"})
_PREVIEW = re.compile(r"(?:^|[-_./])(?:preview|exp|experimental|alpha|beta|labs)(?=$|[-_.:@\d])")
_SNAPSHOT = re.compile(
    r"[-@](?:20\d\d-\d\d-\d\d|20\d{6}|\d{2}-20\d\d|2[3-9](?:0[1-9]|1[0-2])"
    r"|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|0\d\d)$"
)
_LATEST = re.compile(r"[-@]latest$")
_MOVING = re.compile(r"(?:[-@]latest|@default)$")


class ModelLine(msgspec.Struct, frozen=True):
    """A line of models and a place on it: `claude-sonnet` (4, 5); `llama-70b` (3, .3)."""

    name: str
    version: tuple[float, ...]
    """What follows a point counts as a decimal fraction: xAI's 4.20 came before 4.3."""


def line_of(model: str) -> ModelLine:
    """The line of a canonical model name: the name without its version; sizes and tiers stay."""
    words: list[str] = []
    numbers: list[float] = []
    for word in model.split("-"):
        match = None if _SIZE.match(word) else _VERSION.match(word)
        if match is not None:
            words += [match[1]] if match[1] else []
            whole_part, *fractions = match[2].split(".")
            numbers += [float(whole_part[:9]), *(float(f"0.{part[:9]}") for part in fractions)]
        elif word not in _NO_LINE:
            words.append(word)
    return ModelLine("-".join(words), tuple(numbers))


def is_preview(name: str) -> bool:
    """Whether a name says preview or experiment: such a model may retire at short notice."""
    return _PREVIEW.search(name.lower()) is not None


def is_snapshot(name: str) -> bool:
    """Whether a name ends with a date or fixed version: it always means the same weights."""
    return _SNAPSHOT.search(name.lower()) is not None


def is_latest(name: str) -> bool:
    """Whether a name ends with `latest`."""
    return _LATEST.search(name.lower()) is not None


def snapshot_of(name: str, names: Iterable[str]) -> str:
    """The newest dated name of the same model in the same spelling; empty where none is."""
    return max(dated_names(name, names), key=date_key, default="")


def dated_names(name: str, names: Iterable[str]) -> list[str]:
    """Every dated name of the same model in the same spelling."""
    stem = _MOVING.sub("", name)
    length = len(stem)
    return [
        other
        for other in names
        if other.startswith(stem) and other != name and _SNAPSHOT.fullmatch(other[length:].lower())
    ]


def date_key(name: str) -> tuple[str, str]:
    """Sorts dated names by their date, undated ones first."""
    match = _SNAPSHOT.search(name.lower())
    digits = re.sub(r"\D", "", match[0]) if match else ""
    month_year = re.fullmatch(r"(\d\d)(20\d\d)", digits)
    return (month_year[2] + month_year[1] if month_year else digits, name)


def regional_names(name: str, price_map: PriceMap) -> list[str]:
    """The price map's other names of one model at one provider: its regions, sizes, commitments."""
    return [
        other
        for other in _by_model(price_map).get(_model_key(name, price_map), ())
        if other != name
    ]


@lru_cache(maxsize=4)
def _by_model(price_map: PriceMap) -> dict[tuple[str, str], list[str]]:
    index: dict[tuple[str, str], list[str]] = {}
    for name in price_map.names:
        index.setdefault(_model_key(name, price_map), []).append(name)
    return index


def _model_key(name: str, price_map: PriceMap) -> tuple[str, str]:
    base = name.rpartition("/")[2].lower()
    geography, _, rest = base.partition(".")
    if geography in GEOGRAPHIES and "." in rest:
        base = rest
    return base, price_map.providers.get(name, "").removesuffix("_converse").removesuffix("_mantle")
