"""Reading records of actual spend."""

from datetime import date
from typing import Any

import pytest

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.usage.record import load_usage


def load(**files: str) -> Any:
    documents = {}
    for name, text in files.items():
        path = f"usage/{name}.yaml"
        document, flaws = read_document(SourceFile(path, text.encode()))
        assert document is not None
        assert not flaws
        documents[path] = document
    return load_usage(documents)


def test_records_by_task_class_and_owner_newest_first():
    actuals, flaws = load(
        october="""\
actuals:
  - {month: 2026-10, through: 2026-10-31, task_class: triage, spend: 900.25, requests: 31000}
  - {month: 2026-10, through: 2026-10-31, owner: support, spend: 1200}
""",
        november="""\
actuals:
  - {month: 2026-11, through: 2026-11-12, task_class: triage, spend: 420}
  - {month: 2026-11, through: 2026-11-20, task_class: triage, spend: 700}
""",
    )
    assert flaws == ()
    days = [placed.actual.through for placed in actuals.task_classes["triage"]]
    assert days == [date(2026, 11, 20), date(2026, 11, 12), date(2026, 10, 31)]
    (support,) = actuals.owners["support"]
    assert (support.actual.spend, support.actual.days, support.place.pointer) == (
        1200,
        31,
        ("actuals", 1),
    )


def test_a_correction_of_the_same_day_holds():
    actuals, _ = load(
        a="""\
actuals:
  - {month: 2026-11, through: 2026-11-12, task_class: triage, spend: 420}
  - {month: 2026-11, through: 2026-11-12, task_class: triage, spend: 440}
"""
    )
    assert actuals.task_classes["triage"][0].actual.spend == 440


def test_a_broken_record_is_a_flaw_at_its_place_and_hides_no_other():
    actuals, flaws = load(
        a="""\
actuals:
  - {month: 2026-11, through: 2026-11-12, task_class: triage, spend: -1}
  - {month: 2026-13, through: 2026-12-12, task_class: triage, spend: 5}
  - {month: 2026-11, through: 2026-11-12, task_class: triage, spent: 5}
  - {month: 2026-11, through: 2026-11-12, task_class: triage, spend: 7}
"""
    )
    assert {flaw.location.line for flaw in flaws} == {2, 3, 4}
    assert {flaw.kind for flaw in flaws} == {"schema"}
    assert [placed.actual.spend for placed in actuals.task_classes["triage"]] == [7]


_FORECAST = (
    "{{month: 2026-11, through: 2026-11-12, owner: a, spend: 5, forecast: {{expected: 9, {}}}}}"
)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ("{month: 2026-11, through: 2026-10-12, task_class: triage, spend: 5}", "a day of `month`"),
        ("{month: 2026-11, through: 2026-11-12, spend: 5}", "one of `task_class`, `owner`"),
        (
            "{month: 2026-11, through: 2026-11-12, owner: a, task_class: triage, spend: 5}",
            "one of `task_class`",
        ),
        (
            "{month: 2026-11, through: 2026-11-12, portfolio: true, owner: a, spend: 5}",
            "one of `task_class`",
        ),
        (
            _FORECAST.format("low: 10, high: 12"),
            "`low` <= `expected`",
        ),
        (
            _FORECAST.format("low: 8"),
            "`low` and `high` together",
        ),
    ],
)
def test_keys_that_contradict_each_other_are_a_flaw_of_the_record(record: str, said: str):
    sound = "{month: 2026-11, through: 2026-11-12, task_class: triage, spend: 7}"
    actuals, (flaw,) = load(a=f"actuals:\n  - {sound}\n  - {record}\n")
    assert said in flaw.message
    assert (flaw.kind, flaw.location.line) == ("schema", 3)
    assert [placed.actual.spend for placed in actuals.task_classes["triage"]] == [7]


def test_other_files_are_left_alone():
    assert load_usage({})[0].task_classes == {}
