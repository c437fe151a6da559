"""``govern graph`` as a process: the nine nodes end to end through YAML, files by ending,
revisions, ways, mistakes."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

NINE = Path(__file__).parents[1] / "data" / "nine-nodes"
DAY = ("--as-of", "2026-11-25")


@pytest.fixture
def nine(tmp_path: Path) -> Path:
    return Path(shutil.copytree(NINE, tmp_path / "nine"))


def read(govern, folder, *arguments):
    done = govern("graph", "--format", "json", *DAY, *arguments, cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_published_figures_come_out_of_yaml(govern, nine):
    told = read(govern, nine)
    assert told["expected_loss_per_year"] == pytest.approx(153_779.14, abs=0.005)
    by_name = {each["component"]: each for each in told["importance"]}
    assert {
        name: round(by_name[name]["criticality"], 6)
        for name in ("gateway:gateway", "cloud:AWS", "provider:Azure OpenAI", "cloud:Azure")
    } == {
        "gateway:gateway": 0.426950,
        "cloud:AWS": 0.284681,
        "provider:Azure OpenAI": 0.170638,
        "cloud:Azure": 0.114701,
    }
    assert by_name["gateway:gateway"]["risk_achievement_worth"] == pytest.approx(854.47, abs=0.005)
    assert by_name["cloud:AWS"]["risk_achievement_worth"] == pytest.approx(285.40, abs=0.005)
    first, *_ = told["single_points"]
    assert (first["components"], first["value_per_hour"]) == (["gateway:gateway"], 15_000.0)
    failing = {
        task["name"]: [
            one["components"][0]
            for one in told["cut_sets"][task["cut_sets"]]["single_points"]
            if one["probability"] > 0
        ]
        for task in told["task_classes"]
    }
    assert failing == {
        "T1": ["cloud:AWS", "gateway:gateway"],
        "T2": ["provider:Azure OpenAI", "cloud:Azure", "gateway:gateway"],
        "T3": ["gateway:gateway"],
    }


def test_json_keeps_its_keys(govern, nine):
    told = read(govern, nine)
    assert list(told) == [
        *("version", "title", "summary", "currency", "nodes", "edges", "as_of", "revision"),
        *(
            "expected_loss_per_year",
            "retired_loss_per_year",
            "single_points",
            "pairs",
            "importance",
            "task_classes",
            "cut_sets",
        ),
    ]
    assert list(told["nodes"][0]) == [
        "id",
        "kind",
        "label",
        "marks",
        "note",
        "value_per_hour",
        "stands_for",
    ]
    assert list(told["edges"][0]) == ["source", "target", "role", "share", "position"]
    assert list(told["pairs"][0]) == [
        "components",
        "failover_fails",
        "value_per_hour",
        "loss_per_year",
        "task_classes",
        "hits",
    ]
    assert list(told["importance"][0]) == [
        *(
            "component",
            "kind",
            "name",
            "unavailability",
            "mean_hours",
            "origin",
            "sample_size",
            "note",
        ),
        *(
            "birnbaum_per_hour",
            "criticality",
            "risk_achievement_worth",
            "risk_reduction_worth",
            "loss_per_year",
        ),
    ]


def test_text_tells_the_worst_first(govern, nine):
    done = govern("graph", *DAY, cwd=nine)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode()
    assert "Nine nodes: Dependencies of each task class" in text
    assert text.index("gateway `gateway`") < text.index("cloud `AWS`") < text.index("cloud `Azure`")
    words = " ".join(text.split())
    assert "3 task classes, 15,000 USD an hour" in words
    assert "153,779 USD in a mean year" in words
    assert "! Azure OpenAI (provider, single point of failure)" in text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(
    ("name", "starts"),
    [
        ("a.svg", b"<svg"),
        ("a.dot", b"digraph"),
        ("a.gv", b"digraph"),
        ("a.mmd", b"flowchart LR"),
        ("a.md", b"# Nine nodes"),
        ("a.json", b'{\n  "version": 1'),
        ("a.txt", b"Nine nodes"),
    ],
)
def test_the_ending_decides(govern, nine, name, starts):
    done = govern("graph", "--output", name, *DAY, cwd=nine)
    assert (done.returncode, done.stdout) == (0, b""), done.stderr
    assert (nine / name).read_bytes().startswith(starts)


def test_one_task_class_alone(govern, nine):
    told = read(govern, nine, "--task", "T2")
    assert [task["name"] for task in told["task_classes"]] == ["T2"]
    assert told["expected_loss_per_year"] == pytest.approx(2_000 * 0.00299725075 * 8_760, rel=1e-9)
    assert "cloud:AWS" not in {node["id"] for node in told["nodes"]}


def test_unknown_names_are_a_wrong_call(govern, nine):
    for arguments, said in (
        (("--task", "T9"), "no task class `T9`"),
        (("--why", "T1", "cloud:moon"), "does not depend on `cloud:moon`"),
        (("--why", "T1", "gateway", "--task", "T1"), "leave --task out"),
        (("--format", "png"), "png"),
    ):
        done = govern("graph", *arguments, *DAY, cwd=nine)
        assert done.returncode == 2
        assert said in done.stderr.decode()
        assert not done.stdout


def test_why_tells_every_way(govern, nine):
    told = read(govern, nine, "--why", "T1", "AWS")
    assert told["component"] == "cloud:AWS"
    assert told["ways"] == [
        [
            "task_class:T1",
            "deployment:claude-on-bedrock at Bedrock",
            "provider:Bedrock",
            "cloud:AWS",
        ],
        [
            "task_class:T1",
            "deployment:claude-direct at Anthropic API",
            "provider:Anthropic API",
            "cloud:AWS",
        ],
    ]
    text = govern("graph", "--why", "T1", "AWS", *DAY, cwd=nine).stdout.decode()
    words = " ".join(text.split())
    assert (
        "T1 → routed 100.0%: model `claude-on-bedrock at Bedrock` → provider `Bedrock` → cloud "
        "`AWS`" in words
    )
    assert "100.0% of the requests go unanswered" in words
    drawing = ET.fromstring(  # noqa: S314 - drawn by ourselves
        govern("graph", "--why", "T1", "AWS", "-f", "svg", *DAY, cwd=nine).stdout
    )
    assert "GCP" not in "".join(drawing.itertext())


def test_another_revision_is_drawn_as_it_was(govern, checkout):
    files = {str(path.relative_to(NINE)): path.read_bytes() for path in NINE.rglob("*.yaml")}
    before = checkout.commit(files)
    tasks = files["allocations/tasks.yaml"].replace(
        b"fallbacks: [claude-direct]", b"fallbacks: [gemini-on-vertex]"
    )
    checkout.write({"allocations/tasks.yaml": tasks})
    then, now = read(govern, checkout.folder, "--at", before), read(govern, checkout.folder)
    assert (then["revision"], now["revision"]) == (before, f"{before}+")

    def worst(told):
        return [
            point["value_per_hour"]
            for point in told["single_points"]
            if point["components"] == ["cloud:AWS"]
        ]

    assert (worst(then), worst(now)) == ([5_000.0], [])


def test_mistakes_are_told_beside_the_graph(govern, nine):
    (nine / "allocations/broken.yaml").write_text("task_classes: {x: {rout: []}}\n")
    done = govern("graph", *DAY, cwd=nine)
    assert done.returncode == 0
    assert b"may hide task classes; run `govern check`" in done.stderr


def test_no_portfolio_is_not_a_graph(govern, tmp_path):
    done = govern("graph", *DAY, cwd=tmp_path)
    assert done.returncode == 3
    assert not done.stdout


def test_a_secret_in_a_name_is_not_repeated(govern, nine):
    key = "sk-" + "proj-" + "Zq7Rt2Lw9Xb4Nc6Vd8Hf1Kj3Pm5Ys0Ga2Be4Ut6Io8"
    settings = (nine / "govern.yaml").read_text().replace("gateway: {kind", f"'{key}': {{kind")
    (nine / "govern.yaml").write_text(settings)
    for form in ("text", "json", "svg", "dot", "mermaid", "markdown"):
        done = govern("graph", "--format", form, *DAY, cwd=nine)
        assert done.returncode == 0, done.stderr
        assert key.encode() not in done.stdout
    assert key in settings


def test_nothing_heavy_is_loaded_but_for_ways(nine):
    program = (
        "import json, sys\nfrom multillm_gov.__main__ import main\nmain(sys.argv[1:])\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})), "
        "file=sys.stderr)"
    )
    loaded = {}
    for asked in ((), ("--why", "T1", "AWS")):
        call = [sys.executable, "-c", program, "graph", *DAY, *asked]
        done = subprocess.run(call, cwd=nine, capture_output=True, check=True, timeout=120)
        loaded[bool(asked)] = set(json.loads(done.stderr))
    assert not loaded[False] & {"networkx", "numpy", "litellm", "jinja2"}
    assert "networkx" in loaded[True]
