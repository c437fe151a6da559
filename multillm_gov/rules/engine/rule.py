"""What a rule is, and what it is given to judge."""

from collections.abc import Callable, Container, Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.documents.document import Document
from multillm_gov.documents.editing import Edit
from multillm_gov.finding import Finding, Flaw, Severity, Violation
from multillm_gov.location import Place, Pointer
from multillm_gov.measures.figures import FallbackFigures, LegFigures, TaskFigures
from multillm_gov.portfolio.policy import Tighter
from multillm_gov.register import Amount, LimitUnit, Period
from multillm_gov.rules.approval_commits import Introductions
from multillm_gov.rules.engine.approvals import Contents
from multillm_gov.rules.engine.ignoring import IgnoreOutcome
from multillm_gov.rules.engine.waivers import WaiverOutcome
from multillm_gov.state.state import State
from multillm_gov.units import format_money

RuleScope = Literal["files", "portfolio", "task classes", "waivers"]
"""What a rule judges, which decides how it runs without a policy (see `planning`)."""


class Use(Struct, frozen=True):
    """One place where a task class names a model."""

    task: TaskFigures
    part: LegFigures | FallbackFigures
    place: Place

    @property
    def role(self) -> str:
        """``route`` or ``fallback``."""
        return "route" if isinstance(self.part, LegFigures) else "fallback"


class RuleContext(Struct, frozen=True, kw_only=True):
    """Everything a rule may look at: the state, and on whose behalf it is judged."""

    state: State
    tasks: tuple[TaskFigures, ...]
    """Only the task classes in the policy's scope."""
    models: dict[str, ModelFacts | None]
    """Every model that ``tasks`` name, with its facts; saves most rules a walk over ``tasks``."""
    flaws: tuple[Flaw, ...]
    """Those of the state, and those of policies that cannot be enforced."""
    base: State | None = None
    """The state it is compared with; without it, rules about changes find nothing."""
    policy: str = ""
    """Name of the policy that is enforced; empty for a rule that applies without one."""
    approvers: tuple[str, ...] = ()
    """Who alone may approve, as that policy says."""
    policy_place: Place | None = None
    """Where that policy is written, so that a finding can point at its limit."""
    waivers: tuple[WaiverOutcome, ...] = ()
    """What became of each waiver; only for rules about waivers, which are judged last."""
    ignores: tuple[IgnoreOutcome, ...] = ()
    """What became of each comment that asks to ignore a finding; likewise."""
    contents: Contents
    """The digests that approvals are bound to."""
    introductions: Introductions | None = None
    """Reads from git which commits introduced an approval; ``None``: no repository is known."""
    memo: dict[str, Any] = {}
    """What runs of one judgment share; each rule keeps to the key of its own name."""

    @property
    def by_policy(self) -> bool:
        """Whether a policy enables it: what is not known then has full severity, else less."""
        return bool(self.policy)

    @property
    def as_of(self) -> date:
        """The day of the judgment."""
        return self.state.as_of

    @property
    def currency(self) -> str:
        """The currency of every amount."""
        return self.state.figures.currency

    def money(self, amount: Decimal, rounding: str = ROUND_HALF_UP) -> str:
        """An amount in the currency, as `format_money` writes it."""
        return format_money(amount, self.currency, rounding)

    def limit(self, parameter: str) -> Place:
        """Where the policy writes a parameter."""
        return (self.policy_place or Place("policies")).at(parameter)

    def uses(self, models: Container[str]) -> Iterator[Use]:
        """Every place where a task class in scope names one of the models."""
        if not models:
            return
        for task in self.tasks:
            for entry in task.legs:
                if entry.model in models:
                    yield Use(task, entry, task.task.place.at("route", entry.index, "model"))
            for fallback in task.fallbacks:
                if fallback.model in models:
                    yield Use(task, fallback, task.task.place.at("fallbacks", fallback.index))


def models_of(tasks: tuple[TaskFigures, ...]) -> dict[str, ModelFacts | None]:
    """Every model that the task classes name, with its facts."""
    models: dict[str, ModelFacts | None] = {}
    for task in tasks:
        for entry in task.legs:
            models[entry.model] = entry.facts
        for fallback in task.fallbacks:
            models[fallback.model] = fallback.facts
    return models


class Nothing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The parameters of a rule that has none."""


class LimitReading(Struct, frozen=True):
    """Where one thing stands that a limit covers."""

    value: Amount | None
    """In the limit's unit, by the worse end of doubt; ``None``: not known, so not judged."""
    subject: tuple[str, str]
    """``("task class", NAME)``, ``("vendor", "openai")``, ``("model", NAME)``."""
    warn_at: Amount | None = None
    """The early warning, where the rule's parameters declare one."""


