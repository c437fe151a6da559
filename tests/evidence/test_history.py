"""The chain of the history: written by every run, whole as written, broken by any later change."""

import json
import time
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.layout import history_order, kind_of
from multillm_gov.evidence import history as chain
from multillm_gov.evidence.drill_record import DrillRecord
from multillm_gov.evidence.history import line_digest, read_history
from multillm_gov.evidence.record import EvidenceRecord
from multillm_gov.evidence.writing import FIRST, encode_line
from multillm_gov.sources import evidence_store
from multillm_gov.sources.disk import read_folder
from multillm_gov.units import Share
from multillm_gov.workflows.evaluation.evidence import record_evidence


def drill(day: str = "2026-11-20", result: str = "survives", task: str = "triage") -> DrillRecord:
    return DrillRecord(task_class=task, date=date.fromisoformat(day), result=result)


def score(day: str, value: str, model: str = "m") -> EvidenceRecord:
    return EvidenceRecord(
        task_class="triage",
        model=model,
        date=date.fromisoformat(day),
        sample_size=500,
        score=Share(value),
    )


def history_of(root: Path):
    files, flaws = read_folder(root)
    assert flaws == ()
    return read_history({file.path: file for file in files})


def read_lines(lines: list[bytes], path: str = "evidence/history/2026-11.jsonl"):
    return read_history({path: SourceFile(path, b"".join(lines))})


def chained(count: int) -> list[bytes]:
    lines: list[bytes] = []
    for number in range(count):
        day = (date(2026, 11, 1) + timedelta(days=number % 28)).isoformat()
        previous = line_digest(lines[-1]) if lines else FIRST
        lines.append(encode_line(drill(day, task=f"task-{number}"), previous))
    return lines


def test_each_run_chains_its_entries_to_the_last_line_across_months(tmp_path: Path):
    record_evidence(tmp_path, drills=[drill("2026-10-30"), drill("2026-10-31", task="other")])
    record_evidence(tmp_path, records=[score("2026-11-02", "0.9")])
    record_evidence(tmp_path, records=[score("2026-11-03", "0.8")])
    october = (tmp_path / "evidence/history/2026-10.jsonl").read_bytes().splitlines()
    november = (tmp_path / "evidence/history/2026-11.jsonl").read_bytes().splitlines()
    lines = [*october, *november]
    assert json.loads(lines[0])["previous"] == FIRST
    for before, after in pairwise(lines):
        assert json.loads(after)["previous"] == line_digest(before)
    read = history_of(tmp_path)
    assert read.flaws == ()
    assert {key: line.number for key, line in read.newest.items()} == {
        ("drill", "triage"): 1,
        ("drill", "other"): 2,
        ("record", "triage", "m", "internal"): 2,
    }
    assert read.has(score("2026-11-03", "0.80"))
    assert not read.has(score("2026-11-02", "0.9"))
    assert not read.has(score("2026-11-03", "0.81"))


@given(st.data())
def test_a_line_changed_removed_or_moved_breaks_the_chain(data):
    lines = chained(6)
    place = data.draw(st.integers(0, len(lines) - 2))
    kind = data.draw(st.sampled_from(["changed", "removed", "moved to the end", "added"]))
    if kind == "changed":
        lines[place] = lines[place].replace(b"survives", b"degraded")
    elif kind == "added":
        lines.insert(place + 1, encode_line(drill("2026-11-05", task="made-up")))
    else:
        line = lines.pop(place)
        if kind.startswith("moved"):
            lines.append(line)
    flaws = read_lines(lines).flaws
    assert flaws
    assert all("the chain of the history is broken" in flaw.message for flaw in flaws)
    first = place + (2 if kind in {"changed", "added"} else 1)
    assert (flaws[0].location.line, flaws[0].location.column) == (first, 1)


