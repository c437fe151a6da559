"""Judging small portfolios, written as texts, with a fixed extract of a real price map."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest

from multillm_gov.catalog.lock import encode_lock
from multillm_gov.catalog.locking import build_lock
from multillm_gov.catalog.overrides import Overrides
from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.layout import LOCK, is_uncovered, kind_of
from multillm_gov.rules.engine.assessment import Assessment, assess
from multillm_gov.sources.refusals import report_misnamed, tell_uncovered
from multillm_gov.state.loading import load_state
from tests.rules.current_digests import with_current_digests

AS_OF = date(2026, 11, 24)
_MAP = Path(__file__).parent / "data" / "price_map.json"

Judge = Callable[..., Assessment]


@pytest.fixture(scope="session")
def price_map() -> PriceMap:
    """Some thirty entries of LiteLLM 1.106.2, as a release so new that no shipped retirement date
    overrules them."""
    return PriceMap("99.0.2", _MAP.read_bytes())


@pytest.fixture(scope="session")
def assessed(price_map: PriceMap) -> Judge:
    """Walk files, given as text or bytes by path, down the real line: read, load, measure, judge by
    the whole book.

    ``lock`` names models for a real catalog lock beside the files; ``moved`` are entries of the
    price map that changed after it was written. ``base`` is the state that the files are compared
    with.
    """

    def run(
        files: Mapping[str, str | bytes],
        as_of: date = AS_OF,
        lock: Sequence[str] = (),
        *,
        moved: Mapping[str, Mapping[str, object] | None] | None = None,
        base: Assessment | None = None,
    ) -> Assessment:
        installed = _moved(price_map, moved) if moved else price_map
        roots = {path.partition("/")[0]: "/" in path for path in files}
        flaws = [*tell_uncovered(filter(is_uncovered, files)), *report_misnamed(roots)]
        sources = [
            SourceFile(path, text.encode() if isinstance(text, str) else text)
            for path, text in sorted(with_current_digests(files).items())
            if kind_of(path)
        ]
        if lock:
            locked = build_lock(lock, Overrides(), price_map, as_of)
            sources.append(SourceFile(LOCK, encode_lock(locked)))
        return assess(
            load_state(sources, tuple(flaws), as_of=as_of, price_map=lambda: installed),
            base=base.state if base is not None else None,
        )

    return run


def _moved(price_map: PriceMap, moved: Mapping[str, Mapping[str, object] | None]) -> PriceMap:
    entries = json.loads(price_map.data)
    for name, changes in moved.items():
        entry = entries.pop(name)
        if changes is not None:
            entries[name] = {**entry, **changes}
    return PriceMap("99.0.3", json.dumps(entries).encode())


@pytest.fixture(scope="session")
def split_files() -> Callable[[str], dict[str, str]]:
    """Files of a rule's example: a comment line that is a governed path starts each."""

    def split(text: str) -> dict[str, str]:
        files: dict[str, str] = {}
        path = ""
        for line in text.splitlines(keepends=True):
            found = re.fullmatch(r"# (\S+)\n", line)
            if found and kind_of(found[1]):
                path = found[1]
                files[path] = ""
            else:
                files[path] += line
        return files

    return split