class RuleLimit(Struct, frozen=True, kw_only=True):
    """A limit of a rule as the register shows it: what is measured, and how."""

    words: str
    """What is limited, in English; no identifier."""
    unit: LimitUnit
    """``share``: 0..1, or above 1 for what is used of a limit that each task class declares."""
    period: Period = ""
    direction: Literal["at most", "at least"] = "at most"
    limit: Callable[[RuleContext, Any], Amount | None] | None = None
    """Where it is not the parameter of its name; ``None`` from it: this policy sets none."""
    measure: Callable[[RuleContext, Any], Iterator[LimitReading]]
    """Everything the limit covers; the worst of it is judged."""
    has_band: bool = True
    """Whether a tenth before the limit is an early warning where none is declared; never of a
    count."""


def of_task(task: TaskFigures, value: Amount | None, warn_at: Amount | None = None) -> LimitReading:
    """Where a task class stands."""
    return LimitReading(value, ("task class", task.task.name), warn_at)


def part_used(amount: Amount | None, limit: Amount) -> Amount | None:
    """What an amount is of a limit; ``None``: not known, or more than a limit of 0."""
    if amount is None or (amount and not limit):
        return None
    return float(amount) / float(limit) if limit else 0.0


def fixed(limit: Amount) -> Callable[[RuleContext, Any], Amount | None]:
    """A limit that is the same for every policy: 1 for what is used of a declared cap."""
    return lambda _context, _parameters: limit


class Rule(Struct, frozen=True, kw_only=True):
    """One rule as its module declares it in ``RULE``; the module's file name is id and name."""

    id: str
    """``GOV`` + family digit + two digits; never reused."""
    name: str
    """Kebab case."""
    title: str
    """The problem, as the heading of a finding: ``Retired model in use``; no period."""
    one: str
    """What is wrong with one subject; may hold ``{subject}``, its display name; no period."""
    many: str
    """What is wrong with ``{count}`` of them; no period. `summary` fills in both."""
    short_title: str
    """The problem for a board: no identifier, at most 40 characters."""
    requirement: str
    """What must hold, as a sentence."""
    why: str
    """What goes wrong without it; with the source of any formula or threshold."""
    remediation: str
    """How to fix a violation in general; the remedy of a finding says how in this case."""
    decision: str = ""
    """What somebody must decide or measure first; empty: the remedy can be applied as written."""
    safe_fix: str = ""
    """What `fix` does, as `govern rules` lists it; empty: a person must decide."""
    fix: Callable[[Finding, Document], Edit | None] | None = None
    """The edit that settles a finding and changes nothing else that is declared; ``None``: no safe
    one in this case."""
    severity: Severity
    check: Callable[[RuleContext, Any], Iterator[Violation]]
    counted: Callable[[RuleContext, Any], State] | None = None
    """What a policy of it leaves for the other rules to see; it sees the whole state itself."""
    parameters: type[Struct] = Nothing
    tighter: dict[str, Tighter] = {}
    """For each parameter, which values are tighter."""
    limits: dict[str, RuleLimit] = {}
    """Its limits with a number, by parameter or by the name of what task classes declare."""
    criteria: tuple[str, ...] = ()
    """Parameters with a number that limit no figure: they select, assume or warn early."""
    scope: RuleScope = "task classes"
    validate_parameters: Callable[[Any, Document, Pointer], Iterator[Flaw]] | None = None
    """Flaws of a policy's parameters beyond their types; it is not enforced then."""
    enabled_by_default: bool = True
    """Whether it judges with default parameters where no policy enables it."""
    waivable: bool = True
    waived_beforehand: bool = False
    """Whether only a waiver that the base has lifts a finding: none written in the same change."""
    claims: str = ""
    """The `Flaw.kind` it reports, for the rules about files."""
    violating: str = ""
    """YAML that violates it; a line ``# allocations/x.yaml`` starts a file."""
    compliant: str = ""
    """The same YAML, mended."""
    controls: tuple[str, ...] = ()
    """Published controls it supports evidence for; filled in from ``data/controls.json``."""

    def __hash__(self) -> int:
        """The hash of its id: ``tighter`` has none."""
        return hash(self.id)

    @property
    def family(self) -> int:
        """The digit after ``GOV``."""
        return int(self.id[3])

    def summary(self, subjects: Sequence[str]) -> str:
        """One sentence for its findings, without a period: ``5 task classes have no fallback``.

        ``subjects`` holds the display name of each finding's subject. A rule about task classes
        counts distinct subjects; any other rule counts findings.
        """
        count = len(set(subjects)) if self.scope == "task classes" else len(subjects)
        if count == 1:
            return self.one.format(subject=subjects[0])
        return self.many.format(count=f"{count:,}")
