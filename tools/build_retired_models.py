"""Build ``multillm_gov/catalog/data/retired_models.json`` from price map history and announcements.

Run from the repository's root, with the corpus beside it::

    python tools/build_retired_models.py            # writes the file
    python tools/build_retired_models.py --check    # exits 1 when it differs from what would be
    written

After an update of LiteLLM, first keep what the release before carried and neither a table nor the
new one does (`pip download --no-deps litellm==OLD`, its map is inside the wheel)::

    python tools/build_retired_models.py --keep OLD
    path/to/model_prices_and_context_window_backup.json

What it holds: every model that an older price map or an announcement names and the installed
LiteLLM's map does not, with its last known entry; and, for models the map still carries, successors
and the newest release's retirement dates
that the last table or the installed map lacks: they serve whoever has an older release.

The newest release is the installed one, unless the corpus holds the dates of one that came after
it. Where dates disagree, the one that appeared last wins (a table by its day, LiteLLM's newest
release after all of them; a table that only repeats an older date adds nothing) and the others are
recorded. An announcement whose shutdown is the day it was announced was read wrongly and gives no
date; of several scrapes of one vendor's page only the newest counts. A successor is kept only where
it names a model that is known at the same provider.
"""

import argparse
import json
import re
import sys
from collections import defaultdict
from pathlib import Path

from retired_history import (
    NEWEST,
    PAGES,
    Entry,
    Observation,
    last_entries,
    newest_dates,
    newest_release,
    read_announcements,
    read_dates,
    read_history,
    vanished,
)

from multillm_gov.catalog.entry_facts import day
from multillm_gov.catalog.lifecycle.lifecycle import is_older
from multillm_gov.catalog.lifecycle.snapshots import date_key
from multillm_gov.catalog.parties.exposure import resolve_exposure
from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.vocabulary import CAPABILITIES

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus"
TARGET = ROOT / "multillm_gov" / "catalog" / "data" / "retired_models.json"
BY_HAND = "99999"
"""Sorts what was read by hand after every table, page and release."""
DROPPED = "{} price map carries the model without it"
READ = ROOT / "tools" / "announcements.json"
"""Announcements read by hand; they come after every table and every scraped page."""
KEPT = ROOT / "tools" / "kept_entries.json"
"""Entries, by release, of models that came and went between two tables (LiteLLM, MIT)."""


def words(name: str) -> str:
    """A name with every separator written ``-``, without host and namespace."""
    return re.sub(r"[^a-z0-9+]+", "-", name.lower().rpartition("/")[2]).strip("-")


TITLES = {
    "AI21 Jamba-Instruct": "ai21.jamba-instruct-",
    "Amazon Titan Image Generator G1 V1": "amazon.titan-image-generator-v1",
    "Amazon Titan Text G1 - Express": "amazon.titan-text-express-",
    "Amazon Titan Text G1 - Lite": "amazon.titan-text-lite-",
    "Amazon Titan Text G1 - Premier": "amazon.titan-text-premier-",
    "Claude Instant": "anthropic.claude-instant-",
    "Claude v2.1": "anthropic.claude-v2:1",
    "Cohere Command": "cohere.command-text-",
    "Cohere Command Light": "cohere.command-light-text-",
    "Stable Diffusion XL 0.8": "stability.stable-diffusion-xl-v0",
    "Stable Diffusion XL 1.0": "stability.stable-diffusion-xl-v1",
    "Stability 3 Large": "stability.sd3-large-",
    "Stability Image Core v1": "stability.stable-image-core-v1:0",
    "Stability Image Ultra v1": "stability.stable-image-ultra-v1:0",
}
"""Ids that Bedrock's page means by a title that is not their name."""


