"""Drawings that stay drawings whatever names they hold: well-formed, in bounds, nothing over
anything else."""

import json
import re
import shutil
import subprocess
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from multillm_gov.rendering.charts.svg import text_width
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.rendering.renderers import graph_formats, graph_renderer
from multillm_gov.risk.availability.dependency_graph import draw_graph
from multillm_gov.risk.availability.single_points import single_points
from multillm_gov.risk.system.cut_sets import cut_sets
from multillm_gov.risk.system.graph import Graph
from multillm_gov.risk.system.system import Chain, System, TaskSystem

HOSTILE = (
    '"]; click n0 "javascript:alert(1)"',
    "end",
    "`x`|{{}}",
    "<script>alert(1)</script>",
    "a\nb\\n\\",
    "%%{init: {}}%%",
    "--> n1 ;",
    "&quot;#quot;",
    "\u202eevil\x1b[31m",
    "\\",
    "ünïcode 日本語",
    "x" * 300,
)
SVG = "{http://www.w3.org/2000/svg}"


def drawn(system: System) -> Graph:
    return draw_graph(system, single_points(cut_sets(system)), currency="USD")


def many(system: System, count: int) -> System:
    """So many task classes, each with two legs and a fallback of the nine nodes."""
    hops = [hop for task in system.tasks for chain in task.chains for hop in chain.hops]
    tasks = []
    for number in range(count):
        first, second, third = (hops[(number * step + step) % len(hops)] for step in (1, 2, 3))
        tasks.append(
            TaskSystem(
                name=f"task-class-{number:03d}-with-a-name-of-some-length",
                chains=(Chain(share=0.7, hops=(first, third)), Chain(share=0.3, hops=(second,))),
                coverage=0.5 if number % 3 else 0.0,
                coverage_origin="assumed",
                value_per_hour=float(number % 17),
                requests_per_hour=1.0,
            )
        )
    return replace(system, tasks=tuple(tasks))


@pytest.fixture
def hostile(nine_nodes: System) -> Graph:
    components = tuple(
        replace(component, name=f"{HOSTILE[index]}{index}")
        for index, component in enumerate(nine_nodes.components)
    )
    tasks = tuple(
        replace(task, name=HOSTILE[-1 - index]) for index, task in enumerate(nine_nodes.tasks)
    )
    graph = drawn(System(components=components, tasks=tasks))
    return replace(graph, title=f"{HOSTILE[0]}{HOSTILE[3]}", summary=HOSTILE[8])


@pytest.fixture(params=[0, 3, 40, 300])
def graph(request: pytest.FixtureRequest, nine_nodes: System, hostile: Graph) -> Graph:
    """The nine nodes, 40 and 300 task classes, and names that mean harm."""
    if request.param == 0:
        return hostile
    return drawn(nine_nodes if request.param == 3 else many(nine_nodes, request.param))


@pytest.mark.parametrize("name", graph_formats())
def test_the_same_graph_gives_the_same_bytes_without_control_characters(
    name: str, hostile: Graph
) -> None:
    data = graph_renderer(name)(hostile)
    assert data == graph_renderer(name)(hostile)
    assert data.endswith(b"\n")
    text = data.decode()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", text)


@pytest.mark.parametrize("name", graph_formats())
def test_a_graph_of_nothing_is_drawn_too(name: str, nine_nodes: System) -> None:
    assert graph_renderer(name)(drawn(replace(nine_nodes, tasks=())))


def test_no_box_lies_over_another_and_no_text_leaves_its_box(graph: Graph) -> None:
    root = ET.fromstring(graph_renderer("svg")(graph))  # noqa: S314 - our own
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == visible(graph.title)
    assert root.find(f"{SVG}desc").text == visible(graph.summary)
    width, height = float(root.get("width")), float(root.get("height"))
    background, *boxes = [
        tuple(float(each.get(key)) for key in ("x", "y", "width", "height"))
        for each in root.iter(f"{SVG}rect")
    ]
    assert background == (0.0, 0.0, width, height)
    for index, (x, y, wide, tall) in enumerate(boxes):
        assert x >= 0
        assert y >= 50
        assert x + wide <= width
        assert y + tall <= height - 40
        for left, top, other_wide, other_tall in boxes[:index]:
            apart = (
                x + wide < left or left + other_wide < x or y + tall < top or top + other_tall < y
            )
            assert apart
    for text in root.iter(f"{SVG}text"):
        x, y = float(text.get("x")), float(text.get("y"))
        end = x + text_width(text.text, float(text.get("font-size", "12")))
        assert end <= width
        around = [
            box
            for box in boxes
            if box[0] <= x <= box[0] + box[2] and box[1] <= y <= box[1] + box[3]
        ]
        assert all(end <= left + wide for left, _, wide, _ in around)


