"""Planted faults of each kind are named, with amounts that sum to the difference."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from multillm_gov.catalog.pricing.price import Price, UnitPrices
from multillm_gov.measures.consumption.reconciled_side import side_of
from multillm_gov.measures.consumption.reconciling import best_offset, reconcile
from multillm_gov.measures.consumption.repricing import list_cost, mistaken_costs, tokens_of
from multillm_gov.usage.aggregate import UsageAggregate

PRICE = Price(
    standard=UnitPrices(
        input=Decimal("3e-6"), output=Decimal("15e-6"), cache_read=Decimal("3e-7"),
        cache_write=Decimal("375e-8"),
    ),
    services={"batch": UnitPrices(input=Decimal("15e-7"), output=Decimal("75e-7"),
                                  cache_read=Decimal("15e-8"), cache_write=Decimal("1875e-9"))},
)  # fmt: skip
FIRST = date(2026, 11, 2)


def day(number: int, *, scale: float = 1.0, **changed: object) -> UsageAggregate:
    """A day of traffic, the mix moving from day to day; money is at list prices unless given."""
    values: dict = {
        "requests": round((1_000 + 37 * number) * scale),
        "input_tokens_with_cache": round((4_000_000 + 90_000 * number) * scale),
        "cache_read_tokens": round((2_000_000 + 210_000 * (number % 3)) * scale),
        "cache_write_tokens": round((300_000 + 11_000 * number) * scale),
        "output_tokens": round((500_000 + 23_000 * (number % 4)) * scale),
        **changed,
    }
    bare = UsageAggregate(day=FIRST + timedelta(days=number), model="m", provider="p",
                          currency="USD", **values)  # fmt: skip
    if "effective_cost" in values:
        return bare
    money = list_cost(tokens_of(bare), PRICE, bare.service_tier)
    return UsageAggregate(day=bare.day, model="m", provider="p", currency="USD",
                          effective_cost=money, **values)  # fmt: skip


def sides(log, bill):
    return side_of(log, lambda _: PRICE), side_of(bill, lambda _: PRICE)


def explained(log, bill, **options):
    found = reconcile(*sides(log, bill), **options)
    assert sum((part.amount for part in found.parts), Decimal(0)) == found.difference
    return found, {part.cause: part for part in found.parts}


def paid(aggregate: UsageAggregate, money: Decimal) -> UsageAggregate:
    import msgspec

    return msgspec.structs.replace(aggregate, effective_cost=money)


DAYS = range(10)
WHOLE = [day(number) for number in DAYS]


def test_equal_sides_differ_by_nothing() -> None:
    found, parts = explained(WHOLE, WHOLE)
    assert found.difference == 0
    assert list(parts) == ["unexplained"]


def test_missing_requests() -> None:
    found, parts = explained([day(number, scale=0.9) for number in DAYS], WHOLE)
    share = float(parts["missing requests"].amount / found.difference)
    assert share == pytest.approx(1, abs=0.01)
    assert parts["unexplained"].amount == pytest.approx(0, abs=0.01)


def test_missing_requests_where_the_bill_counts_none() -> None:
    bill = [day(number, requests=None) for number in DAYS]
    found, parts = explained([day(number, scale=0.9) for number in DAYS], bill)
    assert float(parts["missing requests"].amount / found.difference) == pytest.approx(1, abs=0.01)
    assert "estimated from output" in parts["missing requests"].detail


@pytest.mark.parametrize(
    ("lost", "shown"),
    [
        ({"cache_read_tokens"}, "cache read +"),
        ({"cache_write_tokens"}, "cache write +"),
        ({"output_tokens"}, "output +"),
        ({"cache_read_tokens", "cache_write_tokens"}, "cache read +"),
    ],
)
def test_missing_token_kinds(lost: set[str], shown: str) -> None:
    log = []
    for number, each in enumerate(WHOLE):
        cached = sum(getattr(each, name) for name in lost - {"output_tokens"})
        changed = dict.fromkeys(lost, 0)
        changed["input_tokens_with_cache"] = each.input_tokens_with_cache - cached
        log.append(day(number, **changed))
    found, parts = explained(log, WHOLE)
    assert parts["missing token kinds"].amount == found.difference > 0
    assert parts["missing token kinds"].detail.startswith(shown)
    assert set(parts) == {"missing token kinds", "unexplained"}


@pytest.mark.parametrize(
    "mistake",
    [
        "cache reads at the full input price",
        "cache reads for nothing",
        "cache writes at the input price",
        "cache writes for nothing",
        "cache tokens charged twice",
    ],
)
def test_a_wrong_formula_is_named(mistake: str) -> None:
    log = [paid(each, mistaken_costs(tokens_of(each), PRICE)[mistake]) for each in WHOLE]
    found, parts = explained(log, WHOLE)
    assert parts["formula"].amount == found.difference
    assert mistake in parts["formula"].detail
    assert parts["unexplained"].amount == 0


def test_an_old_price_list() -> None:
    log = [paid(each, each.effective_cost * Decimal("0.8")) for each in WHOLE]
    found, parts = explained(log, WHOLE)
    assert parts["price list"].amount == found.difference
    assert "80.0%" in parts["price list"].detail


def test_a_tier() -> None:
    bill = [day(number, service_tier="batch") for number in DAYS]
    found, parts = explained(WHOLE, bill)
    assert parts["tier"].amount == found.difference < 0
    assert parts["unexplained"].amount == 0


@pytest.mark.parametrize("says_so", [True, False])
def test_a_discount(says_so: bool) -> None:
    import msgspec

    bill = [
        msgspec.structs.replace(each, effective_cost=each.effective_cost * Decimal("0.85"),
                                list_cost=each.effective_cost if says_so else None)
        for each in WHOLE
    ]  # fmt: skip
    found, parts = explained(WHOLE, bill)
    assert parts["discount"].amount == found.difference
    assert "15.0%" in parts["discount"].detail
    assert ("bill itself" in parts["discount"].detail) is says_so


def test_a_currency() -> None:
    found, parts = explained(WHOLE, WHOLE, rate=Decimal("0.9"), currencies=("USD", "EUR"))
    assert parts["currency"].amount == found.difference < 0


def test_a_time_zone_is_found_and_valued() -> None:
    hours = {}
    for number in range(12):
        for hour in range(24):
            amount = Decimal(100 + 40 * (number % 5) + 9 * hour)
            hours[(FIRST.toordinal() - date(1970, 1, 1).toordinal() + number) * 24 + hour] = amount
    first = FIRST.toordinal() - date(1970, 1, 1).toordinal()
    daily = {
        FIRST + timedelta(days=n): sum(
            hours.get((first + n) * 24 + 8 + hour, Decimal(0)) for hour in range(24)
        )
        for n in range(1, 11)
    }
    assert best_offset(hours, daily) == 8
    utc = {
        FIRST + timedelta(days=n): sum(hours[(first + n) * 24 + hour] for hour in range(24))
        for n in range(1, 11)
    }
    assert best_offset(hours, utc) == 0
    money = sum(each.effective_cost for each in WHOLE)
    found, parts = explained(WHOLE, WHOLE, unshifted=money - 7, offset_hours=8)
    assert parts["time zone"].amount == found.difference == 7


def test_several_faults_at_once_still_sum() -> None:
    log = [paid(day(n, scale=0.95), day(n, scale=0.95).effective_cost * Decimal("0.8"))
           for n in DAYS]  # fmt: skip
    bill = [paid(each, each.effective_cost * Decimal("0.9")) for each in WHOLE]
    _, parts = explained(log, bill)
    assert set(parts) >= {"missing requests", "price list", "discount"}
    assert abs(parts["unexplained"].amount) < 1


def test_what_no_figure_shows_is_unexplained() -> None:
    bill = [paid(each, each.effective_cost + n * n) for n, each in enumerate(WHOLE)]
    found, parts = explained(WHOLE, bill)
    assert list(parts) == ["unexplained"]
    assert parts["unexplained"].amount == found.difference == sum(n * n for n in DAYS)
    found = reconcile(side_of(WHOLE, lambda _: None), side_of(bill, lambda _: None))
    assert found.parts[-1].detail == "no list price is known of m"
