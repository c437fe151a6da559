"""Histories of outages: from exports to figures to components."""

import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import exp, inf, lgamma, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.catalog.facts import Exposure
from multillm_gov.errors import SourceError, UsageError
from multillm_gov.evidence.importing import incident_formats, read_export
from multillm_gov.evidence.incident import Incident, IncidentFile, PlacedIncidents
from multillm_gov.location import Place
from multillm_gov.measures.intervals import gamma_interval, gamma_quantile
from multillm_gov.portfolio.risk import Failure, Risk
from multillm_gov.risk.system import priors
from multillm_gov.risk.system.failure_rates import FailureRates
from multillm_gov.risk.system.incident_figures import incident_figures, measured_services, merged
from multillm_gov.units import Share

DAY = datetime(2025, 1, 1, tzinfo=UTC)


def incident(start: float, end: float, weight: str = "1", title: str = "") -> Incident:
    """Hours after the start of 2025."""
    return Incident(
        start=DAY + timedelta(hours=start),
        end=DAY + timedelta(hours=end),
        weight=Share(weight),
        title=title,
    )


def history(
    *incidents: Incident, days: int = 10, entity: str = "openai", first: int = 0
) -> IncidentFile:
    day = DAY.date() + timedelta(days=first)
    return IncidentFile(
        level="provider",
        entity=entity,
        first_day=day,
        last_day=day + timedelta(days=days - 1),
        incidents=incidents,
    )


def test_the_recomputation_of_the_method():
    """OpenAI API: 6,501 partial and 1,390 major minutes in 1,298 days are 3,340.3 weighted minutes:
    99.821%."""
    partial, major = incident(0, 6_501 / 60, "0.3"), incident(1_000, 1_000 + 1_390 / 60)
    figures = incident_figures([history(partial, major, days=1_298)])
    assert figures is not None
    assert figures.unavailability * 1_298 * 1_440 == pytest.approx(3_340.3, abs=1e-6)
    assert f"{1 - figures.unavailability:.3%}" == "99.821%"
    assert (figures.days, figures.sample_size) == (1_298, 2)
    assert figures.events_per_year == pytest.approx(2 * 365 / 1_298)
    assert figures.mean_hours == pytest.approx((6_501 + 1_390) / 120)


def test_overlapping_incidents_are_one_outage_and_the_worst_counts():
    """0-2 h whole, 1-4 h by .3: 2 h whole and 2 h by .3."""
    (outage,) = merged([incident(1, 4, "0.3"), incident(0, 2, "1", "first")])
    assert (outage.hours, outage.title) == (4.0, "first")
    assert outage.weighted_hours == pytest.approx(2.6)
    assert [one.hours for one in merged([incident(5, 6), incident(0, 1), incident(1, 2)])] == [
        2.0,
        1.0,
    ]
    assert merged([incident(0, 1, "0"), incident(2, 2)]) == ()


spans = st.lists(
    st.tuples(st.integers(0, 500), st.integers(0, 60), st.sampled_from(["0", "0.3", "0.5", "1"])),
    max_size=12,
)


@given(spans)
def test_merging_keeps_the_weighted_time_of_a_minute_by_minute_count(drawn):
    incidents = [
        incident(start / 60, (start + length) / 60, weight) for start, length, weight in drawn
    ]
    minutes = [
        max(
            (float(w) for start, length, w in drawn if start <= minute < start + length),
            default=0.0,
        )
        for minute in range(600)
    ]
    outages = merged(incidents)
    assert sum(one.weighted_hours for one in outages) * 60 == pytest.approx(sum(minutes))
    assert all(a.end < b.start for a, b in pairwise(outages))
    again = merged(Incident(start=one.start, end=one.end) for one in outages)
    assert [(one.start, one.end) for one in again] == [(one.start, one.end) for one in outages]


def test_the_lognormal_fit_is_the_mean_and_deviation_of_logarithms():
    figures = incident_figures([history(incident(0, 1), incident(10, 10 + exp(2)))])
    assert figures is not None
    assert (figures.mu, figures.sigma) == pytest.approx((1.0, 1.0))
    one = incident_figures([history(incident(0, 1))])
    assert one is not None
    assert (one.mu, one.sigma) == (None, None)


def test_histories_add_up_and_a_day_in_two_counts_once():
    first, second = (
        history(incident(0, 1), incident(30, 31)),
        history(incident(30, 32), first=1, days=20),
    )
    figures = incident_figures([first, second])
    assert figures is not None
    assert (figures.days, figures.sample_size) == (21, 2)
    assert figures.unavailability == pytest.approx(3 / (21 * 24))


