"""Heat maps stay within their drawing, keep figures readable without color, and are tables where
nothing is drawn."""

import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multillm_gov import rendering
from multillm_gov.content import Cell, HeatMap, HeatRow
from multillm_gov.rendering.charts.drawing import NARROW, WIDE, draw
from multillm_gov.rendering.charts.svg import SIZE, text_width
from multillm_gov.rendering.charts.theme import PRINT, SCREEN
from multillm_gov.rendering.plain.tabulation import list_heat, tabulate
from multillm_gov.rendering.renderers import renderer
from multillm_gov.report import Report, Section, judge_counts

SVG = "{http://www.w3.org/2000/svg}"
names = st.text(max_size=60)
cells = st.builds(Cell, text=names, status=st.sampled_from(["good", "watch", "bad", "neutral"]))


@st.composite
def heat_maps(take: st.DrawFn) -> HeatMap:
    columns = take(st.lists(names, max_size=9))
    rows = take(
        st.lists(
            st.builds(
                HeatRow,
                label=names,
                cells=st.lists(cells, min_size=len(columns), max_size=len(columns)).map(tuple),
            ),
            max_size=8,
        )
    )
    return HeatMap(
        title=take(names),
        summary=take(names),
        columns=tuple(columns),
        rows=tuple(rows),
        corner=take(names),
    )


STRESS = HeatMap(
    title="Two of six cells are outside appetite",
    summary="long-form loses most.",
    corner="Scenario",
    columns=("long-form-content", "realtime-personalization", "scoring"),
    rows=(
        HeatRow(
            label="outage", cells=(Cell("1,234", "bad"), Cell("–", "good"), Cell("12.34", "watch"))
        ),
        HeatRow(label="repricing", cells=(Cell("–", "good"), Cell("–", "good"), Cell("–", "good"))),
        HeatRow(label="drift", cells=(Cell("0.50", "watch"), Cell("99", "bad"), Cell("–", "good"))),
    ),
)


def drawn(chart: HeatMap, width: float) -> ET.Element:
    return ET.fromstring(draw(chart, width=width, key="k", theme=PRINT))  # noqa: S314 - drawn by ourselves


@settings(deadline=None, max_examples=150)
@given(heat_maps(), st.sampled_from([WIDE, NARROW]))
def test_everything_lies_inside_the_drawing_and_apart(chart: HeatMap, width: float) -> None:
    root = drawn(chart, width)
    _, _, right, bottom = map(float, root.attrib["viewBox"].split())
    assert right == width
    boxes = []
    for item in root.iter(f"{SVG}text"):
        x, y, size = float(item.attrib["x"]), float(item.attrib["y"]), text_width(item.text or "")
        left = {"start": x, "middle": x - size / 2, "end": x - size}[item.attrib["text-anchor"]]
        boxes.append((left, y - 0.75 * SIZE, left + size, y + 0.2 * SIZE, item.text))
    for left, top, end, low, text in boxes:
        assert -0.6 <= left <= end <= right + 0.6, text
        assert -0.6 <= top <= low <= bottom + 0.6, text
    for one, other in combinations([box for box in boxes if box[4]], 2):
        apart = (
            one[2] <= other[0] + 0.6
            or other[2] <= one[0] + 0.6
            or one[3] <= other[1] + 0.6
            or other[3] <= one[1]
        )
        assert apart, (one, other)


@settings(deadline=None, max_examples=60)
@given(heat_maps(), st.sampled_from([PRINT, SCREEN]))
def test_the_same_each_time_and_named(chart: HeatMap, theme) -> None:  # type: ignore[no-untyped-def]
    first = draw(chart, width=WIDE, key="k", theme=theme)
    assert first == draw(chart, width=WIDE, key="k", theme=theme)
    assert 'role="img"' in first


def test_every_cell_says_its_figure_and_its_status_without_color() -> None:
    for width in (WIDE, NARROW):
        texts = [item.text for item in drawn(STRESS, width).iter(f"{SVG}text")]
        assert texts.count("▲ 1,234") == texts.count("△ 12.34") == texts.count("▲ 99") == 1
        assert texts.count("–") == 5
    assert {"long-form-", "content"} <= set(texts), (
        "names are broken at their seams where it is narrow"
    )


def test_columns_that_do_not_fit_stand_in_bands_of_like_size() -> None:
    wide = msgspec.structs.replace(
        STRESS,
        columns=tuple(f"task-{n}" for n in range(14)),
        rows=tuple(
            HeatRow(label=row.label, cells=tuple(Cell(f"{n:,}", "watch") for n in range(14)))
            for row in STRESS.rows
        ),
    )
    texts = [item.text for item in drawn(wide, WIDE).iter(f"{SVG}text")]
    bands = texts.count("outage")
    assert bands == texts.count("drift") > 1
    assert sum(text == f"△ {n}" for n in range(14) for text in texts) == 14 * 3


def test_without_columns_it_says_so() -> None:
    empty = HeatMap(title="t", summary="s", columns=(), rows=())
    assert "nothing to show" in draw(empty, width=WIDE, key="k", theme=PRINT)


def luminance(color: str) -> float:
    channels = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_figures_stand_out_from_their_ground_in_print_in_light_and_in_dark() -> None:
    css = (Path(rendering.__path__[0]) / "templates/report.css").read_text()
    schemes = [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part))
        for part in css.split("@media screen", 2)[:2]
    ]
    for status, ground in PRINT.grounds.items():
        assert contrast(ground, PRINT.ink) >= 7
        for scheme in schemes:
            assert contrast(scheme[f"{status}-ground"], scheme["ink"]) >= 7, status
    assert schemes[0]["bad-ground"] == PRINT.grounds["bad"]


def test_plain_text_lists_what_is_not_good_and_markdown_keeps_the_matrix() -> None:
    listed = list_heat(STRESS)
    assert [[cell.text for cell in row] for row in listed.rows] == [
        ["outage", "! long-form-content 1,234, ~ scoring 12.34"],
        ["repricing", "–"],
        ["drift", "! realtime-personalization 99, ~ long-form-content 0.50"],
    ]
    matrix = tabulate(STRESS)
    assert [column.title for column in matrix.columns] == ["Scenario", *STRESS.columns]
    assert [cell.text for cell in matrix.rows[0]] == ["outage", "1,234", "–", "12.34"]


@pytest.mark.parametrize("name", ["text", "markdown", "html", "json"])
def test_every_format_tells_its_figures(name: str) -> None:
    report = Report(
        kind="stress",
        title="Stress",
        organization="Example",
        as_of="2026-11-24",
        verdict=judge_counts((), None),
        sections=(Section(id="s", title="Scenarios", blocks=(STRESS,)),),
    )
    told = renderer(name)(report).decode()
    assert "1,234" in told
    assert "outage" in told
    assert "Passed" not in told, "a stress judges nothing"
