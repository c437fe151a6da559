"""Charts stay within their drawing, keep their labels apart, and say in words what they show."""

from itertools import combinations
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from multillm_gov.content import (
    Bar,
    BarChart,
    Event,
    Reference,
    Segment,
    ShareChart,
    ShareRow,
    Step,
    Timeline,
    Waterfall,
)
from multillm_gov.rendering.charts.drawing import NARROW, WIDE, draw
from multillm_gov.rendering.charts.scale import Scale, format_tick, nice_ticks, spread
from multillm_gov.rendering.charts.svg import SIZE, clip, shorten, text_width
from multillm_gov.rendering.charts.theme import PRINT, SCREEN
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.report import Report

SVG = "{http://www.w3.org/2000/svg}"
statuses = st.sampled_from(["good", "watch", "bad", "neutral"])
names = st.text(min_size=1, max_size=40)
figures = st.floats(min_value=0, max_value=1e12, allow_nan=False)
days = st.dates().map(lambda day: day.isoformat())

bar_charts = st.builds(
    BarChart,
    title=names,
    summary=names,
    unit=st.sampled_from(["%", "USD", ""]),
    bars=st.lists(
        st.builds(
            Bar, label=names, value=figures, text=names, limit=st.none() | figures, status=statuses
        ),
        max_size=8,
    ).map(tuple),
    references=st.lists(st.builds(Reference, label=names, value=figures), max_size=4).map(tuple),
)


waterfalls = st.builds(
    Waterfall,
    title=names,
    summary=names,
    unit=st.sampled_from(["USD", ""]),
    steps=st.lists(
        st.builds(
            Step, label=names, start=figures, end=figures, text=names, total=names, status=statuses
        ),
        max_size=8,
    ).map(tuple),
)


@st.composite
def share_rows(draw_from: st.DrawFn) -> ShareRow:
    weights = sorted(draw_from(st.lists(st.floats(1e-6, 1), max_size=12)), reverse=True)
    total = sum(weights)
    segments = tuple(Segment(label=draw_from(names), share=weight / total) for weight in weights)
    limit = draw_from(st.none() | st.floats(0, 1))
    return ShareRow(
        label=draw_from(names), segments=segments, limit=limit, note=draw_from(st.just("") | names)
    )


share_charts = st.builds(
    ShareChart, title=names, summary=names, rows=st.lists(share_rows(), max_size=6).map(tuple)
)
timelines = st.builds(
    Timeline,
    title=names,
    summary=names,
    start=st.just("2026-11-24"),
    end=st.sampled_from(["2027-03-01", "2028-11-24", "2036-02-29"]),
    events=st.lists(
        st.builds(
            Event,
            label=names,
            day=st.just("") | days,
            text=names,
            status=statuses,
            since=st.just("") | days,
        ),
        max_size=8,
    ).map(tuple),
)
charts = bar_charts | share_charts | timelines | waterfalls
widths = st.sampled_from([WIDE, NARROW])


