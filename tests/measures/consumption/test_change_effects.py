"""Every effect of a change, planted alone, is found alone and to the cent; all sum to the total."""

import random
from datetime import date
from decimal import Decimal

import pytest

from multillm_gov.catalog.pricing.price import UnitPrices
from multillm_gov.measures.consumption.change_effects import EFFECTS, explain_change
from multillm_gov.usage.aggregate import UsageAggregate

RATES = {
    "small": UnitPrices(input=Decimal("1e-6"), output=Decimal("4e-6"), cache_read=Decimal("1e-7")),
    "large": UnitPrices(input=Decimal("5e-6"), output=Decimal("2e-5"), cache_read=Decimal("5e-7")),
}


def used(
    *, task: str | None = "triage", model: str = "small", requests: int = 1_000,
    prompt: int = 1_000, output: int = 200, read: float = 0.0, level: str = "1",
    failover: bool = False,
    tier: str | None = None, size: str = "up to 1k", charge: str = "usage",
) -> UsageAggregate:  # fmt: skip
    rates = RATES[model]
    tokens = requests * prompt
    cached = int(tokens * read)
    money = (tokens - cached) * rates.input + cached * rates.cache_read
    money = (money + requests * output * rates.output) * Decimal(level)
    return UsageAggregate(
        day=date(2026, 10, 1), task_class=task, model=model, provider="p", requests=requests,
        input_tokens_with_cache=tokens, cache_read_tokens=cached, output_tokens=requests * output,
        effective_cost=money, currency="USD", failover=failover, service_tier=tier, size=size,
        charge=charge,
    )  # fmt: skip


def explained(before, after, **options):
    return explain_change(before, after, lambda _, model: RATES.get(model), **options)


OLD = used()
PLANTED = {
    "volume": used(requests=1_500),
    "input per request": used(prompt=1_400),
    "output per request": used(output=300),
    "cache share": used(read=0.5),
    "price": used(level="0.8"),
}


@pytest.mark.parametrize("effect", PLANTED)
def test_an_effect_alone_is_found_alone(effect: str) -> None:
    total = explained([OLD], [PLANTED[effect]]).total
    assert {name: amount for name, amount in total.effects.items() if abs(amount) > 1e-9} == {
        effect: pytest.approx(total.total)
    }


@pytest.mark.parametrize(
    ("effect", "other"),
    [
        ("failover", {"failover": True, "model": "large"}),
        ("tier", {"tier": "batch", "level": "0.5"}),
        ("mix between models", {"model": "large"}),
        ("mix between sizes", {"prompt": 9_000, "size": "up to 32k"}),
    ],
)
def test_a_shift_of_the_mix_is_named(effect: str, other: dict) -> None:
    before = [used(requests=900), used(requests=100, **other)]
    after = [used(requests=500), used(requests=500, **other)]
    total = explained(before, after).total
    assert {name for name, amount in total.effects.items() if abs(amount) > 1e-9} == {effect}
    assert total.effects[effect] == pytest.approx(total.total)


def test_a_new_model_enters_with_the_mix_and_other_charges_stand_apart() -> None:
    after = [used(requests=500), used(requests=500, model="large"), used(charge="idle")]
    total = explained([OLD], after).total
    assert set(total.effects) == {"mix between models", "other charges"}
    assert sum(total.effects.values()) == pytest.approx(total.total)


def test_currency_is_the_move_of_the_rate() -> None:
    total = explained([OLD], [OLD], rate_before=Decimal("0.90"), rate_after=Decimal("0.95")).total
    assert total.effects == {"currency": OLD.effective_cost * Decimal("0.05")}
    assert total.total == OLD.effective_cost * Decimal("0.05")


def test_effects_sum_to_the_total_in_every_view() -> None:
    draw = random.Random(3)

    def many() -> list[UsageAggregate]:
        return [
            used(
                task=draw.choice(["triage", "search", None]),
                model=draw.choice(["small", "large"]),
                requests=draw.choice([0, 10, 500]),
                prompt=draw.randrange(1, 5_000),
                output=draw.randrange(1, 900),
                read=draw.random(),
                level=str(draw.randrange(1, 200) / 100),
                failover=draw.random() < 0.2,
                tier=draw.choice([None, "batch"]),
                size=draw.choice(["up to 1k", "up to 8k"]),
                charge=draw.choice(["usage"] * 9 + ["credit"]),
            )
            for _ in range(40)
        ]

    seen: set[str] = set()
    for _ in range(20):
        before, after = many(), many()
        found = explained(before, after, rate_after=Decimal("1.1"))
        for change in (found.total, *found.task_classes.values(), *found.providers.values()):
            assert sum(change.effects.values()) == change.total
            assert list(change.effects) == [name for name in EFFECTS if name in change.effects]
        parts = sum((change.total for change in found.task_classes.values()), Decimal(0))
        assert parts == found.total.total
        cost = sum(each.effective_cost for each in after) * Decimal("1.1")
        assert found.total.after == cost
        seen |= found.total.effects.keys()
    assert seen == set(EFFECTS), "each effect occurs"


def test_a_class_without_requests_is_said_to_be_not_separable() -> None:
    before = UsageAggregate(day=date(2026, 10, 1), task_class="bill", effective_cost=Decimal(5))
    after = UsageAggregate(day=date(2026, 11, 1), task_class="bill", effective_cost=Decimal(8))
    found = explained([before], [after])
    assert found.not_separable == ("bill",)
    assert found.total.effects == {"volume": Decimal(3)}