def test_what_lies_outside_the_time_watched_does_not_count():
    figures = incident_figures([history(incident(-5, 1), incident(240, 300), days=10)])
    assert figures is not None
    assert (figures.sample_size, figures.mean_hours) == (1, 1.0)
    later = incident_figures([history(incident(0, 1), incident(100, 200))], as_of=date(2025, 1, 2))
    assert later is not None
    assert (later.days, later.sample_size) == (2, 1)
    assert incident_figures([history(incident(0, 1))], as_of=date(2024, 12, 31)) is None
    assert incident_figures(
        [IncidentFile(level="cloud", entity="x", first_day=date.max, last_day=date.max)]
    )


@pytest.mark.parametrize("count", [1, 3, 10, 100])
def test_the_interval_of_equal_amounts_is_the_exact_poisson_one(count):
    """By its definition: that many or more at the lower end, that many or fewer at the upper one,
    have 2.5%."""

    def at_most(number: int, mean: float) -> float:
        return sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(number + 1))

    low, high = gamma_interval([1.0] * count)
    assert 1 - at_most(count - 1, low) == pytest.approx(0.025, rel=1e-9)
    assert at_most(count, high) == pytest.approx(0.025, rel=1e-9)
    assert gamma_interval([2.5] * count) == pytest.approx((2.5 * low, 2.5 * high))


def test_the_interval_refuses_what_it_cannot_tell():
    assert gamma_interval([]) == (0.0, inf)
    with pytest.raises(ValueError, match="above 0"):
        gamma_interval([1.0, 0.0])
    with pytest.raises(ValueError, match="confidence"):
        gamma_interval([1.0], 1.0)
    with pytest.raises(ValueError, match="quantile"):
        gamma_quantile(0.5, 0, 1)


@given(st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=30))
def test_the_interval_holds_what_was_seen(weights):
    low, high = gamma_interval(weights)
    assert 0 <= low < sum(weights) < high


def test_measured_figures_take_the_place_of_priors_and_declared_ones_that_of_both():
    placed = (
        PlacedIncidents(
            history=history(incident(0, 3), incident(50, 54)), place=Place("incidents/o.yaml")
        ),
    )
    exposure = Exposure(model="m", vendor="openai", provider="openai")
    measured = FailureRates(Risk(), placed, date(2025, 6, 1)).provider(exposure)
    assert measured.unavailability == pytest.approx(7 / 240)
    assert (measured.origin, measured.sample_size, measured.mean_hours) == ("measured", 2, 3.5)
    assert measured.note == "measured: 2 outages in 10 days"
    risk = Risk(providers={"openai": Failure(unavailability=Share("0.5"))})
    declared = FailureRates(risk, placed, date(2025, 6, 1)).provider(exposure)
    assert (declared.unavailability, declared.origin, declared.mean_hours) == (0.5, "declared", 3.5)
    before = FailureRates(Risk(), placed, date(2024, 6, 1)).provider(exposure)
    assert (before.unavailability, before.origin) == (priors.FIRST_PARTY_UNAVAILABILITY, "assumed")


def test_a_time_without_outage_leaves_the_prior():
    placed = PlacedIncidents(history=history(days=30), place=Place("incidents/o.yaml"))
    assert measured_services([placed], date(2025, 6, 1)) == {}


def test_formats_are_found_by_presence():
    assert set(incident_formats()) >= {"csv", "statuspage"}
    with pytest.raises(UsageError, match="no format `pdf`"):
        read_export(b"", "pdf")


def table(text: str) -> tuple[Incident, ...]:
    return read_export(text.encode(), "csv").incidents


def test_tables_are_read_row_by_row():
    found = table(
        "title,start,end,weight,more\nA,2025-01-01T00:00:00Z,2025-01-01T02:00:00+01:00,0.3,x\n\n"
        '"B\x1b[31m\n two",2025-01-02T00:00Z,2025-01-02T00:30Z,,\n'
    )
    assert [(one.title, one.weight, one.end - one.start) for one in found] == [
        ("A", Share("0.3"), timedelta(hours=1)),
        ("B [31m two", Share("1"), timedelta(minutes=30)),
    ]
    assert table("\ufeffstart,end\n2025-01-01T00:00:00Z,2025-01-01T02:00:00Z\n")[0].weight == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("begin,end\n", "row 1 names no column `start`"),
        ("", "row 1 names no column `start`"),
        ("start,end\n2025-01-01T00:00:00Z,soon\n", "row 2, column `end`: 'soon' is not a time"),
        (
            "start,end\n2025-01-01T00:00:00,2025-01-01T00:00:00Z\n",
            "row 2, column `start`: .* has no time zone",
        ),
        (
            "start,end\n2025-01-02T00:00:00Z,2025-01-01T00:00:00Z\n",
            "row 2, column `end`: .* is before `start`",
        ),
        (
            "start,end,weight\n2025-01-01T00:00:00Z,2025-01-02T00:00:00Z,2\n",
            "row 2, column `weight`: '2' is not a number",
        ),
        (
            "start,end,weight\n2025-01-01T00:00:00Z,2025-01-02T00:00:00Z,nan\n",
            "row 2, column `weight`",
        ),
        ("start,end\n2025-01-01T00:00:00Z,2025-01-02T00:00:00Z,1\n", "row 2 has more columns"),
        ('start,end\n"2025', "row 1: unexpected end of data"),
    ],
)
def test_faults_of_tables_name_row_and_column(text, told):
    with pytest.raises(SourceError, match=told):
        table(text)


