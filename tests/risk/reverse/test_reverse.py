"""The smallest shock that breaks each limit, worked out by hand and shown by running the stress on
both sides."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multillm_gov.risk.reverse.breaking_point import (
    BreakingPoint,
    breaks_at,
    is_broken,
    shocks_of,
    tolerated_loss,
)
from multillm_gov.risk.reverse.reverse_stress import reverse
from multillm_gov.risk.stress.stress import stress
from portfolios import ACME_ALLOCATION

EPSILON = Decimal("1e-6")


def answers(context) -> dict[tuple[str, str, str], BreakingPoint]:
    """By question, limit and entity."""
    return {
        (one.question, one.limit, one.entities[0][1] if one.entities else ""): one
        for one in reverse(context)
        if one.question != "loss of all"
    }


def shown(context, breaking: BreakingPoint) -> None:
    """The forward stress breaks the limit just above the size, and nothing up to it does."""
    assert breaking.size is not None
    if breaking.question == "loss of all":
        return
    above, below = breaking.size * (1 + EPSILON) + EPSILON, breaking.size * (1 - EPSILON)
    assert breaks_at(context, breaking, above), breaking
    if below > (1 if breaking.question in {"price rise", "demand growth"} else 0):
        assert not breaks_at(context, breaking, below), breaking


def test_price_rises_by_hand(made) -> None:
    context = made()
    found = answers(context)
    acme = found["price rise", "cap", "acme"]
    assert (acme.verdict, acme.subject, acme.bound) == ("breaks", "articles", 7_000)
    assert acme.size == 1 + Decimal(1_000) / 6_000, (
        "the monthly cap goes before the one on a request, at 1.5"
    )
    assert found["price rise", "ceiling", "acme"].size == 1 + Decimal(2_000) / 6_000
    assert found["price rise", "price shock", "acme"].size == Decimal("1.25")
    beta = found["price rise", "cap", "beta"]
    assert (beta.subject, beta.size) == ("scoring", 1 + Decimal(1_000) / 3_000)
    assert found["price rise", "price shock", "beta"].size == Decimal("1.5")
    gamma = found["price rise", "cap", "gamma"]
    assert (gamma.verdict, gamma.size, gamma.note) == (
        "cannot break",
        None,
        "No task class with a cap pays it.",
    )
    assert found["price rise", "price shock", "gamma"].size == Decimal("2.5")


def test_the_cap_of_a_request_may_break_first(made) -> None:
    context = made(allocation=[("per_request: 0.009", "per_request: 0.0063")])
    found = answers(context)["price rise", "cap", "acme"]
    assert (found.size, found.bound) == (Decimal("1.05"), Decimal("0.0063"))
    shown(context, found)


def test_outages_by_hand(made) -> None:
    """One per cent of 1,401,600 is 14,016; a failover works every other time, so an hour of acme
    costs 50."""
    context = made()
    assert tolerated_loss(context) == 14_016
    found = answers(context)
    assert found["outage", "value", "acme"].size == Decimal(14_016) / 50
    assert found["outage", "value", "beta"].size == Decimal(14_016) / 50
    assert found["outage", "value", "nimbus"].size == Decimal(14_016) / 50
    assert found["outage", "value", "gamma"].size == Decimal(14_016) / 10


def test_growth_by_hand(made) -> None:
    found = answers(made())
    caps = found["demand growth", "cap", ""]
    assert (caps.subject, caps.size) == ("articles", 1 + Decimal(1_000) / 6_000)
    assert found["demand growth", "ceiling", ""].size == Decimal("1.2")
    unlimited = found["demand growth", "rate limit", ""]
    assert (unlimited.verdict, unlimited.note) == (
        "not known",
        "No rate limit is declared for a model in use.",
    )


def test_quality_by_hand(made) -> None:
    found = answers(made())
    assert found["quality drop", "quality floor", "acme/x"].size == Decimal("0.06")
    assert found["quality drop", "quality floor", "beta/y"].size == Decimal("0.05")
    assert ("quality drop", "quality floor", "gamma/z") not in found, "it has no floor"


def test_every_answer_is_shown_by_the_forward_stress(made) -> None:
    context = made()
    tried = [one for one in reverse(context) if one.verdict == "breaks"]
    assert len(tried) > 15
    for one in tried:
        shown(context, one)
    for one in reverse(context):
        if (
            one.verdict == "cannot break"
            and one.entities
            and one.question in {"price rise", "outage"}
        ):
            assert not breaks_at(context, one, Decimal(8_760)), one


ACME, BETA, GAMMA = (f"    exposure: {{family: {letter}," for letter in "xyz")
LIMITED = [
    (ACME, f"    requests_per_minute: 120\n{ACME}"),
    (BETA, f"    requests_per_minute: 300\n{BETA}"),
]


@pytest.mark.parametrize("coverage", ["0", "0.5", "1"])
def test_growth_until_rate_limits_break(made, coverage) -> None:
    """22.83 requests a minute, 4 times that at the busiest: 91.3 of acme's 120 and 91.3 of beta's
    300."""
    context = made(catalog=LIMITED, settings=[("untested: 0.5", f"untested: {coverage}")])
    found = answers(context)["demand growth", "rate limit", ""]
    peak = Decimal(4) * 1_000_000 / 730 / 60
    if coverage == "1":
        both = (120 + 300) / (2 * peak)
        assert found.size == pytest.approx(both, rel=Decimal("1e-8")), (
            "what acme cannot take, beta does"
        )
    else:
        assert found.size == pytest.approx(120 / peak, rel=Decimal("1e-12"))
    shown(context, found)


def test_spend_that_bends_where_a_limit_binds_is_searched(made) -> None:
    """Beyond acme's limit a fallback at half the price answers every other request: the cap breaks
    later than linearly.

    The limit is declared below the mean demand's growth: 25 a minute against 22.83, so it binds at
    +9.5%, and the cap would break at +16.7%.
    """
    context = made(
        catalog=[(ACME, f"    requests_per_minute: 25\n{ACME}")],
        allocation=[("monthly: 4000", "monthly: 40000")],
    )
    found = answers(context)["demand growth", "cap", ""]
    minute = Decimal(1_000_000) / 730 / 60
    full = 25 / minute
    # 6,000 full + .5 * 3,000 (f - full) = 7,000
    assert found.size == pytest.approx((7_000 - 6_000 * full) / 1_500 + full, rel=Decimal("1e-8"))
    assert found.subject == "articles"
    shown(context, found)


def test_rate_limits_that_are_broken_already(made) -> None:
    context = made(catalog=[(GAMMA, f"    requests_per_minute: 50\n{GAMMA}")])
    found = answers(context)["demand growth", "rate limit", ""]
    assert (found.verdict, found.subject) == ("already broken", "filtering")


def test_what_is_broken_already_is_an_answer(made) -> None:
    over = [("monthly: 7000", "monthly: 5000"), ("floor: 0.80", "floor: 0.90")]
    context = made(allocation=over, settings=[("12000", "9000")])
    found = answers(context)
    # The cap on a request still holds, so a rise can break it; the monthly one is named.
    assert found["price rise", "cap", "acme"].size == Decimal("1.5")
    assert found["price rise", "cap", "acme"].note == "Over the cap without any shock: `articles`."
    assert found["price rise", "ceiling", "acme"].verdict == "already broken"
    assert found["price rise", "ceiling", "acme"].figure == 10_000
    assert found["demand growth", "ceiling", ""].verdict == "already broken"
    assert found["demand growth", "cap", ""].subject == "scoring"
    drop = found["quality drop", "quality floor", "acme/x"]
    assert (drop.verdict, drop.figure, drop.bound) == (
        "already broken",
        Decimal("0.86"),
        Decimal("0.90"),
    )
    alone = answers(made(allocation=[*over, (", per_request: 0.009", "")]))[
        "price rise", "cap", "acme"
    ]
    assert (alone.verdict, alone.subject) == ("already broken", "articles")


def test_what_nothing_of_the_kind_breaks_is_an_answer(made) -> None:
    found = answers(made(allocation=[("value_at_stake: 7300}", "value_at_stake: 0}")]))
    assert found["outage", "value", "gamma"].verdict == "cannot break"
    patient = [("risk: {", "risk: {max_outage_loss_share: 1, ")]
    year = answers(made(settings=patient))["outage", "value", "acme"]
    assert (year.verdict, year.note) == ("cannot break", "Not by a whole year of it.")
    assert year.figure == 50 * 8_760
    uncapped = [
        ("spend_cap: {monthly: 4000}", ""),
        ("spend_cap: {monthly: 7000, per_request: 0.009}", ""),
    ]
    free = answers(made(allocation=uncapped))["demand growth", "cap", ""]
    assert (free.verdict, free.note) == (
        "cannot break",
        "No task class has a cap that its demand moves.",
    )


def test_what_is_not_measured_is_not_known(made) -> None:
    found = answers(made(evidence=""))["quality drop", "quality floor", "acme/x"]
    assert (found.verdict, found.subject) == ("not known", "articles")


def test_a_limit_is_not_judged_where_a_cost_is_not_known(made) -> None:
    """An unpriced model neither breaks a cap nor is it safe: price and demand both say so."""
    unpriced = ACME_ALLOCATION.replace("requests: 1000000, input_tokens: 1000", "requests: 1000000")
    found = answers(made(allocation=unpriced))
    for question in (("price rise", "cap", "acme"), ("price rise", "price shock", "acme")):
        assert (found[question].verdict, found[question].size) == ("not known", None)
        assert "cost not known" in found[question].note
    growth = found["demand growth", "cap", ""]
    assert "cost not known" in growth.note


def losses(context) -> dict[str, BreakingPoint]:
    return {one.entities[0][0]: one for one in reverse(context) if one.question == "loss of all"}


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        # 90 days of 24 h: acme 50 USD an hour for a day, then rerouted by hand: 1,200; beta 50
        # (and articles' fallback) 108,000; gamma 21,600.
        ("0.01", {"beta"}),
        ("0.08", {"acme", "beta"}),  # 112,128; both together: 150 an hour, 324,000
        ("0.24", {"acme", "beta", "gamma"}),  # 336,384; all: 160 an hour, 345,600
        ("0.25", None),  # 350,400
    ],
)
def test_smallest_set_by_hand(made, share, expected) -> None:
    context = made(settings=[("risk: {", f"risk: {{max_outage_loss_share: {share}, ")])
    found = losses(context)["vendor"]
    if expected is None:
        assert (found.verdict, found.note) == (
            "cannot break",
            "No 3 of them together. Assumed: rerouted by hand after 24 hours.",
        )
        return
    assert found.verdict == "breaks"
    assert {name for _, name in found.entities} == expected
    assert found.size == 90
    outcome = stress(context, shocks_of(found, found.size))
    assert is_broken(context, "value", outcome)
    assert outcome.value_at_risk == found.figure
    for left_out in found.entities:
        rest = tuple(label for label in found.entities if label != left_out)
        if rest:
            fewer = stress(
                context,
                shocks_of(BreakingPoint(**{**_fields(found), "entities": rest}), found.size),
            )
            assert not is_broken(context, "value", fewer), "a smaller set does not breach"
    assert {level for level, _ in losses(context)["cloud"].entities} == {"cloud"}


def _fields(breaking: BreakingPoint) -> dict[str, object]:
    return {name: getattr(breaking, name) for name in breaking.__struct_fields__}


@given(
    spends=st.tuples(*(st.integers(1, 50) for _ in range(3))),
    caps=st.tuples(*(st.integers(1, 400) for _ in range(2))),
    ceiling=st.integers(1, 1_000),
    coverage=st.sampled_from(["0", "0.3", "1"]),
)
@settings(max_examples=25, deadline=None)
def test_boundaries_hold_on_random_portfolios(made, spends, caps, ceiling, coverage) -> None:
    changes = [
        ("monthly: 7000, per_request: 0.009", f"monthly: {caps[0]}"),
        ("monthly: 4000", f"monthly: {caps[1]}"),
    ]
    changes += [("requests: 1000000", f"requests: {requests * 1000}") for requests in spends]
    rules = [("12000", str(ceiling)), ("untested: 0.5", f"untested: {coverage}")]
    context = made(allocation=changes, settings=rules, catalog=LIMITED)
    for one in reverse(context):
        if one.verdict == "breaks":
            shown(context, one)
        if one.limit == "ceiling":
            assert (one.verdict == "already broken") == (context.figures.spend_per_month > ceiling)


def test_an_empty_portfolio_has_nothing_to_break(made) -> None:
    found = reverse(made(allocation="", evidence=""))
    assert {(one.question, one.verdict) for one in found} == {
        ("demand growth", "cannot break"),
        ("demand growth", "not known"),
    }


def test_many_vendors_are_combined_within_bounds(made) -> None:
    """Seventy vendors of equal value, none of which breaches alone, nor two: three together do."""
    models, tasks = ["models:"], ["owner: growth", "task_classes:"]
    for n in range(70):
        models += [f"  v{n}/m:", "    mode: chat", "    usd_per_million_tokens: {input: 1}"]
        models += [
            (
                f"    exposure: {{family: f{n}, vendor: v{n}, provider: v{n}, cloud: c{n}, "
                f"jurisdiction: US}}"
            )
        ]
        tasks += [f"  task-{n}:", f"    route: [{{model: v{n}/m}}]"]
        tasks += [
            "    cost_of_wrong_model: {value_at_stake: 730}",
            "    demand: {requests: 1000, input_tokens: 10}",
        ]
    # 70 USD an hour in all; 90 days of one vendor are 2,160; the appetite of .8% of a year is
    # 4,905.6.
    changed = [("risk: {", "risk: {max_outage_loss_share: 0.008, ")]
    context = made(
        catalog="\n".join(models), allocation="\n".join(tasks), evidence="", settings=changed
    )
    found = losses(context)["vendor"]
    assert (found.verdict, len(found.entities), found.figure) == ("breaks", 3, 6_480)
    assert found.note == (
        "Among those with most value at stake; others were not combined. "
        "Assumed: rerouted by hand after 24 hours."
    )


def test_a_vendor_that_only_stands_by_counts_once_another_is_lost(made) -> None:
    """Every failover works, so acme alone costs nothing and beta routes nothing: together they stop
    `articles`."""
    context = made(
        allocation=[("route: [{model: beta/y}]", "route: [{model: gamma/z}]")],
        evidence="",
        settings=[
            ("untested: 0.5", "untested: 1"),
            ("risk: {", "risk: {max_outage_loss_share: 0.1, "),
        ],
    )
    found = losses(context)["vendor"]
    assert {name for _, name in found.entities} == {"acme", "beta"}
    assert found.figure == 90 * 24 * 100
