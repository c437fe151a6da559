"""Workflow commands: read back the way the runner reads them."""

import re
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.finding import Finding, Severity
from multillm_gov.location import Location
from multillm_gov.rendering.formats.github import render
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.report import Report, judge_counts

COMMAND = re.compile(r"::(\w+) ([^:]*)::(.*)")
PROPERTY = {"%25": "%", "%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}


def _read(data: bytes) -> list[tuple[str, dict[str, str], str]]:
    commands = []
    for line in data.decode().removesuffix("\n").splitlines():
        match = COMMAND.fullmatch(line)
        assert match, line
        pairs = (pair.split("=", 1) for pair in match[2].split(","))
        commands.append(
            (match[1], {key: _decode(value) for key, value in pairs}, _decode(match[3]))
        )
    return commands


def _decode(text: str) -> str:
    return re.sub("%(?:25|0D|0A|3A|2C)", lambda match: PROPERTY[match[0]], text)


def _finding(path: str, message: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(
        rule="GOV001",
        name="syntax",
        severity=severity,
        message=message,
        location=Location(path, 2, 3, 2, 9),
        subject="portfolio",
        remedy="",
    )


def _report(*findings: Finding) -> Report:
    return Report(
        kind="check",
        title="t",
        organization="o",
        as_of="2026-11-24",
        findings=findings,
        verdict=judge_counts(findings, None),
    )


@pytest.mark.parametrize("kind", ["check", "clean", "diff", "board"])
def test_golden(
    kind: str, golden: Callable[[str, bytes], None], request: pytest.FixtureRequest
) -> None:
    golden(f"{kind}.github.txt", render(request.getfixturevalue(f"{kind}_report")))


def test_an_annotation_stands_at_its_span() -> None:
    ((name, properties, message), _) = _read(render(_report(_finding("a.yaml", "wrong"))))
    assert (name, message) == ("error", "wrong")
    assert properties == {
        "file": "a.yaml",
        "line": "2",
        "endLine": "2",
        "col": "3",
        "endColumn": "9",
        "title": "GOV001 syntax",
    }


def test_a_span_over_lines_has_no_columns() -> None:
    finding = msgspec.structs.replace(
        _finding("a.yaml", "m"), location=Location("a.yaml", 2, 3, 4, 1)
    )
    assert "col" not in _read(render(_report(finding)))[0][1]


def test_the_worst_come_first_and_the_summary_last(check_report: Report) -> None:
    names = [(name, properties["title"][:6]) for name, properties, _ in _read(render(check_report))]
    assert names == [
        ("error", "GOV102"),
        ("warning", "GOV202"),
        ("notice", "GOV701"),
        ("notice", "govern"),
    ]


def test_waived_findings_are_counted_only(check_report: Report) -> None:
    commands = _read(render(check_report))
    assert not any("GOV401" in properties["title"] for _, properties, _ in commands)
    assert "(1 waived;" in commands[-1][2]


def test_says_when_github_shows_fewer() -> None:
    few = _read(render(_report(*[_finding("a.yaml", "m")] * 10)))[-1][2]
    many = _read(render(_report(*[_finding("a.yaml", "m")] * 11)))[-1][2]
    assert "GitHub shows 10" not in few
    assert "GitHub shows 10 annotations of each kind; this log has all 11." in many


@pytest.mark.parametrize(
    "hostile",
    [
        "x\n::stop-commands::t",
        "a,line=1",
        "a::error::b",
        "%0A::error::x",
        "\r\n##[error]x",
        "\u2028::debug::x",
        "\x85::x",
    ],
)
def test_content_starts_no_command(hostile: str) -> None:
    commands = _read(render(_report(_finding(hostile, hostile))))
    assert len(commands) == 2
    assert set(commands[0][1]) == {"file", "line", "endLine", "col", "endColumn", "title"}
    assert commands[0][1]["file"] == visible(hostile)


@given(st.text(st.characters(), max_size=60), st.text(st.characters(), max_size=60))
def test_any_text_stays_in_its_command(path: str, message: str) -> None:
    (command, _) = _read(render(_report(_finding(path, message))))
    assert command[1]["line"] == "2"
    assert command[1]["file"] == visible(path)
    assert not any(ord(character) < 32 for character in command[1]["file"])
