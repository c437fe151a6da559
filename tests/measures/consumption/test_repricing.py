"""Logged rows cost, recomputed, what was logged: on every real payload of the corpus."""

import json
from collections import Counter
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from multillm_gov.catalog.pricing.price import Price
from multillm_gov.catalog.pricing.price_reading import read_price
from multillm_gov.measures.consumption.repricing import list_cost, tokens_of
from multillm_gov.usage.aggregate import UsageAggregate
from multillm_gov.warehouse.importing import import_file
from multillm_gov.warehouse.querying import stored_aggregates
from multillm_gov.warehouse.store import Store
from provider_payloads import PAYLOADS, Case, cases_of, exception_of

_OTHER_MEDIA = ("audio", "image", "video")
_CENT_FRACTION = Decimal("1e-11")
"""Logs keep twelve decimals of a dollar."""


@pytest.fixture(scope="module")
def price_map() -> dict[str, dict[str, Any]]:
    spec = find_spec("litellm")
    assert spec is not None
    assert spec.submodule_search_locations
    path = Path(spec.submodule_search_locations[0]) / "model_prices_and_context_window_backup.json"
    return {name: entry for name, entry in json.loads(path.read_bytes()).items()
            if name != "sample_spec"}  # fmt: skip


def price_of(entry: dict[str, Any]) -> Price:
    price = read_price(entry, entry["litellm_provider"])
    assert price is not None
    return price


def line(number: int, case: Case) -> str:
    """The payload as LiteLLM logs it; the spend is what another project expects."""
    used = {
        "cache_read_input_tokens": case.tokens.get("cache_read_tokens", 0),
        "cache_creation_input_tokens": case.tokens.get("cache_write_tokens", 0),
    }
    row = {
        "request_id": f"r{number}",
        "startTime": "2026-11-03T10:00:00",
        "prompt_tokens": case.tokens.get("input_tokens", 0),
        "completion_tokens": case.tokens.get("output_tokens", 0),
        "model": case.name,
        "model_group": f"case-{number}",
        "custom_llm_provider": "",
        "request_tags": [],
        "metadata": {"additional_usage_values": used},
    }
    return json.dumps(row)[:-1] + f', "spend": {case.expected:f}}}'


def imported(folder: Path, text: str, name: str) -> dict[str, UsageAggregate]:
    """What was logged, by the group that each row has alone."""
    path = folder / name
    path.write_text(text)
    store = Store(folder=folder / "store")
    import_file(path, store)
    return {str(each.model_group): each for each in stored_aggregates(store)}


def exception(case: Case, price: Price) -> str:
    """Why a sum of text tokens at the price of the shortest prompts is not the logged cost."""
    if any(kind in key for key in case.tokens for kind in _OTHER_MEDIA):
        return "tokens of audio, images or video, which a spend log does not tell from text"
    beyond = price.tiers and case.tokens.get("input_tokens", 0) > price.tiers[0].above_input_tokens
    return "a prompt beyond a price tier, which a sum of rows does not tell" if beyond else ""


def test_every_payload_costs_what_was_logged_or_has_its_reason(
    corpus: Path, tmp_path: Path, price_map: dict[str, dict[str, Any]]
) -> None:
    payloads = json.loads((corpus / PAYLOADS).read_bytes())
    cases = [case for payload in payloads for case in cases_of(payload, price_map)]
    logged = imported(
        tmp_path, "\n".join(line(number, case) for number, case in enumerate(cases)), "log.jsonl"
    )
    assert len(logged) == len(cases) > 2400
    reasons: Counter[str] = Counter()
    wrong = []
    for number, case in enumerate(cases):
        row, other = logged[f"case-{number}"], exception_of(case.name)
        price = price_of(price_map[case.name] | (other["prices"] if other else {}))
        tokens = tokens_of(row)
        assert tokens is not None
        assert row.effective_cost is not None
        cost = list_cost(tokens, price)
        if abs(cost - row.effective_cost) <= _CENT_FRACTION + Decimal("1e-9") * cost:
            continue
        why = exception(case, price)
        reasons[why] += 1
        if not why:
            wrong.append((case, cost))
    assert not wrong
    assert {why.split()[0]: count for why, count in reasons.items()} == {"tokens": 69, "a": 2}


def test_the_gateways_own_payloads_cost_what_the_gateway_logged(
    corpus: Path, tmp_path: Path, price_map: dict[str, dict[str, Any]]
) -> None:
    paths = sorted((corpus / "usage").glob("PeterDaveHelloKitchen__litellm__*payload.json"))
    assert len(paths) == 3
    for number, path in enumerate(paths):
        store = Store(folder=tmp_path / str(number))
        import_file(path, store)
        (row,) = stored_aggregates(store)
        tokens = tokens_of(row)
        assert tokens is not None
        cost = list_cost(tokens, price_of(price_map[str(row.model)]))
        assert cost == row.effective_cost == Decimal("0.000225")
