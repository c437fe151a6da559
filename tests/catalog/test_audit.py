"""``govern catalog audit``: its counts over the installed price map do not rise."""

import json
from datetime import date
from decimal import Decimal

import pytest

from multillm_gov.catalog.facts import DoubtfulDate, Exposure, Lifecycle, ModelFacts
from multillm_gov.catalog.pricing.price import Price, UnitPrices
from multillm_gov.measures.cost.map_audit import SECTIONS, audit

MOST = {"price": 292, "vendor": 15, "weights": 378, "date": 11, "successor": 59, "hosts": 622}
"""Rows at most: those of the price map that `constraints.txt` pins. Lower them when they fall."""


def model(name: str, provider: str = "openai", **rest: object) -> ModelFacts:
    weights = "unknown" if name == "w" else "closed"
    exposure = Exposure(
        model=name.rpartition("/")[2], vendor="openai", provider=provider, weights=weights
    )
    given = {
        "mode": "chat",
        "price": Price(standard=UnitPrices(input=Decimal(1), output=Decimal(1))),
    }
    return ModelFacts(name=name, source="litellm", exposure=exposure, **{**given, **rest})


def rows(*models: ModelFacts) -> dict[str, list[tuple[str, str]]]:
    return {
        section.id: [(row.model, row.detail) for row in section.rows] for section in audit(models)
    }


def test_sound_facts_give_no_row() -> None:
    found = rows(
        model("m", max_input_tokens=1000), model("azure/m", "azure", max_input_tokens=1000)
    )
    assert found == {name: [] for name, _, _ in SECTIONS}


def test_each_section_names_what_is_wrong() -> None:
    doubtful = DoubtfulDate(date=date(2027, 1, 1), source="s", reason="later tables drop it")
    found = rows(
        model("m", price=None, max_input_tokens=1000),
        model("azure/m", "azure", max_input_tokens=2000),
        model("x", "unknown"),
        model("w"),
        model("y", lifecycle=Lifecycle(doubtful=doubtful, announced="z")),
    )
    assert found["price"] == [("m", "its price is not known")]
    assert found["vendor"] == [("x", "provider not known")]
    assert found["weights"] == [("w", "not known whether the weights of openai unknown are open")]
    assert found["date"] == [("y", "2027-01-01: later tables drop it")]
    assert found["successor"] == [("y", "z is not in the map, has retired or retires soon")]
    assert found["hosts"] == [("m", "context: 1,000 (openai); 2,000 (azure)")]


@pytest.mark.litellm
def test_the_counts_over_the_whole_map_do_not_rise(govern, tmp_path) -> None:
    done = govern("catalog", "audit", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    counts = {section["id"]: len(section["rows"]) for section in json.loads(done.stdout)}
    assert counts.keys() == MOST.keys() == {name for name, _, _ in SECTIONS}
    over = {name: count for name, count in counts.items() if count > MOST[name]}
    assert not over


def test_an_unknown_section_is_refused_with_the_known_ones(govern, tmp_path) -> None:
    done = govern("catalog", "audit", "--section", "prices", cwd=tmp_path)
    assert done.returncode == 2
    assert b"price, vendor, weights, date, successor, hosts" in done.stderr


def test_the_help_of_the_group_cuts_no_description(govern, tmp_path) -> None:
    done = govern("catalog", "--help", cwd=tmp_path)
    assert b"..." not in done.stdout.partition(b"Commands:")[2]
    assert b"audit" in done.stdout
