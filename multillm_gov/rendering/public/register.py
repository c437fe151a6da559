"""The public shape of the register of limits and of the decisions of a board pack."""

from typing import Literal

from msgspec import Struct

from multillm_gov.rendering.public.findings import Day


class PublicLimit(Struct, frozen=True, kw_only=True):
    """One limit of the register; numbers in ``unit``, amounts of money exact as strings.

    ``share`` is 0..1, ``money`` is in the report's currency for the ``period``. ``value`` is the
    worse end where ``best`` is the better one, null where it is not known. ``headroom`` is what is
    left, negative where exceeded, null where not judged.
    """

    id: str
    key: str
    words: str
    unit: Literal["share", "money", "number", "days", "count", "points"]
    period: Literal["", "month", "year"]
    direction: Literal["at most", "at least"]
    limit: str | float | None
    warn_at: str | float | None
    value: str | float | None
    best: str | float | None
    subject: tuple[str, str]
    judgment: Literal["within", "warning", "outside", "not judged"]
    reason: str
    headroom: float | None
    owner: str
    set_by: str
    set_on: Day | None
    shipped: bool
    value_before: str | float | None
    limit_before: str | float | None
    judgment_before: Literal["within", "warning", "outside", "not judged"] | None


class PublicEffect(Struct, frozen=True, kw_only=True):
    """What an option does to one limit; ``judgment`` is after it."""

    limit: str
    before: str | float | None
    after: str | float | None
    judgment: Literal["within", "warning", "outside", "not judged"]


class PublicOption(Struct, frozen=True, kw_only=True):
    """One way to settle a matter; null: not computed."""

    words: str
    cost_per_month: str | None
    effects: list[PublicEffect]
    expected_loss: float | None
    acceptance: bool


class PublicDecision(Struct, frozen=True, kw_only=True):
    """A matter for the board; ``recommended`` is a position in ``options`` or null."""

    id: str
    title: str
    why: str
    options: list[PublicOption]
    recommended: int | None
    owner: str
    due: Day | None
    nothing: str
    limits: list[str]


class PublicMatter(Struct, frozen=True, kw_only=True):
    """Open errors for management; an empty owner and a null day are not known."""

    title: str
    subjects: list[str]
    owner: str
    due: Day | None
    count: int
