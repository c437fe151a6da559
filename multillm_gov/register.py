"""The register of limits and the records of decisions, as data for any report and format."""

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from multillm_gov.content import Status
from multillm_gov.finding import Figure

Judgment = Literal["within", "warning", "outside", "not judged"]
"""Against a limit; "not judged" is a judgment of its own and never "within"."""
STATUS_OF: dict[Judgment, Status] = {
    "within": "good",
    "warning": "watch",
    "outside": "bad",
    "not judged": "neutral",
}
Period = Literal["", "month", "quarter", "year"]
LimitUnit = Literal["share", "money", "number", "days", "count", "points"]
Amount = Decimal | float


class LimitRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One limit with a number: what it is of, where it stands, who set it."""

    id: str
    """``largest-vendor-of-spend``; ``policy:NAME:PARAMETER`` of a policy; ``rule:GOV503:PARAMETER``
    of a rule that applies without one."""
    key: str
    """Where it is written: ``appetite.max_vendor_share_of_spend``; empty: fixed by the tool."""
    words: str
    """What is limited, in English."""
    unit: LimitUnit
    """``share``: 0..1; ``money``: in the portfolio's currency; ``number``: an effective number."""
    period: Period = ""
    """Of an amount of money."""
    direction: Literal["at most", "at least"]
    limit: Amount | None
    """``None``: none is set, so nothing is judged."""
    warn_at: Amount | None = None
    """The early warning, in the limit's unit: declared, or a tenth of the limit before it."""
    value: Amount | None
    """The worse end where a part is not known; ``None``: not known."""
    best: Amount | None = None
    """The better end, where a part is not known."""
    subject: tuple[str, str] = ("", "")
    """What stands behind the figure: ``("vendor", "openai")``, ``("model", NAME)``."""
    judgment: Judgment
    reason: str = ""
    """Why it is not judged, or only in part."""
    facts: dict[str, Figure] = {}
    """Figures beside the value: what is declared, usable, proved, not known."""
    owner: str = ""
    set_by: str = ""
    set_on: date | None = None
    shipped: bool = False
    """Whether it is what the tool ships, with nobody on record as having adopted it."""
    value_before: Amount | None = None
    limit_before: Amount | None = None
    """Of the state compared with, where the limit moved."""
    judgment_before: Judgment | None = None
    """Of the state compared with, by its own limit; ``None``: nothing is compared."""

    @property
    def status(self) -> Status:
        """The judgment as formats draw it."""
        return STATUS_OF[self.judgment]

    @property
    def headroom(self) -> float | None:
        """What is left to the limit, in its unit: negative where exceeded; ``None``: not judged."""
        if self.limit is None or self.value is None or self.judgment == "not judged":
            return None
        left = float(self.limit) - float(self.value)
        return left if self.direction == "at most" else -left

    @property
    def of_board(self) -> bool:
        """Whether the board set it or answers for it; not what rules judge without a policy."""
        return not self.id.startswith("rule:")

    @property
    def loosened(self) -> bool:
        """Whether the limit was moved so that it allows more than before."""
        if self.limit_before is None or self.limit is None:
            return False
        moved = float(self.limit) - float(self.limit_before)
        return moved > 0 if self.direction == "at most" else moved < 0


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What an option does to one limit."""

    limit: str
    """Id of the limit."""
    before: Amount | None
    after: Amount | None
    judgment: Judgment
    """After it."""


class DecisionOption(msgspec.Struct, frozen=True, kw_only=True):
    """One way to settle a matter; what is not computed is ``None``, never 0."""

    words: str
    cost_per_month: Decimal | None
    """Added to the forecast; negative: saved."""
    effects: tuple[Effect, ...] = ()
    """On the limits that it moves."""
    expected_loss: float | None = None
    """Change of the value lost in a mean year."""
    acceptance: bool = False
    """Whether it accepts the excess until a day instead of ending it."""


class DecisionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One matter for the board: why now, options, what is recommended, by whom and when."""

    id: str
    """The cause, which stays the same from pack to pack: ``retired-models``."""
    title: str
    why: str
    options: tuple[DecisionOption, ...]
    recommended: int | None
    """Position in ``options``; ``None``: the figures recommend none."""
    owner: str = ""
    """Empty: a line to fill in."""
    due: date | None = None
    nothing: str = ""
    """What happens if nothing is decided."""
    limits: tuple[str, ...] = ()
    """Ids of the limits outside that it covers."""
    money: Decimal = Decimal(0)
    """At stake a month, by which decisions are ordered."""


class ManagementMatter(msgspec.Struct, frozen=True, kw_only=True):
    """Open errors of one rule that need no decision of the board, with an owner and a day."""

    title: str
    subjects: tuple[str, ...]
    owner: str = ""
    due: date | None = None
    count: int = 1