class Known:
    """Names known at each provider, from the installed map and from history."""

    def __init__(self, providers: dict[str, str]) -> None:
        self.names = sorted(providers)
        self.by_words: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.by_model: dict[tuple[str, str], list[str]] = defaultdict(list)
        for name, litellm_provider in sorted(providers.items()):
            exposure = resolve_exposure(name, litellm_provider)
            self.by_words[exposure.provider, words(name)].append(name)
            self.by_model[exposure.provider, exposure.model].append(name)

    def meant(self, provider: str, title: str) -> list[str]:
        """Names that an announcement means; Bedrock announces by title, so dates do not count."""
        exact = self.by_words.get((provider, words(title)), [])
        if exact or provider != "bedrock":
            return exact
        if title in TITLES:
            return [name for name in self.names if TITLES[title] in name.rpartition("/")[2]]
        return self.by_model.get((provider, resolve_exposure(words(title), provider).model), [])

    def successor(self, provider: str, text: str) -> str:
        """The first model of a scraped text ("gpt-5orgpt-4.1*") that the provider has; or empty."""
        for part in re.split(r",|\bor\b|\band\b|or(?=gpt-)", text.replace("*", " ")):
            name = words(part)
            model = resolve_exposure(name, provider).model if name else ""
            if name and ((provider, name) in self.by_words or (provider, model) in self.by_model):
                return name
        return ""


def pruned(entry: Entry) -> Entry:
    """The fields of an entry that the catalog reads."""
    wanted = {
        "litellm_provider",
        "mode",
        "max_input_tokens",
        "max_output_tokens",
        "max_tokens",
        "rpm",
        "tpm",
    }
    wanted |= {f"supports_{name}" for name in CAPABILITIES} | {"tiered_pricing"}
    return {key: value for key, value in sorted(entry.items()) if key in wanted or "cost" in key}


def build(corpus: Path, installed: PriceMap) -> bytes:
    """The data file's bytes."""
    history = read_history(corpus)
    last, dates = last_entries(history), read_dates(corpus, history)
    add_kept(json.loads(KEPT.read_bytes()), last, dates)
    now = {name: str(entry.get("litellm_provider") or "") for name, entry in installed.entries()}
    past = {name: str(entry.get("litellm_provider") or "") for name, (_, entry) in last.items()}
    known = Known({**past, **now})
    stubs, successors = add_announcements(read_announcements(corpus), known, dates, {**past, **now})
    stubs |= {
        name: provider
        for name, provider in vanished(corpus).items()
        if name not in past and name not in now
    }
    share_snapshot_dates(dates, known, {**past, **now})
    hand = {row["model"]: row for row in json.loads(READ.read_bytes()) if row["model"]}
    for name, fields in hand.items():
        dates[name].append((BY_HAND, fields["retirement"], fields["source"]))
        successors[name] = (fields["successor"], fields["source"])
    redirects = {name: fields["redirect"] for name, fields in hand.items() if "redirect" in fields}
    gone = {
        name: row(name, last, dates, successors)
        for name in sorted((set(last) | set(stubs)) - set(now))
    }
    for name, fields in gone.items():
        fields.update(doubt(name, {**past, **stubs}.get(name, ""), dates, history))
        fields.update({"redirect": redirects[name]} if name in redirects else {})
    for name, provider in stubs.items():
        if name in gone and name not in last:
            gone[name] = {"entry": {"litellm_provider": provider}, **gone[name]}
    release, newest = newest_told(corpus, installed)
    table = history[max(history)]
    older = {name: (stated(table.get(name, {})), stated(installed.entry(name))) for name in now}
    announced = {
        name: fields[-1]
        for name, rows in dates.items()
        if (fields := [row for row in rows if "://" in row[2]])
    }
    current = {
        name: addition(name, older[name], newest, announced, successors) for name in sorted(now)
    }
    for name, fields in current.items():
        fields.update({"redirect": redirects[name]} if name in redirects else {})
        if name in dates and not older[name][1] and name not in newest and name not in announced:
            fields.update({"retirement": dates[name][-1][1], "source": dates[name][-1][2]})
            fields["doubt"] = DROPPED.format("the installed")
    current = {name: fields for name, fields in current.items() if fields}
    head: Entry = {
        "about": "Built by tools/build_retired_models.py; do not edit.",
        "litellm": installed.version,
        "newest_release": release,
        "last_table": max(history),
    }
    return lay_out(head, gone, current)


