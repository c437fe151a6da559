"""One typed change between two states of a portfolio, and which way it moves a safeguard."""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from multillm_gov.dimensions import Level
from multillm_gov.finding import Figure
from multillm_gov.location import Place


class Direction(StrEnum):
    """What a change does to a safeguard; said only where it follows from the two values."""

    LOOSENED = "loosened"
    TIGHTENED = "tightened"
    CHANGED = "changed"

    @property
    def opposite(self) -> "Direction":
        """The direction of the same change read backwards."""
        match self:
            case Direction.LOOSENED:
                return Direction.TIGHTENED
            case Direction.TIGHTENED:
                return Direction.LOOSENED
            case Direction.CHANGED:
                return Direction.CHANGED


class Area(StrEnum):
    """Part of the portfolio a change belongs to, as a reader would group them."""

    TASK_CLASSES = "task-classes"
    ROUTING = "routing"
    RESILIENCE = "resilience"
    MONEY = "money"
    SERVICE = "service"
    DATA = "data"
    PROCESS = "process"
    POLICIES = "policies"
    SETTINGS = "settings"
    MODELS = "models"


class ChangeKind(StrEnum):
    """What changed."""

    TASK_CLASS_ADDED = "task-class-added"
    TASK_CLASS_REMOVED = "task-class-removed"
    TASK_CLASS_RENAMED = "task-class-renamed"
    ROUTE = "route"
    WEIGHTS = "weights"
    FALLBACK_ADDED = "fallback-added"
    FALLBACK_REMOVED = "fallback-removed"
    FALLBACKS_REORDERED = "fallbacks-reordered"
    DEMAND = "demand"
    SPEND_CAP = "spend-cap"
    VALUE_AT_STAKE = "value-at-stake"
    FORECAST = "forecast"
    QUALITY_FLOOR = "quality-floor"
    LATENCY = "latency"
    NEEDS = "needs"
    MODE = "mode"
    PROMPT = "prompt"
    PROMPT_TEXT = "prompt-text"
    PROMPT_PIN = "prompt-pin"
    OUTPUT_SCHEMA = "output-schema"
    ANSWER = "answer"
    CLASSIFICATION = "classification"
    RESIDENCY = "residency"
    OWNER = "owner"
    REVIEW = "review"
    TAGS = "tags"
    TEXT = "text"
    COVERAGE = "coverage"
    POLICY_ADDED = "policy-added"
    POLICY_REMOVED = "policy-removed"
    POLICY_RENAMED = "policy-renamed"
    POLICY_RULE = "policy-rule"
    POLICY_PARAMETER = "policy-parameter"
    POLICY_ENFORCEMENT = "policy-enforcement"
    POLICY_SCOPE = "policy-scope"
    POLICY_APPROVERS = "policy-approvers"
    POLICY_TEXT = "policy-text"
    WAIVER_ADDED = "waiver-added"
    WAIVER_REMOVED = "waiver-removed"
    WAIVER_TERM = "waiver-term"
    WAIVER_TEXT = "waiver-text"
    APPROVAL_GIVEN = "approval-given"
    APPROVAL_WITHDRAWN = "approval-withdrawn"
    APPROVAL_CHANGED = "approval-changed"
    APPETITE = "appetite"
    SETTING = "setting"
    MODEL_PRICE = "model-price"
    MODEL_RETIREMENT = "model-retirement"
    MODEL_EXPOSURE = "model-exposure"

    @property
    def area(self) -> Area:
        """Where a reader looks for it."""
        return _AREAS[self]


_GROUPS: dict[Area, str] = {
    Area.TASK_CLASSES: "task-class-added task-class-removed task-class-renamed",
    Area.ROUTING: "route weights",
    Area.RESILIENCE: "fallback-added fallback-removed fallbacks-reordered",
    Area.MONEY: "demand spend-cap value-at-stake forecast",
    Area.SERVICE: "quality-floor latency needs mode prompt prompt-text prompt-pin output-schema "
    "answer",
    Area.DATA: "classification residency",
    Area.PROCESS: "owner review tags text",
    Area.POLICIES: "coverage policy-added policy-removed policy-renamed policy-rule "
    "policy-parameter "
    "policy-enforcement policy-scope policy-approvers policy-text waiver-added waiver-removed "
    "waiver-term waiver-text "
    "approval-given approval-withdrawn approval-changed",
    Area.SETTINGS: "appetite setting",
    Area.MODELS: "model-price model-retirement model-exposure",
}
_AREAS = {ChangeKind(name): area for area, names in _GROUPS.items() for name in names.split()}


class SharePoint(Struct, frozen=True, kw_only=True):
    """How much of an entity's share of spend one change accounts for."""

    level: Level
    entity: str
    points: float
    """Change of the share (0..1); the points of all changes add up to the portfolio's shift."""


class Change(Struct, frozen=True, kw_only=True):
    """One semantic difference. Amounts are per month in the portfolio's currency."""

    kind: ChangeKind
    subject: str
    """Task class, policy, ``policy / subject`` of a waiver, model or ``settings``."""
    label: str
    """What changed, for people: ``monthly spend cap``."""
    aspect: str = ""
    """The key as written in YAML: ``spend_cap.monthly``."""
    direction: Direction = Direction.CHANGED
    before: str = ""
    """Value before, spelled for people; empty where there was none."""
    after: str = ""
    before_figure: Figure = None
    after_figure: Figure = None
    place_before: Place | None = None
    place_after: Place | None = None
    spend_effect: Decimal | None = None
    """What it adds to the forecast; ``None`` where it moves no money or where that is not known."""
    exposure: tuple[SharePoint, ...] = ()
    """What it does to shares of spend, largest move first; small moves are left out."""
    note: str = ""
    """What a reviewer should know beside the two values."""
