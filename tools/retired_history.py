"""What the corpus says of models that came and went."""

import csv
import json
import re
from collections import defaultdict
from pathlib import Path

from multillm_gov.catalog.entry_facts import day
from multillm_gov.catalog.price_map import NOT_MODELS

NEWEST = "9999"
"""Sorts a release without a day after every dated table."""

PAGES = {
    "OpenAI": ("openai", ""),
    "Anthropic": ("anthropic", ""),
    "Google": ("gemini", "gemini/"),
    "AWS Bedrock": ("bedrock", ""),
    "Cohere": ("cohere", ""),
    "Azure": ("azure", "azure_ai/"),
}
"""Announcing page, our provider id, and the prefix under which LiteLLM would carry the model."""

Entry = dict[str, object]
Observation = tuple[str, str, str]
"""Day observed, retirement date, source."""


def read_history(corpus: Path) -> dict[str, dict[str, Entry]]:
    """Historical price maps by their day, oldest first."""
    files = sorted((corpus / "prices").glob("BerriAI__litellm__model_prices@*.json"))
    return {file.stem.rpartition("@")[2]: json.loads(file.read_bytes()) for file in files}


def read_dates(corpus: Path, history: dict[str, dict[str, Entry]]) -> dict[str, list[Observation]]:
    """Every retirement date a table ever carried, by model name."""
    found: dict[str, list[Observation]] = defaultdict(list)
    with (corpus / "deprecations" / "litellm_deprecation_dates_over_time.csv").open(
        newline=""
    ) as lines:
        for row in csv.DictReader(lines):
            retirement = day(row["deprecation_date"])
            if retirement is None:
                continue
            seen = row["seen_in_table_on"]
            release = seen.startswith("pypi-")
            source = (
                f"litellm {seen.removeprefix('pypi-')}" if release else f"litellm table of {seen}"
            )
            found[row["model"]].append(
                (NEWEST if release else seen, retirement.isoformat(), source)
            )
    for table, rows in history.items():
        for name, entry in rows.items():
            retirement = day(entry.get("deprecation_date"))
            if retirement is not None:
                found[name].append((table, retirement.isoformat(), f"litellm table of {table}"))
    return defaultdict(
        list, {name: without_repeats(observations) for name, observations in found.items()}
    )


def without_repeats(observations: list[Observation]) -> list[Observation]:
    """Observations by day, each date once, where it appeared first."""
    first: list[Observation] = []
    for observation in sorted(observations):
        if not first or first[-1][1] != observation[1]:
            first.append(observation)
    return first


def vanished(corpus: Path) -> dict[str, str]:
    """Provider by name of every model that a table dated and the newest release does not."""
    with (corpus / "deprecations" / "litellm_deprecation_dates_over_time.csv").open(
        newline=""
    ) as lines:
        rows = list(csv.DictReader(lines))
    current = {row["model"] for row in rows if row["seen_in_table_on"].startswith("pypi-")}
    return {row["model"]: row["provider"] for row in rows if row["model"] not in current}


def read_announcements(corpus: Path) -> list[dict[str, str]]:
    """Announcements of the newest scrape of each vendor's page."""
    pages: dict[str, list[dict[str, str]]] = {}
    for file in sorted((corpus / "deprecations").glob("*deprecations-rss__data@*.json")):
        scraped: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in json.loads(file.read_bytes()):
            scraped[row["provider"]].append({key: value or "" for key, value in row.items()})
        pages |= scraped
    return [row for page in PAGES for row in pages.get(page, [])]


def newest_dates(corpus: Path) -> dict[str, str]:
    """Retirement dates by model name in the newest release that the corpus holds."""
    with (corpus / "deprecations" / "litellm_deprecation_dates_over_time.csv").open(
        newline=""
    ) as lines:
        rows = [row for row in csv.DictReader(lines) if row["seen_in_table_on"].startswith("pypi-")]
    return {
        row["model"]: retirement.isoformat()
        for row in rows
        if (retirement := day(row["deprecation_date"]))
    }


def newest_release(corpus: Path) -> str:
    """The newest LiteLLM release whose dates the corpus holds."""
    text = (corpus / "deprecations" / "litellm_deprecation_dates_over_time.csv").read_text()
    releases = {tuple(map(int, found.split("."))) for found in re.findall(r",pypi-([\d.]+),", text)}
    return ".".join(map(str, max(releases)))


def last_entries(history: dict[str, dict[str, Entry]]) -> dict[str, tuple[str, Entry]]:
    """The last table that carried each model, and its entry there.

    A chat model never becomes an embedding model, nor the reverse: where a table says so (it
    happened to gemini-1.5-flash in 2026), it mixed two models up, and the entry before holds.
    """
    last: dict[str, tuple[str, Entry]] = {}
    for table, rows in history.items():
        for name, entry in rows.items():
            before = last.get(name)
            modes = {before[1].get("mode"), entry.get("mode")} if before is not None else set()
            last[name] = (
                table,
                before[1] if before is not None and modes == {"chat", "embedding"} else entry,
            )
    return {name: found for name, found in last.items() if name not in NOT_MODELS}
