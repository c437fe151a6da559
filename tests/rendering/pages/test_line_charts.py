"""Line charts stay within their drawing, keep their labels apart, and are tables where nothing is
drawn."""

from itertools import combinations
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multillm_gov.content import Line, LineChart, Waymark
from multillm_gov.rendering.charts.drawing import NARROW, WIDE, draw
from multillm_gov.rendering.charts.svg import SIZE, text_width
from multillm_gov.rendering.charts.theme import PRINT, SCREEN
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.rendering.plain.tabulation import tabulate
from multillm_gov.rendering.renderers import renderer
from multillm_gov.report import Report, Section, judge_counts

SVG = "{http://www.w3.org/2000/svg}"
names = st.text(max_size=40)
figures = st.floats(min_value=0, max_value=1e12)


@st.composite
def lines(take: st.DrawFn) -> Line:
    points = []
    for x in sorted(take(st.lists(st.integers(1, 10**6), max_size=20, unique=True))):
        low, y, high = sorted(take(st.tuples(figures, figures, figures)))
        bounds = (low, high) if take(st.booleans()) else (None, None)
        points.append(Waymark(x=x, y=y, low=bounds[0], high=bounds[1], text=take(names)))
    return Line(label=take(names), points=tuple(points))


line_charts = st.builds(
    LineChart,
    title=names,
    summary=names,
    x_label=names,
    y_label=names,
    lines=st.lists(lines(), max_size=5).map(tuple),
)
SETTLING = LineChart(
    title="Settled",
    summary="P95 settles at 97,713.",
    x_label="Simulated years",
    y_label="USD per year",
    lines=tuple(
        Line(
            label=name,
            points=tuple(
                Waymark(
                    x=1_000 * n,
                    y=top,
                    low=top - 900 / n,
                    high=top + 900 / n,
                    text=f"{top:,} after {n}",
                )
                for n in range(1, 17)
            ),
        )
        for name, top in (("P95", 97_000), ("Mean", 62_000))
    ),
)


@settings(deadline=None, max_examples=150)
@given(line_charts, st.sampled_from([WIDE, NARROW]))
def test_everything_lies_inside_the_drawing_and_apart(chart: LineChart, width: float) -> None:
    root = ET.fromstring(draw(chart, width=width, key="k", theme=PRINT))  # noqa: S314 - drawn by ourselves
    _, _, right, bottom = map(float, root.attrib["viewBox"].split())
    assert right == width
    for item in root.iter():
        if item.tag in {f"{SVG}polygon", f"{SVG}polyline"}:
            for pair in item.attrib["points"].split():
                x, y = map(float, pair.split(","))
                assert -0.6 <= x <= right + 0.6
                assert -0.6 <= y <= bottom + 0.6
    boxes = []
    for item in root.iter(f"{SVG}text"):
        x, y, size = float(item.attrib["x"]), float(item.attrib["y"]), text_width(item.text or "")
        left = {"start": x, "middle": x - size / 2, "end": x - size}[item.attrib["text-anchor"]]
        boxes.append((left, y - 0.75 * SIZE, left + size, y + 0.2 * SIZE, item.text))
    for left, top, end, low, text in boxes:
        assert -0.6 <= left <= end <= right + 0.6, text
        assert -0.6 <= top <= low <= bottom + 0.6, text
    for one, other in combinations(boxes, 2):
        apart = (
            one[2] <= other[0] + 1
            or other[2] <= one[0] + 1
            or one[3] <= other[1] + 1
            or other[3] <= one[1] + 1
        )
        assert apart, (one, other)


@settings(deadline=None, max_examples=40)
@given(line_charts, st.sampled_from([PRINT, SCREEN]))
def test_named_described_and_the_same_each_time(chart: LineChart, theme) -> None:
    svg = draw(chart, width=WIDE, key="chart-1", theme=theme)
    root = ET.fromstring(svg)  # noqa: S314 - drawn by ourselves
    assert root.find(f"{SVG}title").text.strip() == visible(chart.title).strip()
    assert root.find(f"{SVG}desc").text.strip() == visible(chart.summary).strip()
    assert svg == draw(chart, width=WIDE, key="chart-1", theme=theme)


def test_lines_are_told_apart_without_color_and_each_has_its_band() -> None:
    root = ET.fromstring(draw(SETTLING, width=WIDE, key="k", theme=PRINT))  # noqa: S314
    drawn = list(root.iter(f"{SVG}polyline"))
    assert len({item.get("stroke-dasharray") for item in drawn}) == len(drawn) == 2
    bands = [item.attrib["points"].split() for item in root.iter(f"{SVG}polygon")]
    assert [len(band) for band in bands] == [32, 32]
    texts = [item.text for item in root.iter(f"{SVG}text")]
    assert texts[:3] == ["P95: 97,000 after 16", "Mean: 62,000 after 16", "USD per year"]
    assert "Simulated years" in texts


def test_the_axis_starts_at_zero_unless_all_lies_far_above() -> None:
    drawn = draw(SETTLING, width=WIDE, key="k", theme=PRINT)
    ticks = [
        item.text
        for item in ET.fromstring(drawn).iter(  # noqa: S314 - drawn by ourselves
            f"{SVG}text"
        )
    ]
    assert "60,000" in ticks
    assert "40,000" not in ticks
    low = msgspec.structs.replace(
        SETTLING, lines=(*SETTLING.lines, Line(label="low", points=(Waymark(x=1_000, y=10.0),)))
    )
    assert ">0</text>" in draw(low, width=WIDE, key="k", theme=PRINT)


def test_a_table_of_at_most_six_points_ends_with_the_last() -> None:
    table = tabulate(SETTLING)
    assert [column.title for column in table.columns] == ["Simulated years", "P95", "Mean"]
    assert [row[0].text for row in table.rows] == [
        "1,000",
        "4,000",
        "7,000",
        "10,000",
        "13,000",
        "16,000",
    ]
    assert table.rows[-1][1].text == "97,000 after 16"
    uneven = msgspec.structs.replace(
        SETTLING, lines=(SETTLING.lines[0], msgspec.structs.replace(SETTLING.lines[1], points=()))
    )
    assert [row[2].text for row in tabulate(uneven).rows] == [""] * 6
    assert tabulate(msgspec.structs.replace(SETTLING, lines=())).rows == ()


@pytest.mark.parametrize("name", ["text", "markdown", "json", "html"])
def test_every_format_tells_it(name: str) -> None:
    report = Report(
        kind="board",
        title="t",
        organization="o",
        as_of="2026-11-24",
        verdict=judge_counts((), None),
        sections=(Section(id="s", title="Convergence", blocks=(SETTLING,)),),
    )
    told = renderer(name)(report).decode()
    assert "97,000 after 16" in told
    assert "P95" in told