def test_the_last_line_can_go_only_against_the_view_or_the_base():
    """The chain alone cannot know how long it was; `evidence-history-contradicted` compares."""
    assert read_lines(chained(6)[:-1]).flaws == ()


def test_branches_merged_line_by_line_are_no_break():
    first, *_ = chained(1)
    ours = encode_line(drill(task="ours"), line_digest(first))
    theirs = encode_line(drill(task="theirs"), line_digest(first))
    after = encode_line(drill(task="after"), line_digest(theirs))
    assert read_lines([first, ours, theirs, after]).flaws == ()


def test_lines_of_before_the_chain_may_stand_before_it_only():
    old = [encode_line(drill(task="a")), encode_line(drill(task="b"))]
    new = encode_line(drill(task="c"), line_digest(old[-1]))
    assert read_lines([*old, new]).flaws == ()
    (flaw,) = read_lines([old[0], encode_line(drill(task="c"), line_digest(old[0])), old[1]]).flaws
    assert "names no line before it" in flaw.message
    assert flaw.location.line == 3


def test_line_endings_are_not_content():
    lines = chained(4)
    assert read_lines([line.replace(b"\n", b"\r\n") for line in lines]).flaws == ()


def test_an_interrupted_line_is_a_flaw_until_the_next_run(tmp_path: Path):
    record_evidence(tmp_path, drills=[drill("2026-11-01")])
    path = tmp_path / "evidence/history/2026-11.jsonl"
    path.write_bytes(path.read_bytes() + b'{"drill": {"da')
    (flaw,) = history_of(tmp_path).flaws
    assert str(flaw.location) == "evidence/history/2026-11.jsonl:2:1"
    record_evidence(tmp_path, drills=[drill("2026-11-02")])
    assert history_of(tmp_path).flaws == ()


def test_a_month_that_grew_large_goes_on_in_another_file(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(evidence_store, "_MOST_OF_A_PART", 100)
    for number in range(12):
        record_evidence(tmp_path, drills=[drill(f"2026-11-{number + 1:02}")])
    names = sorted(
        (f"evidence/history/{one.name}" for one in (tmp_path / "evidence/history").iterdir()),
        key=history_order,
    )
    assert names[0].endswith("/2026-11.jsonl")
    assert names[-1].endswith("/2026-11-12.jsonl"), "the tenth part comes after the ninth"
    assert all(kind_of(name) == "history" for name in names)
    read = history_of(tmp_path)
    assert read.flaws == ()
    assert read.newest["drill", "triage"].path == names[-1]


def test_a_longest_line_is_found_from_the_end(tmp_path: Path):
    long = DrillRecord(
        task_class="triage", date=date(2026, 11, 1), result="fails", source="x" * 200_000
    )
    record_evidence(tmp_path, drills=[long])
    record_evidence(tmp_path, drills=[drill("2026-11-02")])
    assert history_of(tmp_path).flaws == ()


def test_a_large_history_is_read_once_and_in_linear_time():
    lines = chained(60_000)
    started = time.perf_counter()
    read = read_lines(lines)
    assert read.flaws == ()
    assert len(read.digests) == 60_000
    assert time.perf_counter() - started < 3


def test_beyond_a_bound_older_files_are_not_verified_and_said_so(monkeypatch: pytest.MonkeyPatch):
    lines = chained(9)
    files = {}
    for part in range(3):
        path = f"evidence/history/2026-0{part + 1}.jsonl"
        files[path] = SourceFile(path, b"".join(lines[part * 3 : part * 3 + 3]))
    monkeypatch.setattr(chain, "MOST_HISTORY_BYTES", sum(map(len, lines[3:])))
    (flaw,) = read_history(files).flaws
    assert flaw.location.path == "evidence/history/2026-01.jsonl"
    assert flaw.message.startswith("not verified: ")


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_whatever_stands_in_a_history_is_no_crash(texts):
    read = read_lines([text + b"\n" for text in texts])
    for line in read.newest.values():
        line.entry()
