"""Nested answers of providers' admin APIs: pages of buckets of results, and their times."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

_SECONDS = {60: "minute", 3_600: "hour", 86_400: "day"}


def pages(document: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - a stranger's JSON
    """The pages of a document: one, or a list of them."""
    for page in document if isinstance(document, list) else [document]:
        if isinstance(page, dict):
            yield page


def bucket_results(
    document: Any,  # noqa: ANN401 - a stranger's JSON
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Each bucket with each of its results."""
    for page in pages(document):
        buckets = page.get("data")
        for bucket in buckets if isinstance(buckets, list) else ():
            results = bucket.get("results") if isinstance(bucket, dict) else None
            for result in results if isinstance(results, list) else ():
                if isinstance(result, dict):
                    yield bucket, result


def utc_text(seconds: object) -> str | None:
    """Unix seconds as ISO 8601 in UTC; what is no number stays as it is written."""
    if isinstance(seconds, int | float) and not isinstance(seconds, bool):
        try:
            return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat(" ")
        except (OverflowError, OSError, ValueError):
            return str(seconds)
    return None if seconds is None else str(seconds)


def day_length(start: object, end: object) -> str:
    """The grain of a bucket by its length."""
    first, last = _seconds(start), _seconds(end)
    if first is None or last is None:
        return "period"
    return _SECONDS.get(round(last - first), "period")


def _seconds(moment: object) -> float | None:
    if isinstance(moment, int | float) and not isinstance(moment, bool):
        return float(moment)
    if isinstance(moment, str):
        try:
            return datetime.fromisoformat(moment).timestamp()
        except ValueError:
            return None
    return None
