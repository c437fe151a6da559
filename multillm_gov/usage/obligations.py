"""What no token feed shows: seats, commitments, capacity held, and outcomes reached."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from multillm_gov.units import Amount, Positive, Share

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Days = Annotated[int, Meta(ge=0, le=3_650)]


class Subscription(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Seats at a fixed price: beside metered spend, never in a unit cost."""

    name: Annotated[Name, Meta(description="What is subscribed to")]
    provider: Annotated[Name, Meta(description="Who bills it")]
    seats: Annotated[int, Meta(ge=1, le=10_000_000, description="Seats paid for")]
    monthly_per_seat: Annotated[
        Amount, Meta(description="Price of a seat a month, in the portfolio's currency")
    ]
    starts: Annotated[date, Meta(description="First day paid for")]
    ends: Annotated[date | None, Meta(description="Last day of the term; none: it goes on")] = None
    notice_days: Annotated[
        Days | None, Meta(description="Days before the end by which it must be cancelled")
    ] = None
    owner: Annotated[Name | None, Meta(description="Team that pays")] = None

    def __post_init__(self) -> None:
        """Refuse a term that ends before it starts."""
        _refuse_backwards(self.starts, self.ends)


class Commitment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Money owed whether it is used or not; the idle part is shown beside metered spend."""

    name: Annotated[Name, Meta(description="What is committed to")]
    provider: Annotated[Name, Meta(description="Who bills it")]
    kind: Annotated[
        Literal["spend", "throughput", "self-hosted"],
        Meta(
            description="`spend`: metered spend counts toward it; `throughput` and `self-hosted`: "
            "capacity is held at a fixed price"
        ),
    ]
    monthly: Annotated[Amount, Meta(description="Owed each month, in the portfolio's currency")]
    tokens_per_month: Annotated[
        Positive | None,
        Meta(description="Million tokens a month the capacity serves, of `throughput` and "
             "`self-hosted`"),
    ] = None  # fmt: skip
    models: Annotated[
        tuple[Name, ...], Meta(description="Models it serves; none: all of the provider's")
    ] = ()
    starts: Annotated[date, Meta(description="First day of the term")]
    ends: Annotated[date | None, Meta(description="Last day of the term")] = None
    notice_days: Annotated[
        Days | None, Meta(description="Days before the end by which it must be cancelled")
    ] = None
    discount: Annotated[
        Share | None, Meta(description="Discount on list prices that it buys (0..1)")
    ] = None

    def __post_init__(self) -> None:
        """Refuse a term that ends before it starts."""
        _refuse_backwards(self.starts, self.ends)


class Outcome(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a task class achieved in a month, as the business counts it."""

    task_class: Annotated[Name, Meta(description="Task class that worked for it")]
    month: Annotated[
        str, Meta(pattern="^[0-9]{4}-(0[1-9]|1[0-2])$", description="Month, as YYYY-MM")
    ]
    name: Annotated[Name, Meta(description="What is counted, such as tickets resolved")]
    count: Annotated[Positive, Meta(description="How many in the month")]


def _refuse_backwards(starts: date, ends: date | None) -> None:
    if ends is not None and ends < starts:
        raise ValueError(f"Expected `ends` on or after `starts`, got {ends} and {starts}")
