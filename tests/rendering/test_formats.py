"""Formats are found by presence, and only the chosen one is loaded."""

import re
import subprocess
import sys
from importlib import import_module

import pytest
from msgspec.structs import replace

from multillm_gov.errors import UsageError
from multillm_gov.finding import Related, Severity
from multillm_gov.location import Location
from multillm_gov.rendering.renderers import formats, is_binary, renderer
from multillm_gov.report import Report, judge_counts


@pytest.mark.parametrize("name", formats())
def test_every_module_beside_it_is_a_format(name: str) -> None:
    """Helpers live in folders: a module here without ``render`` would be offered and then fail."""
    module = import_module(f"multillm_gov.rendering.formats.{name}")
    assert callable(module.render)
    assert renderer(name) is module.render


@pytest.mark.parametrize("name", ["text", "json", "sarif", "github", "gitlab", "junit", "markdown"])
def test_the_same_report_gives_the_same_bytes(name: str, board_report: Report) -> None:
    assert renderer(name)(board_report) == renderer(name)(board_report)


SHOWN = {"github": 10, "concise": 0}
"""Further places shown of 25, where not all: an annotation is short, a line is one line."""


@pytest.mark.parametrize("name", [name for name in formats() if not is_binary(name)])
def test_a_finding_with_many_places_is_one_and_has_them_all(
    name: str, check_report: Report
) -> None:
    finding = replace(
        check_report.findings[0],
        related=tuple(
            Related(f"`model-{number}` is used here", Location("allocations/x.yaml", 1000 + number))
            for number in range(25)
        ),
    )
    findings = (finding,)
    report = replace(
        check_report, findings=findings, verdict=judge_counts(findings, Severity.ERROR)
    )
    text = renderer(name)(report).decode()
    lines = {int(number) for number in re.findall(r"\b10[0-2]\d\b", text)}
    assert len(lines & set(range(1000, 1025))) == SHOWN.get(name, 25)
    assert report.verdict.errors == 1


@pytest.mark.parametrize(
    "name", ["", "yaml", "formats", "__init__", "plain", "text.render", "../text", "TEXT"]
)
def test_other_names_are_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(UsageError) as raised:
        renderer(name)
    assert "json, junit, markdown" in raised.value.hint


def test_text_loads_no_other_format_and_nothing_heavy() -> None:
    script = (
        "import sys; from multillm_gov.rendering.renderers import formats, renderer; formats(); "
        "renderer('text');"
        "loaded = [n for n in ('jinja2', 'typst', 'json', 'multillm_gov.rendering.formats.json',"
        " 'multillm_gov.rendering.formats.sarif', 'multillm_gov.rendering.formats.html') if n in sys.modules]; "  # noqa: E501
        "print(loaded)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
