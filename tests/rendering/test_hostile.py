"""One hostile portfolio in every format, as a golden and through a parser of the format.

Formats are found by the files present: one without a parser of its own in `hostile` fails here.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

import hostile
from conftest import Checkout
from multillm_gov.rendering.renderers import (
    formats,
    graph_formats,
    graph_renderer,
    is_binary,
    renderer,
)
from multillm_gov.report import Report
from multillm_gov.risk.system.graph import Graph
from multillm_gov.sources.disk import read_folder
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.state.loading import load_state
from multillm_gov.workflows.check import check
from multillm_gov.workflows.diff import diff
from multillm_gov.workflows.graph import graph
from multillm_gov.workflows.language.hover import hover
from multillm_gov.workflows.report import PackOptions, report
from multillm_gov.workflows.stress import StressOptions, stress
from multillm_gov.workflows.waivers.register import waiver_register

DAY = date(2026, 11, 24)
GOLDEN = ("check", "diff")
"""Kinds with a golden; the others are parsed alone."""
STYLE = re.compile(rb"<style>.*?</style>", re.DOTALL)
VERSIONS = (("commit", "a\x1b[31m`|@b"),)
"""Instead of those of the tool and its sources, which a golden must not follow."""
COMMANDING = "github"
"""These are commands on purpose."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    checkout = Checkout(tmp_path_factory.mktemp("hostile") / "portfolio")
    checkout.commit(hostile.portfolio(fallback=True, cap=6), day="2026-10-01")
    checkout.commit(hostile.portfolio(fallback=False, cap=9), day="2026-11-01")
    return checkout.folder


@pytest.fixture(scope="module")
def reports(root: Path) -> dict[str, Report]:
    return {
        "check": replace(check((), as_of=DAY, root=root), provenance=VERSIONS),
        "diff": replace(diff("HEAD~1..HEAD", as_of=DAY, root=root), provenance=VERSIONS),
        "report": report(PackOptions(since="HEAD~1"), as_of=DAY, root=root),
        "stress": stress(StressOptions(simulation=False), as_of=DAY, root=root),
        "waivers": waiver_register(as_of=DAY, root=root),
    }


def test_every_format_has_a_parser() -> None:
    assert set(hostile.REPORTS) == set(formats())
    assert set(hostile.GRAPHS) == set(graph_formats())


def test_the_portfolio_is_hostile_in_every_report(reports: dict[str, Report]) -> None:
    """Each payload reaches what is rendered: a golden of calm texts would prove nothing."""
    seen = repr(reports["check"])
    for name, payload in hostile.PAYLOADS.items():
        assert repr(payload)[1:-1] in seen, name
    assert reports["check"].verdict.errors > 3
    assert any(finding.waiver for finding in reports["check"].findings)
    assert reports["diff"].changes


@pytest.mark.parametrize("name", formats())
@pytest.mark.parametrize("kind", ["check", "diff", "report", "stress", "waivers"])
def test_a_parser_of_the_format_finds_only_text(
    kind: str, name: str, reports: dict[str, Report], golden: Callable[[str, bytes], None]
) -> None:
    data = renderer(name)(reports[kind])
    hostile.REPORTS[name](data, reports[kind])
    if is_binary(name):
        return
    if name != COMMANDING:
        hostile.starts_no_command(data)
    if kind in GOLDEN:
        golden(f"hostile/{kind}.{name}", STYLE.sub(b"<style></style>", data))


@pytest.fixture(scope="module")
def drawn(root: Path) -> Graph:
    return graph(as_of=DAY, root=root).graph


@pytest.mark.parametrize("name", graph_formats())
def test_a_parser_of_the_graph_finds_only_text(
    name: str, drawn: Graph, golden: Callable[[str, bytes], None]
) -> None:
    data = graph_renderer(name)(drawn)
    hostile.GRAPHS[name](data)
    hostile.starts_no_command(data)
    golden(f"hostile/graph.{name}", data)


def _hints(root: Path) -> Iterator[str]:
    """What an editor shows over every tenth character of every file."""
    files, flaws = read_folder(root)
    state = load_state(files, flaws, as_of=DAY, price_map=read_price_map)
    for path, document in state.documents.items():
        for offset in range(0, len(document.source.content), 10):
            hint = hover(path, document.source.content, offset, state)
            if hint is not None:
                yield hint.markdown


def test_hovers_are_inert(root: Path, golden: Callable[[str, bytes], None]) -> None:
    hints = list(dict.fromkeys(_hints(root)))
    assert len(hints) > 10
    for hint in hints:
        hostile.inert_markdown(hint)
    golden("hostile/hover.md", "\n\n".join(hints).encode())