def doubt(
    name: str,
    provider: str,
    dates: dict[str, list[Observation]],
    history: dict[str, dict[str, Entry]],
) -> Entry:
    """Why the last date of a model that is gone cannot be relied on; empty: it can.

    Only a price map's date is ever doubtful: one that a later map dropped, one that repeats the
    model's release, and any of Anthropic's, whose page gives days "not sooner than" which LiteLLM
    took for retirements.
    """
    observed = sorted(dates.get(name, []))
    if not observed or "://" in observed[-1][2]:
        return {}
    seen, retirement, _ = observed[-1]
    dropped = [
        day
        for day, rows in history.items()
        if day > seen and name in rows and not stated(rows[name])
    ]
    if dropped:
        return {"doubt": DROPPED.format(f"the later {min(dropped)}")}
    if date_key(name)[0] in {retirement.replace("-", ""), retirement[5:].replace("-", "")}:
        return {"doubt": "it is the day of the model's own release"}
    if provider == "anthropic":
        return {"doubt": "its vendor gives such days as the earliest possible ones"}
    return {}


def stated(entry: Entry) -> str:
    """The retirement date that an entry tells; empty: none."""
    retirement = day(entry.get("deprecation_date"))
    return retirement.isoformat() if retirement is not None else ""


def newest_told(corpus: Path, installed: PriceMap) -> tuple[str, dict[str, str]]:
    """The newest release whose retirement dates are at hand, and these by model name."""
    release = newest_release(corpus)
    if is_older(installed.version, release):
        return release, newest_dates(corpus)
    return installed.version, {
        name: retirement for name, entry in installed.entries() if (retirement := stated(entry))
    }


def add_kept(
    kept: dict[str, dict[str, Entry]],
    last: dict[str, tuple[str, Entry]],
    dates: dict[str, list[Observation]],
) -> None:
    """Add models that a release carried and no table does, each with its last release."""
    for release in sorted(
        kept, key=lambda version: [int(part) for part in version.split(".")], reverse=True
    ):
        for name, entry in kept[release].items():
            if name not in last:
                last[name] = (f"release {release}", entry)
                if name not in dates and stated(entry):
                    dates[name].append((NEWEST, stated(entry), f"litellm {release}"))


def keep(release: str, data: bytes, corpus: Path, installed: PriceMap) -> None:
    """Note the entries of a release that no table and not the installed map carries."""
    kept = json.loads(KEPT.read_bytes()) if KEPT.exists() else {}
    known = {*last_entries(read_history(corpus)), *installed.names}
    rows = {
        name: entry
        for name, entry in sorted(PriceMap(release, data).entries())
        if name not in known
    }
    kept[release] = {
        name: pruned(entry) | ({"deprecation_date": stated(entry)} if stated(entry) else {})
        for name, entry in rows.items()
    }
    KEPT.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


def add_announcements(
    rows: list[dict[str, str]],
    known: Known,
    dates: dict[str, list[Observation]],
    providers: dict[str, str],
) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """Add announced dates; return models that only announcements know, and successors."""
    stubs: dict[str, str] = {}
    successors: dict[str, tuple[str, str]] = {}
    for fields in rows:
        provider, prefix = PAGES[fields["provider"]]
        names = known.meant(provider, fields["model_id"])
        plain = (
            re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*\d[A-Za-z0-9._-]*", fields["model_id"])
            is not None
        )
        retirement = (
            day(fields["shutdown_date"])
            if fields["shutdown_date"] != fields["announcement_date"]
            else None
        )
        if not names and plain and retirement is not None and provider != "bedrock":
            names = [prefix + fields["model_id"]]
            stubs[names[0]] = "azure_ai" if provider == "azure" else provider
        successor = known.successor(provider, fields["replacement_model"])
        for name in names:
            if retirement is not None:
                dates[name].append(
                    (fields["scraped_at"][:10], retirement.isoformat(), fields["url"])
                )
            if successor and words(name) != successor:
                successors[name] = (successor, fields["url"])
    return {name: provider for name, provider in stubs.items() if name not in providers}, successors


