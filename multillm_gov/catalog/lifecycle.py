"""When a model goes away, whether its name may be re-pointed, and whether it is a preview."""

import re
from collections.abc import Iterable
from datetime import date

from multillm_gov.catalog.entry_facts import day
from multillm_gov.catalog.facts import Lifecycle
from multillm_gov.catalog.naming import take_apart
from multillm_gov.catalog.price_map import PriceMap, text_of
from multillm_gov.catalog.providers import provider_named
from multillm_gov.catalog.retired import Ending, retired_list

_PREVIEW = re.compile(r"(?:^|[-_./])(?:preview|exp|experimental|alpha|beta|labs)(?=$|[-_.:@\d])")
_SNAPSHOT = re.compile(
    r"[-@](?:20\d\d-\d\d-\d\d|20\d{6}|\d{2}-20\d\d|2[3-9](?:0[1-9]|1[0-2])|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|0\d\d)$"
)
_LATEST = re.compile(r"[-@]latest$")
_MOVING = re.compile(r"(?:[-@]latest|@default)$")


def is_preview(name: str) -> bool:
    """Whether a name says that the model is a preview or an experiment: it may go at short notice."""
    return _PREVIEW.search(name.lower()) is not None


def is_snapshot(name: str) -> bool:
    """Whether a name ends with a date or a fixed version, so that it always means the same weights."""
    return _SNAPSHOT.search(name.lower()) is not None


def snapshot_of(name: str, names: Iterable[str]) -> str:
    """The newest dated name of the same model in the same spelling (``gpt-5`` -> ``gpt-5-2025-08-07``); or empty."""
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


def _same_price(entry: dict[str, object], other: dict[str, object]) -> bool:
    return all(
        entry.get(key) == other.get(key)
        for key in ("input_cost_per_token", "output_cost_per_token")
    )


def date_key(name: str) -> tuple[str, str]:
    """Sorts dated names by their date, undated ones first."""
    match = _SNAPSHOT.search(name.lower())
    digits = re.sub(r"\D", "", match[0]) if match else ""
    month_year = re.fullmatch(r"(\d\d)(20\d\d)", digits)
    return (month_year[2] + month_year[1] if month_year else digits, name)


def told_retirement(name: str, price_map: PriceMap) -> tuple[date | None, str]:
    """Retirement date of a model that the price map carries, and who tells it; ``None`` where nobody does.

    A release of LiteLLM newer than the installed one overrules it where the shipped list knows its
    date; a vendor's announcement counts where the map tells none.
    """
    retirement = day(price_map.entry(name).get("deprecation_date"))
    listed = retired_list()
    told = listed.current.get(name)
    if told is not None and told.retirement:
        if told.source and retirement is None:
            return day(told.retirement), told.source
        newest = day(told.retirement)
        if (
            not told.source
            and newest != retirement
            and is_older(price_map.version, listed.newest_release)
        ):
            return newest, f"litellm {listed.newest_release}"
    return retirement, f"litellm {price_map.version}" if retirement is not None else ""


def current_lifecycle(name: str, price_map: PriceMap) -> Lifecycle:
    """Lifecycle of a model that the price map carries; no successor yet."""
    entry = price_map.entry(name)
    retirement, source = told_retirement(name, price_map)
    floats = _LATEST.search(name.lower()) is not None
    snapshot = ""
    provider = provider_named(text_of(entry, "litellm_provider"))
    if floats or (
        provider.aliases and not is_snapshot(name) and not take_apart(name).base.startswith("ft:")
    ):
        priced_alike = [
            other
            for other in dated_names(name, price_map.names)
            if _same_price(entry, price_map.entry(other))
        ]
        snapshot = snapshot_of(name, priced_alike or price_map.names)
    return Lifecycle(
        retirement=retirement,
        source=source,
        floating_alias=floats or bool(snapshot),
        snapshot=snapshot,
        preview=is_preview(name),
    )


def ended_lifecycle(name: str, ending: Ending) -> Lifecycle:
    """Lifecycle of a model that the price map no longer carries; no successor yet."""
    retirement = day(ending.retirement)
    source = ending.source if retirement is not None else ""
    if not source and ending.last_seen:
        source = (
            f"last carried by LiteLLM's price map of {ending.last_seen}; no retirement date "
            "was told"
        )
    return Lifecycle(
        retirement=retirement,
        source=source,
        floating_alias=_LATEST.search(name.lower()) is not None,
        preview=is_preview(name),
    )


def is_older(version: str, other: str) -> bool:
    """Whether a release comes before another, by its numbers; an unreadable version is older than any."""
    return _numbers(version) < _numbers(other)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d{1,9}", version)[:4])