def parse(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - drawn by ourselves


def text_boxes(root: ET.Element) -> list[tuple[float, float, float, float, str]]:
    """Left, top, right and bottom of each label, by the estimate that the layout uses."""
    boxes = []
    for item in root.iter(f"{SVG}text"):
        text = item.text or ""
        x, y, size = float(item.attrib["x"]), float(item.attrib["y"]), text_width(text)
        left = {"start": x, "middle": x - size / 2, "end": x - size}[item.attrib["text-anchor"]]
        boxes.append((left, y - 0.75 * SIZE, left + size, y + 0.2 * SIZE, text))
    return boxes


def coordinates(root: ET.Element) -> list[tuple[float, float]]:
    points = []
    for item in root.iter():
        get = item.attrib.get
        if item.tag == f"{SVG}line":
            points += [(float(get("x1")), float(get("y1"))), (float(get("x2")), float(get("y2")))]
        if item.tag == f"{SVG}rect":
            x, y = float(get("x")), float(get("y"))
            points += [(x, y), (x + float(get("width")), y + float(get("height")))]
        if item.tag == f"{SVG}circle":
            x, y, r = float(get("cx")), float(get("cy")), float(get("r"))
            points += [(x - r, y - r), (x + r, y + r)]
        if item.tag == f"{SVG}polygon":
            points += [tuple(map(float, pair.split(","))) for pair in get("points").split()]
    return points


@settings(deadline=None, max_examples=150)
@given(charts, widths)
@example(
    BarChart(
        title="t", summary="s", unit="%", bars=(), references=(Reference(label="r", value=5e-324),)
    ),
    WIDE,
)
@example(
    BarChart(
        title="t",
        summary="s",
        unit="%",
        bars=(),
        references=(Reference(label="r", value=2.3e-308),),
    ),
    NARROW,
)
def test_everything_lies_inside_the_drawing(
    chart: BarChart | ShareChart | Timeline, width: float
) -> None:
    root = parse(draw(chart, width=width, key="k", theme=PRINT))
    _, _, right, bottom = map(float, root.attrib["viewBox"].split())
    assert right == width
    slack = 0.6  # coordinates are rounded to a tenth, text widths are estimates
    for x, y in coordinates(root):
        assert -slack <= x <= right + slack
        assert -slack <= y <= bottom + slack
    for left, top, end, low, text in text_boxes(root):
        assert left >= -slack, text
        assert end <= right + slack, text
        assert top >= -slack, text
        assert low <= bottom + slack, text


@settings(deadline=None, max_examples=150)
@given(charts, widths)
def test_labels_do_not_overlap(chart: BarChart | ShareChart | Timeline, width: float) -> None:
    boxes = text_boxes(parse(draw(chart, width=width, key="k", theme=PRINT)))
    for one, other in combinations(boxes, 2):
        apart = (
            one[2] <= other[0] + 0.6
            or other[2] <= one[0] + 0.6
            or one[3] <= other[1] + 0.6
            or other[3] <= one[1] + 0.6
        )
        assert apart, (one, other)


@settings(deadline=None, max_examples=60)
@given(charts, widths, st.sampled_from([PRINT, SCREEN]))
def test_named_described_and_the_same_each_time(
    chart: BarChart | ShareChart | Timeline, width: float, theme
) -> None:
    svg = draw(chart, width=width, key="chart-1", theme=theme)
    root = parse(svg)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == "chart-1-title chart-1-desc"
    assert root.find(f"{SVG}title").attrib["id"] == "chart-1-title"
    assert root.find(f"{SVG}title").text.strip() == visible(chart.title).strip()
    assert root.find(f"{SVG}desc").text.strip() == visible(chart.summary).strip()
    assert svg == draw(chart, width=width, key="chart-1", theme=theme)


@given(
    st.lists(st.tuples(st.floats(0, 500), st.floats(1, 200)), max_size=12).map(sorted),
    st.floats(0, 30),
)
def test_spread_keeps_labels_apart_and_inside(
    labels: list[tuple[float, float]], gap: float
) -> None:
    centers, sizes = [center for center, _ in labels], [size for _, size in labels]
    placed = spread(centers, sizes, start=0, end=500, gap=gap)
    for (center, _), size in zip(placed, sizes, strict=True):
        assert center - size / 2 >= -1e-6
        assert center + size / 2 <= 500 + 1e-6
    for (one, other), (first, second) in zip(
        combinations(placed, 2), combinations(sizes, 2), strict=True
    ):
        if one[1] == other[1]:
            assert other[0] - one[0] >= (first + second) / 2 + gap - 1e-6


def test_spread_leaves_a_label_with_room_where_it_belongs() -> None:
    assert spread([50, 250], [40, 40], start=0, end=500) == ((50, 0), (250, 0))


@given(st.floats(min_value=1e-6, max_value=1e12), st.integers(2, 10))
def test_ticks_are_round_and_reach_the_largest_value(most: float, count: int) -> None:
    ticks = nice_ticks(most, count)
    assert ticks[0] == 0
    assert ticks[-1] >= most * (1 - 1e-6)
    assert len(ticks) <= count + 2
    step = f"{ticks[1]:.3e}"
    assert step.partition("e")[0] in {"1.000", "2.000", "2.500", "5.000"}


def test_scale_and_ticks_of_known_values() -> None:
    assert nice_ticks(118, 6) == (0, 20, 40, 60, 80, 100, 120)
    assert nice_ticks(0) == (0, 1)
    assert nice_ticks(5e-324) == (0, 1), "the smallest float there is divides into no steps"
    assert nice_ticks(1e-12, 5) == pytest.approx((0, 2e-13, 4e-13, 6e-13, 8e-13, 1e-12))
    assert [format_tick(tick, "%") for tick in nice_ticks(0.9, 4)] == [
        "0%",
        "0.25%",
        "0.5%",
        "0.75%",
        "1%",
    ]
    assert format_tick(10_000, "USD") == "10,000"
    scale = Scale(0, 100, 10, 210)
    assert [scale(0), scale(50), scale(100), scale(400)] == [10, 110, 210, 210]


def test_clip_keeps_what_fits() -> None:
    assert clip("short", 200) == "short"
    cut = clip("a rather long name of a task class", 100)
    assert cut.endswith("…")
    assert text_width(cut) <= 100


def test_bar_lengths_and_limit_marks_are_to_scale() -> None:
    chart = BarChart(
        title="t",
        summary="s",
        unit="%",
        bars=(
            Bar(label="a", value=50, text="50", limit=100, status="good"),
            Bar(label="b", value=100, text="100", limit=100, status="bad"),
        ),
    )
    root = parse(draw(chart, width=WIDE, key="k", theme=PRINT))
    bars = {item.attrib["fill"]: float(item.attrib["width"]) for item in root.iter(f"{SVG}rect")}
    assert bars[PRINT.status["bad"]] == pytest.approx(2 * bars[PRINT.status["good"]], abs=0.2)
    texts = [item.text for item in root.iter(f"{SVG}text")]
    assert "▲ 100" in texts, "what is outside its limit has a sign besides its color"
    assert "limit" in texts


def test_small_parts_are_named_below_and_many_are_drawn_as_one(report: Report) -> None:
    chart = next(
        block
        for section in report.sections
        for block in section.blocks
        if isinstance(block, ShareChart)
    )
    texts = [
        item.text
        for item in parse(draw(chart, width=WIDE, key="k", theme=PRINT)).iter(f"{SVG}text")
    ]
    assert "mistral 3.0%" in texts
    assert "2 others 1.0%" in texts
    assert "nothing to share" in texts


def test_a_name_keeps_clear_of_the_limit_mark() -> None:
    row = ShareRow(
        label="Vendor",
        limit=0.55,
        segments=(Segment(label="one", share=0.5), Segment(label="two", share=0.5)),
    )
    root = parse(
        draw(ShareChart(title="t", summary="s", rows=(row,)), width=WIDE, key="k", theme=PRINT)
    )
    mark = next(
        float(line.attrib["x1"])
        for line in root.iter(f"{SVG}line")
        if line.attrib["stroke-width"] == "2"
    )
    for left, _, right, _, text in text_boxes(root):
        if text.startswith(("one", "two")):
            assert not left - 2 < mark < right + 2, text


def test_hostile_labels_stay_text(hostile_report: Report, hostile: str) -> None:
    for section in hostile_report.sections:
        for block in section.blocks:
            if isinstance(block, BarChart | ShareChart | Timeline):
                root = parse(draw(block, width=WIDE, key="k", theme=SCREEN))
                tags = {item.tag.removeprefix(SVG) for item in root.iter()}
                assert tags <= {"svg", "title", "desc", "text", "line", "rect", "circle", "polygon"}
                assert not any(
                    name.startswith("on") or "href" in name
                    for item in root.iter()
                    for name in item.attrib
                )


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast of two colors."""

    def luminance(color: str) -> float:
        parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_printed_labels_stand_out_from_their_ground() -> None:
    pairs = [
        *PRINT.ranks,
        (PRINT.unknown, PRINT.on_unknown),
        (PRINT.ground, PRINT.ink),
        (PRINT.ground, PRINT.muted),
    ]
    assert min(contrast(ground, ink) for ground, ink in pairs) >= 4.5


def test_the_name_of_a_benchmark_stands_at_its_line() -> None:
    chart = BarChart(
        title="t",
        summary="s",
        unit="points",
        bars=(Bar(label="Vendor", value=10_000, text="10,000"),),
        references=(
            Reference(label="benchmark 1,800 (2023)", value=1_800),
            Reference(label="benchmark 2,500 (2010)", value=2_500),
            Reference(label="the whole", value=10_000),
        ),
    )
    for width in (WIDE, NARROW):
        root = parse(draw(chart, width=width, key="k", theme=PRINT))
        lines = [item for item in root.iter(f"{SVG}line") if "stroke-dasharray" in item.attrib]
        xs = sorted({float(item.attrib["x1"]) for item in lines})
        boxes = {text: (left, right) for left, _, right, _, text in text_boxes(root)}
        for x, reference in zip(xs, chart.references, strict=True):
            left, right = boxes[reference.label]
            assert min(abs(left - x), abs(right - x)) <= 5, reference.label


def test_each_name_below_a_bar_has_a_line_to_its_part() -> None:
    parts = tuple(
        Segment(label=f"vendor-{n}-with-a-long-corporate-name", share=share)
        for n, share in enumerate((0.5, 0.14, 0.12, 0.1, 0.08, 0.06))
    )
    chart = ShareChart(title="t", summary="s", rows=(ShareRow(label="Vendor", segments=parts),))
    for width in (WIDE, NARROW):
        root = parse(draw(chart, width=width, key="k", theme=PRINT))
        leaders = [
            (float(item.attrib["x2"]), float(item.attrib["y2"]))
            for item in root.iter(f"{SVG}line")
            if item.attrib["stroke-width"] == "0.7"
        ]
        below = [
            ((left + right) / 2, top, text)
            for left, top, right, _, text in text_boxes(root)
            if "%" in text and top > 30 and text not in {"0%", "25%", "50%", "75%", "100%"}
        ]
        assert len(leaders) == len(below) > 0
        for center, top, text in below:
            assert any(abs(x - center) < 1 and abs(y - top) < 4 for x, y in leaders), text
        assert any(" more " in text for *_, text in below), "what has no room is counted"


def test_names_that_are_alike_keep_their_ends() -> None:
    cut = {shorten(f"customer-service-conversation-summary-{n}", 160) for n in range(9)}
    assert len(cut) == 9
    assert all("…" in text and text_width(text) <= 160 for text in cut)