def share_snapshot_dates(
    dates: dict[str, list[Observation]], known: Known, providers: dict[str, str]
) -> None:
    """An alias ending `-latest` lives as long as the longest-lived snapshot of its model."""
    for name in [name for name in providers if name.endswith("-latest") and name in dates]:
        exposure = resolve_exposure(name, providers[name])
        snapshots = known.by_model[exposure.provider, exposure.model]
        ends = [
            max(dates[other])
            for other in snapshots
            if other in dates and re.search(r"\d{6,}", other)
        ]
        if ends:
            observed, retirement, source = max(ends, key=lambda end: end[1])
            dates[name].append((max(observed, max(dates[name])[0]), retirement, source))


def date_row(
    name: str, dates: dict[str, list[Observation]], successors: dict[str, tuple[str, str]]
) -> Entry:
    """What is known of a model's end: date, source, other dates given before, successor."""
    fields: Entry = {}
    observed = sorted(dates.get(name, []))
    if observed:
        _, retirement, source = observed[-1]
        fields = {"retirement": retirement, "source": source}
        before = sorted(
            {f"{other} ({where})" for _, other, where in observed if other != retirement}
        )
        if before:
            fields["before"] = before
    if name in successors:
        fields["successor"], fields["successor_source"] = successors[name]
    return fields


def row(
    name: str,
    last: dict[str, tuple[str, Entry]],
    dates: dict[str, list[Observation]],
    successors: dict[str, tuple[str, str]],
) -> Entry:
    """A past model: its last entry, the table it stood in, and its end."""
    fields: Entry = {}
    if name in last:
        table, entry = last[name]
        fields = {"entry": pruned(entry), "last_seen": table}
    return {**fields, **date_row(name, dates, successors)}


def addition(
    name: str,
    older: tuple[str, str],
    newest: dict[str, str],
    announced: dict[str, Observation],
    successors: dict[str, tuple[str, str]],
) -> Entry:
    """What the newest release, else an announcement, adds to the table and the installed map."""
    fields: Entry = {}
    if name in newest:
        if older != (newest[name], newest[name]):
            fields["retirement"] = newest[name]
    elif name in announced and not older[1]:
        _, fields["retirement"], fields["source"] = announced[name]
    if name in successors:
        fields["successor"], fields["successor_source"] = successors[name]
    return fields


def lay_out(head: Entry, gone: dict[str, Entry], current: dict[str, Entry]) -> bytes:
    """JSON with one model a line, so that a change of the file can be read."""
    lines = ["{", *(f"{json.dumps(key)}:{json.dumps(value)}," for key, value in head.items())]
    for title, rows in (("gone", gone), ("current", current)):
        body = [
            f"{json.dumps(name)}:{json.dumps(fields, separators=(',', ':'))}"
            for name, fields in rows.items()
        ]
        lines += [f'"{title}":{{', ",\n".join(body), "}," if title == "gone" else "}"]
    return ("\n".join([*lines, "}"]) + "\n").encode()


def main() -> int:
    """Write the file, or compare it."""
    options = argparse.ArgumentParser(description="Build the list of retired models.")
    options.add_argument("--corpus", type=Path, default=CORPUS)
    options.add_argument("--check", action="store_true", help="compare instead of writing")
    options.add_argument(
        "--keep",
        nargs=2,
        metavar=("RELEASE", "MAP"),
        help="first keep what an older release carried",
    )
    arguments = options.parse_args()
    if arguments.keep:
        keep(
            arguments.keep[0],
            Path(arguments.keep[1]).read_bytes(),
            arguments.corpus,
            read_price_map(),
        )
    data = build(arguments.corpus, read_price_map())
    if arguments.check:
        return 0 if TARGET.read_bytes() == data else 1
    TARGET.write_bytes(data)
    print(f"{TARGET.relative_to(ROOT)}: {len(data):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
