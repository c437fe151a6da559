"""Periods of calendar and fiscal years."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.measures.periods import periods, quarter_of


@pytest.mark.parametrize(
    ("day", "starts", "label", "start", "end"),
    [
        ("2026-11-30", 1, "2026 Q4", "2026-10-01", "2026-12-31"),
        ("2026-11-30", 4, "FY2027 Q3", "2026-10-01", "2026-12-31"),
        ("2027-02-28", 4, "FY2027 Q4", "2027-01-01", "2027-03-31"),
        ("2024-02-29", 12, "FY2024 Q1", "2023-12-01", "2024-02-29"),
        ("2026-01-31", 2, "FY2026 Q4", "2025-11-01", "2026-01-31"),
    ],
)
def test_quarters_of_the_fiscal_year(
    day: str, starts: int, label: str, start: str, end: str
) -> None:
    found = quarter_of(date.fromisoformat(day), starts)
    assert (found.label, found.start.isoformat(), found.end.isoformat()) == (label, start, end)


@given(
    st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    st.integers(0, 3000),
    st.integers(1, 12),
    st.sampled_from(["quarter", "month"]),
)
def test_periods_follow_each_other_and_hold_both_ends(
    first: date, days: int, starts: int, every: str
) -> None:
    last = first + timedelta(days=days)
    found = list(periods(first, last, every, starts))  # type: ignore[arg-type]
    assert found[0].start <= first <= found[0].end
    assert found[-1].start <= last <= found[-1].end
    assert len({period.label for period in found}) == len(found)
    for one, following in pairwise(found):
        assert one.end + timedelta(days=1) == following.start