def test_a_drawing_does_not_grow_with_the_portfolio(nine_nodes: System) -> None:
    sizes = {
        name: len(graph_renderer(name)(drawn(many(nine_nodes, 3_000))))
        for name in ("svg", "mermaid", "text")
    }
    assert sizes["svg"] < 150_000
    assert sizes["mermaid"] < 50_000
    assert sizes["text"] < 50_000
    assert (
        "2,961 other task classes" in graph_renderer("svg")(drawn(many(nine_nodes, 3_000))).decode()
    )


def test_single_points_are_told_in_words_in_every_format(nine_nodes: System) -> None:
    graph = drawn(nine_nodes)
    for name in ("svg", "dot", "mermaid", "text", "markdown"):
        text = graph_renderer(name)(graph).decode()
        assert text.count("single point of failure") >= 4, name
        assert "no fallback" in text


def test_hostile_names_are_text_in_a_drawing(hostile: Graph) -> None:
    root = ET.fromstring(graph_renderer("svg")(hostile))  # noqa: S314 - our own
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
        *("svg", "title", "desc", "rect", "text", "line", "path", "polygon")
    }
    assert "<script>alert(1)</script>" in "".join(root.itertext())


MERMAID = (
    r"flowchart LR",
    r"  acc(Title|Descr): [^;#{}<>\"`]*",
    r'  n\d+(\(\["TEXT"\]\)|\["TEXT"\]|\{\{"TEXT"\}\})',
    r'  n\d+ (==>(\|"TEXT"\|)?|-\.->(\|"TEXT"\|)?|-->) n\d+',
    r"  classDef \w+ [\w#:,\- ]+",
    r"  class n\d+(,n\d+)* \w+",
)
TEXT = r"(?:[A-Za-z0-9 .,:/_\-+%()·…]|#\d+;|<br/>)+"


def test_every_line_of_mermaid_is_one_of_six_kinds(graph: Graph) -> None:
    kinds = [re.compile(kind.replace("TEXT", TEXT)) for kind in MERMAID]
    lines = graph_renderer("mermaid")(graph).decode().splitlines()
    assert lines[0] == "flowchart LR"
    assert [line for line in lines if not any(kind.fullmatch(line) for kind in kinds)] == []
    assert (
        sum(re.match(r"  n\d+ [=-]", line) is not None for line in lines) <= 500
    )  # as GitHub draws at most


def test_markdown_holds_one_diagram_that_no_name_ends(hostile: Graph) -> None:
    lines = graph_renderer("markdown")(hostile).decode().splitlines()
    assert lines.count("```mermaid") == 1
    assert lines.count("```") == 1
    assert "<script>" not in "\n".join(lines)


DOT = re.compile(r'\s+|"(?:[^"\\\n]|\\["\\n])*"|->|[{}\[\];,=]|[A-Za-z_][A-Za-z0-9_]*|[0-9.]+')


def test_dot_is_made_of_its_tokens_alone(graph: Graph) -> None:
    data = graph_renderer("dot")(graph)
    text, at, depth = data.decode(), 0, 0
    while at < len(text):
        token = DOT.match(text, at)
        assert token, text[at : at + 60]
        depth += (token[0] in "{[") - (token[0] in "}]") if len(token[0]) == 1 else 0
        assert depth >= 0
        at = token.end()
    assert depth == 0
    if shutil.which("dot"):
        subprocess.run(["dot", "-Tcanon"], input=data, check=True, capture_output=True, timeout=60)


def test_json_tells_every_node_and_edge(graph: Graph) -> None:
    read = json.loads(graph_renderer("json")(graph))
    assert read["version"] == 1
    assert [node["id"] for node in read["nodes"]] == [node.id for node in graph.nodes]
    assert len(read["edges"]) == len(graph.edges)
