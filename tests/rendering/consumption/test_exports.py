"""Usage for other tools: the same money in every format, and no number for what is not known."""

import csv
import io
import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from multillm_gov.measures.consumption.alerts import Alert, Consumed, OwnedOutlook, alerts
from multillm_gov.measures.consumption.outlook import outlook
from multillm_gov.measures.consumption.owed import Obligation
from multillm_gov.plugins import load_plugin, plugin_names
from multillm_gov.rendering.consumption.focus import COLUMNS, OWN
from multillm_gov.usage.aggregate import UsageAggregate

THROUGH = date(2026, 11, 20)
FORMATS = "multillm_gov.rendering.consumption"


def row(**more: Any) -> UsageAggregate:
    values: dict[str, Any] = {
        "day": date(2026, 11, 3), "producer": "litellm-spend-logs", "task_class": "triage",
        "provider": "openai", "model": "gpt-4o", "currency": "USD", "requests": 4,
        "input_tokens_with_cache": 900, "output_tokens": 50, "effective_cost": Decimal("1.25"),
        **more,
    }  # fmt: skip
    return UsageAggregate(**values)


ROWS = (
    row(),
    row(task_class=None, effective_cost=Decimal("0.75"), team='=cmd|" /C calc"!A1'),
    row(unknown={"requests": 2}, model=None, service_tier="batch", failover=True),
    row(charge="purchase", requests=None, effective_cost=Decimal(0), invoiced_cost=Decimal(50)),
)


def standing(spend: str, cap: str | None, **more: Any) -> OwnedOutlook:
    daily = {date(2026, 10, 1): Decimal(spend)}
    for offset in range(51):
        daily[date.fromordinal(date(2026, 10, 1).toordinal() + offset)] = Decimal(spend)
    known = outlook("triage", daily, THROUGH, cap=None if cap is None else Decimal(cap))
    return OwnedOutlook(**{"scope": "task_class", "outlook": known, "owner": "support",
                       "place": "allocations/a.yaml", **more})  # fmt: skip


def consumed(*standings: OwnedOutlook, rows: tuple[UsageAggregate, ...] = ROWS) -> Consumed:
    owed = Obligation(name="Seats", provider="openai", kind="spend", owed=Decimal(100),
                      idle=Decimal(7), cancel_by=date(2026, 12, 1), ends=date(2026, 12, 31),
                      owner="it")  # fmt: skip
    return Consumed(aggregates=rows, first=date(2026, 11, 1), last=THROUGH, through=THROUGH,
                    currency="USD", standings=standings, owners={"triage": "support"},
                    obligations=(owed,))  # fmt: skip


def rendered(name: str, data: Consumed) -> str:
    return load_plugin(FORMATS, name).render(data).decode()


def table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(rendered(name, consumed()))))


@pytest.mark.parametrize(
    ("name", "column"), [("focus", "EffectiveCost"), ("csv", "effective_cost")]
)
def test_rows_keep_the_money_and_what_is_not_known(name: str, column: str) -> None:
    rows = table(name)
    assert len(rows) == len(ROWS)
    assert sum(Decimal(each[column]) for each in rows) == Decimal("3.25")
    requests = "ConsumedQuantity" if name == "focus" else "requests"
    assert [each[requests] for each in rows] == ["4", "4", "", ""]
    assert not any(value.startswith("=") for each in rows for value in each.values())


