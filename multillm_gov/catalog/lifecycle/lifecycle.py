"""When a model retires, by which source, and how far that source can be relied on."""

import re
from datetime import date
from functools import cache

import msgspec

from multillm_gov.catalog.entry_facts import day
from multillm_gov.catalog.facts import DoubtfulDate, Lifecycle
from multillm_gov.catalog.lifecycle.retired import Ending, retired_list
from multillm_gov.catalog.lifecycle.snapshots import (
    date_key,
    dated_names,
    is_latest,
    is_preview,
    is_snapshot,
    regional_names,
    snapshot_of,
)
from multillm_gov.catalog.parties.naming import take_apart
from multillm_gov.catalog.parties.providers import provider_named
from multillm_gov.catalog.price_map import PriceMap, text_of
from multillm_gov.catalog.shipped import shipped_bytes


class NoticePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """One provider's promise, as its own page words it."""

    provider: str
    days: int | None = None
    """Least notice for a generally available model; ``None``: none is promised in days."""
    preview_days: int | None = None
    said: str = ""
    source: str = ""
    """Page it was read on."""
    about: str = ""

    def least(self, *, preview: bool) -> int | None:
        """Days of notice that are promised; `None`: the page promises none for such a model."""
        return self.preview_days if preview else self.days


@cache
def _policies() -> dict[str, NoticePolicy]:
    rows = msgspec.json.decode(shipped_bytes("notices.json"), type=list[NoticePolicy])
    return {row.provider: row for row in rows if row.provider}


def notice_policy(provider: str) -> NoticePolicy | None:
    """What a provider promises; ``None``: not known."""
    return _policies().get(provider)


def ending(day: date | None, today: date) -> str:
    """``retires on 2027-01-14``; ``was retired on …`` where that day has passed."""
    return f"was retired on {day}" if day is not None and day < today else f"retires on {day}"


class Stated(msgspec.Struct, frozen=True):
    """A retirement date as one source states it."""

    retirement: date | None = None
    source: str = ""
    announced: bool = False
    """Whether the source is the vendor's or the host's own page."""


def stated_retirement(name: str, price_map: PriceMap) -> Stated:
    """The date that the price map, a newer release of it, or an announcement gives for one name.

    A release of LiteLLM newer than the installed one overrules it where the shipped list knows its
    date; a vendor's announcement counts where the map has none.
    """
    entry = price_map.entry(name)
    retirement = day(entry.get("deprecation_date"))
    release = f"litellm {price_map.version}"
    listed = retired_list()
    ending = listed.current.get(name)
    if ending is not None and ending.retirement and not ending.doubt:
        newest = day(ending.retirement)
        if ending.source and retirement is None:
            return Stated(newest, ending.source, announced=True)
        if (
            not ending.source
            and newest != retirement
            and is_older(price_map.version, listed.newest_release)
        ):
            return Stated(newest, f"litellm {listed.newest_release}")
    if retirement is None:
        return Stated()
    page = text_of(entry, "deprecation_source")
    if page.startswith("https://"):
        return Stated(retirement, f"{page}, read from {release}", announced=True)
    return Stated(retirement, release)


def current_lifecycle(name: str, price_map: PriceMap) -> Lifecycle:
    """Lifecycle of a model that the price map carries; no successor yet."""
    dated = _dated(name, price_map)
    entry = price_map.entry(name)
    floats = is_latest(name)
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
    if (floats or snapshot) and dated.retirement is None:
        dated = _last_snapshot(name, price_map) or dated
    ending = retired_list().current.get(name)
    return msgspec.structs.replace(
        dated,
        redirect=dated.redirect or (ending.redirect if ending is not None else ""),
        floating_alias=floats or bool(snapshot),
        snapshot=snapshot,
        preview=is_preview(name),
    )


def ended_lifecycle(name: str, ending: Ending, price_map: PriceMap) -> Lifecycle:
    """Lifecycle of a model that the price map no longer carries; no successor yet."""
    dated = _of_ending(ending)
    if dated.retirement is None and not is_snapshot(name):
        dated = _last_snapshot(name, price_map) or dated
    if dated.retirement is None and ending.last_seen:
        seen = f"last carried by LiteLLM's price map of {ending.last_seen}"
        dated = msgspec.structs.replace(dated, source=seen)
    return msgspec.structs.replace(dated, floating_alias=is_latest(name), preview=is_preview(name))


def _of_ending(ending: Ending) -> Lifecycle:
    retirement = day(ending.retirement)
    if retirement is None:
        return Lifecycle(redirect=ending.redirect)
    if ending.doubt:
        doubtful = DoubtfulDate(date=retirement, source=ending.source, reason=ending.doubt)
        return Lifecycle(doubtful=doubtful)
    return Lifecycle(retirement=retirement, source=ending.source, redirect=ending.redirect)


def _dated(name: str, price_map: PriceMap) -> Lifecycle:
    """Date of one name in the light of the model's other regional names.

    A name's own announcement holds. Otherwise the model has one answer: the announced date of its
    regional names where they agree, else the date that at least half of them carry; a date that
    fewer carry is doubtful.
    """
    own = stated_retirement(name, price_map)
    if own.announced:
        return Lifecycle(retirement=own.retirement, source=own.source)
    others = regional_names(name, price_map)
    stated = {name: own} | {other: stated_retirement(other, price_map) for other in others}
    dated = {key: claim for key, claim in stated.items() if claim.retirement is not None}
    announced = {key: claim for key, claim in dated.items() if claim.announced}
    chosen = announced or dated
    if len({claim.retirement for claim in chosen.values()}) != 1:
        return (
            _undated(name)
            if own.retirement is None
            else Lifecycle(retirement=own.retirement, source=own.source)
        )
    key = name if name in chosen else min(chosen)
    claim = chosen[key]
    where = claim.source if key == name else f"{claim.source}, for {key}"
    if claim.retirement is None or announced or len(dated) * 2 >= len(stated):
        return Lifecycle(retirement=claim.retirement, source=where)
    missing = len(stated) - len(dated)
    reason = (
        f"only {len(dated)} of the model's {len(stated)} regional names "
        f"{'carries' if len(dated) == 1 else 'carry'} it; {missing} have no date"
    )
    doubtful = DoubtfulDate(date=claim.retirement, source=where, reason=reason)
    return Lifecycle(doubtful=doubtful)


def _undated(name: str) -> Lifecycle:
    ending = retired_list().current.get(name)
    return _of_ending(ending) if ending is not None and ending.doubt else Lifecycle()


def _last_snapshot(alias: str, price_map: PriceMap) -> Lifecycle | None:
    """The end of a floating name: that of its last snapshot, where every snapshot has a date."""
    listed = retired_list().gone
    ends = []
    for name in dated_names(alias, (*price_map.names, *listed)):
        current = price_map.key_of(name) is not None
        end = _dated(name, price_map) if current else _of_ending(listed[name])
        if end.retirement is None:
            return None
        ends.append((end.retirement, date_key(name), name, end))
    if not ends:
        return None
    _, _, name, end = max(ends, key=lambda row: row[:3])
    source = f"of its last snapshot, {name}: {end.source}"
    return msgspec.structs.replace(end, source=source, snapshot=name)


def _same_price(entry: dict[str, object], other: dict[str, object]) -> bool:
    keys = ("input_cost_per_token", "output_cost_per_token")
    return all(entry.get(key) == other.get(key) for key in keys)


def is_older(version: str, other: str) -> bool:
    """Whether a release comes before another, by its numbers; one without numbers comes first."""
    return _numbers(version) < _numbers(other)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d{1,9}", version)[:4])