def test_a_table_that_is_no_text_is_told():
    with pytest.raises(SourceError, match="byte 6 is not UTF-8"):
        read_export(b"start,\xff", "csv")


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_times_no_service_has_seen_are_refused(year):
    with pytest.raises(SourceError, match=f"lasts from {year}"):
        table(f"start,end\n{year}-01-01T00:00:00+14:00,9999-12-31T23:59:59-12:00\n")


def page(*incidents: dict) -> bytes:
    return json.dumps(
        {"page": {"id": "x", "name": "Service"}, "incidents": list(incidents)}
    ).encode()


def reported(impact: str, hours: int = 1, **more: object) -> dict:
    return {
        "id": "a",
        "name": "Elevated errors",
        "status": "resolved",
        "impact": impact,
        "created_at": "2025-03-01T10:00:00.000Z",
        "started_at": "2025-03-01T10:00:00.000Z",
        "resolved_at": f"2025-03-01T{10 + hours}:00:00.000-00:00",
        **more,
    }


def weights(data: bytes, *components: str) -> list[tuple[float, float]]:
    """Hours and weight of each stretch."""
    found = read_export(data, "statuspage", frozenset(components)).incidents
    return [((one.end - one.start) / timedelta(hours=1), float(one.weight)) for one in found]


def test_status_pages_count_by_impact_where_components_are_not_told():
    data = page(
        reported("none"),
        reported("minor"),
        reported("major"),
        reported("critical"),
        reported("maintenance"),
    )
    assert weights(data) == [(1, 0.3), (1, 1.0), (1, 1.0)]


def affected(hour: int, **statuses: str) -> dict:
    return {
        "created_at": f"2025-03-01T{hour}:00:00Z",
        "affected_components": [
            {"name": name, "new_status": status} for name, status in statuses.items()
        ],
    }


def test_status_pages_count_by_component_where_it_is_told():
    """Partial from the start, whole from 11, API back at 12 while the app is still whole away, all
    back at 14."""
    updates = [
        affected(14, API="operational", App="operational"),
        affected(10, API="partial_outage", App="degraded_performance"),
        affected(12, API="operational"),
        affected(11, API="major_outage", App="major_outage"),
        {"created_at": "2025-03-01T13:00:00Z", "affected_components": None},
    ]
    data = page(reported("minor", hours=5, incident_updates=updates))
    assert weights(data) == [(1, 0.3), (1, 1.0), (2, 1.0)]
    assert weights(data, "API") == [(1, 0.3), (1, 1.0)]
    assert weights(data, "Other") == []


def test_incidents_of_other_components_do_not_count_and_those_of_none_do():
    data = page(reported("major", components=[{"name": "App"}]), reported("major"))
    assert weights(data, "API") == [(1, 1.0)]
    assert weights(data) == [(1, 1.0), (1, 1.0)]


def test_open_incidents_are_left_out_and_told():
    export = read_export(page(reported("major", resolved_at=None)), "statuspage")
    assert (export.incidents, export.left_out) == (
        (),
        ("still open on 2025-03-01: Elevated errors",),
    )


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"<html>", "statuspage"),
        (b"[]", "Expected `object`"),
        (b'{"incidents": [{"created_at": "yesterday"}]}', r"incidents\[0\].created_at"),
        (b'{"incidents": [], "x": ' + b"[" * 100_000, "nested too deeply|truncated|malformed"),
    ],
)
def test_faults_of_status_pages_name_the_field(data, told):
    with pytest.raises(SourceError, match=told):
        read_export(data, "statuspage")


def test_mean_of_a_lognormal_that_was_fitted():
    """A sample drawn at quantiles comes back: mu and sigma of OpenAI's incidents (method 3.1)."""
    from statistics import NormalDist

    mu, sigma, count = 0.2654, 1.1891, 329
    normal = NormalDist(mu, sigma)
    lengths = [exp(normal.inv_cdf((step + 0.5) / count)) for step in range(count)]
    start, incidents = 0.0, []
    for length in lengths:
        incidents.append(incident(start, start + length))
        start += length + 10
    figures = incident_figures([history(*incidents, days=400)])
    assert figures is not None
    assert figures.sample_size == count
    assert figures.mu == pytest.approx(mu, abs=1e-3)
    assert figures.sigma == pytest.approx(sigma, rel=5e-3)
    assert log(figures.mean_hours) == pytest.approx(mu + sigma**2 / 2, rel=0.05)