def test_focus_has_every_column_of_version_12_in_order_and_ours_after_them() -> None:
    header = rendered("focus", consumed()).splitlines()[0].split(",")
    assert header == [*COLUMNS, *OWN]
    assert len(COLUMNS) == 57
    assert list(COLUMNS) == sorted(COLUMNS)
    assert all(name.startswith("x_") for name in OWN)
    attributed, rest, _, purchase = table("focus")
    assert (attributed["x_TaskClass"], attributed["x_Owner"]) == ("triage", "support")
    assert (attributed["x_AllocationMethod"], attributed["x_RemainderCost"]) == (
        "attribution rule", "0",
    )  # fmt: skip
    assert (rest["x_TaskClass"], rest["x_AllocationMethod"], rest["x_RemainderCost"]) == (
        "", "none", "0.75",
    )  # fmt: skip
    assert (attributed["BilledCost"], attributed["x_CostBasis"]) == ("", "metered")
    assert (purchase["ChargeCategory"], purchase["BilledCost"]) == ("Purchase", "50")
    assert (attributed["BillingPeriodStart"], attributed["BillingPeriodEnd"]) == (
        "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z",
    )  # fmt: skip
    assert json.loads(attributed["SkuPriceDetails"]) == {"ModelId": "gpt-4o"}


def test_allocations_add_up_with_the_rest_and_the_idle_part_named() -> None:
    (allocations,) = json.loads(rendered("allocation", consumed()))["data"]
    assert {name: each["totalCost"] for name, each in allocations.items()} == {
        "triage": 2.5, "__unallocated__": 0.75, "__idle__": 7.0,
    }  # fmt: skip
    assert allocations["triage"]["properties"]["labels"]["owner"] == "support"
    assert allocations["triage"]["minutes"] == 20 * 1440
    assert allocations["triage"]["window"]["end"] == "2026-11-21T00:00:00Z"


SAMPLE = re.compile(
    r'(?P<name>[a-z_:][a-z0-9_:]*)(?:\{(?P<labels>(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*)\})? '
    r"(?P<value>[0-9.e+-]+)"
)
"""A sample line of Prometheus' text exposition format."""


def test_prometheus_text_has_spend_caps_burn_and_forecast() -> None:
    odd = outlook('a "quoted\\" one', {date(2026, 11, 20): Decimal(2)}, THROUGH)
    text = rendered("prometheus", consumed(standing("10", "250"), OwnedOutlook(
        scope="provider", outlook=odd)))  # fmt: skip
    assert text.endswith("\n")
    typed: set[str] = set()
    found: dict[str, float] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            typed |= {line.split()[2]} if line.startswith("# TYPE") else set()
            continue
        match = SAMPLE.fullmatch(line)
        assert match, line
        assert match["name"] in typed
        found.setdefault(match["name"], float(match["value"]))
    assert found["govern_usage_spend"] == 200
    assert found["govern_usage_cap"] == 250
    assert found["govern_usage_forecast"] == pytest.approx(300)
    assert found["govern_usage_burn"] == pytest.approx(10 / (250 / 30))
    assert 'name="a \\"quoted\\\\\\" one"' in text
    capless = [line for line in text.splitlines() if "govern_usage_cap{" in line]
    assert len(capless) == 1, "no cap, no sample: 0 would fire"


def one_alert(data: Consumed) -> Alert:
    (found,) = [each for each in alerts(data) if each.kind != "notice-due"]
    return found


def test_alerts_name_the_owner_of_the_cap() -> None:
    spent = one_alert(consumed(standing("10", "150")))
    assert (spent.kind, spent.severity, spent.owner) == ("cap-spent", "error", "support")
    expected = one_alert(consumed(standing("10", "250")))
    assert (expected.kind, expected.severity) == ("cap-forecast", "error")
    assert expected.breaks_on == date(2026, 11, 26)
    assert expected.place == "allocations/a.yaml"
    assert [each.kind for each in alerts(consumed(standing("10", "900")))] == ["notice-due"]
    assert alerts(consumed())[0].owner == "it"
    again = one_alert(consumed(standing("11", "250")))
    assert again.id == expected.id, "the same subject, kind and month"
    assert again.id != spent.id
    assert json.loads(rendered("alerts", consumed(standing("10", "250"))))["alerts"][0]["id"]


def test_every_format_renders_a_month_without_rows() -> None:
    for name in plugin_names(FORMATS):
        assert rendered(name, consumed(rows=()))
