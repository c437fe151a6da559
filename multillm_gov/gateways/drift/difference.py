"""A difference between what is declared and what runs, and the kinds of it."""

from msgspec import Struct

from multillm_gov.finding import Figure, Severity
from multillm_gov.location import Place


class DriftKind(Struct, frozen=True, kw_only=True):
    """One kind of drift."""

    id: str
    name: str
    title: str
    why: str
    severity: Severity


REMEDY = "Roll out the export of the allocation, or declare what runs."
"""What to do about any kind of drift."""
_ERROR, _WARNING = Severity.ERROR, Severity.WARNING
_RUNS = "What is reviewed is the allocation; what answers is the gateway."
_CAPS = "A cap that nothing enforces stops no spend."
_LINE = (
    "A provider's own limit is the last line of defence: it holds when the gateway is passed by."
)
KINDS = {
    kind.name: kind
    for kind in (
        DriftKind(
            id="DRF101",
            name="task-class-not-served",
            severity=_ERROR,
            why=_RUNS,
            title="Task class not served by the gateway",
        ),
        DriftKind(
            id="DRF102",
            name="model-not-running",
            severity=_ERROR,
            why=_RUNS,
            title="Declared model not running",
        ),
        DriftKind(
            id="DRF103",
            name="model-not-declared",
            severity=_ERROR,
            why=_RUNS,
            title="Model running that the task class does not declare",
        ),
        DriftKind(
            id="DRF104",
            name="group-not-declared",
            severity=_WARNING,
            why=_RUNS,
            title="Model group running that no task class declares",
        ),
        DriftKind(
            id="DRF105",
            name="weights-differ",
            severity=_ERROR,
            why=_RUNS,
            title="Requests shared differently than declared",
        ),
        DriftKind(
            id="DRF106",
            name="fallbacks-differ",
            severity=_ERROR,
            why=_RUNS,
            title="Fallbacks differ from those declared",
        ),
        DriftKind(
            id="DRF107",
            name="timeout-differs",
            severity=_WARNING,
            why=_RUNS,
            title="Timeout differs from that declared",
        ),
        DriftKind(
            id="DRF108",
            name="region-differs",
            severity=_ERROR,
            why="Where requests are processed is a promise to those whose data it is.",
            title="Region differs from that declared",
        ),
        DriftKind(
            id="DRF109",
            name="service-tier-differs",
            severity=_WARNING,
            why="A tier has a price and a waiting time of its own.",
            title="Service tier differs from that declared",
        ),
        DriftKind(
            id="DRF110",
            name="rate-limit-differs",
            severity=_WARNING,
            why="A limit that is too "
            "small refuses requests; one that is too large meets the provider's.",
            title="Rate limit differs from that declared",
        ),
        DriftKind(
            id="DRF111",
            name="total-time-differs",
            severity=_WARNING,
            why="A caller waits for the retries of every model of the chain.",
            title="Whole chain takes longer than declared",
        ),
        DriftKind(
            id="DRF201",
            name="cap-not-enforced",
            severity=_ERROR,
            why=_CAPS,
            title="Monthly cap not enforced by the gateway",
        ),
        DriftKind(
            id="DRF202",
            name="budget-differs",
            severity=_WARNING,
            why=_CAPS,
            title="Budget differs from the cap declared",
        ),
        DriftKind(
            id="DRF203",
            name="limit-not-enforcing",
            severity=_ERROR,
            why=_CAPS,
            title="Limit that exists but does not enforce",
        ),
        DriftKind(
            id="DRF204",
            name="price-differs",
            severity=_WARNING,
            why="Spend that is counted at another price reaches its budget too early or too late.",
            title="Price differs from that declared",
        ),
        DriftKind(
            id="DRF205",
            name="tag-missing",
            severity=_WARNING,
            why="Without a tag, spend cannot be led back to its task class.",
            title="Tag of the task class missing",
        ),
        DriftKind(
            id="DRF301",
            name="provider-limit-missing",
            severity=_WARNING,
            why=_LINE,
            title="No spend limit at the provider",
        ),
        DriftKind(
            id="DRF302",
            name="provider-limit-differs",
            severity=_WARNING,
            why=_LINE,
            title="Provider's spend limit out of line with the caps",
        ),
        DriftKind(
            id="DRF303",
            name="provider-refuses-model",
            severity=_ERROR,
            why="A model that the "
            "provider's settings do not allow is refused, however it is routed.",
            title="Declared model not allowed at the provider",
        ),
        DriftKind(
            id="DRF304",
            name="provider-allows-more",
            severity=_WARNING,
            why="A key of the project can call models that no task class governs.",
            title="Provider allows models that no task class declares",
        ),
        DriftKind(
            id="DRF305",
            name="residency-not-enforced",
            severity=_ERROR,
            why="A declared place of "
            "processing is a promise; the provider's setting is what keeps it.",
            title="Residency not enforced at the provider",
        ),
    )
}


class Difference(Struct, frozen=True, kw_only=True):
    """One difference, both sides of it in the message."""

    kind: str
    """A name in `KINDS`."""
    subject: str
    """Task class, or `provider:openai`."""
    message: str
    remedy: str
    declared: Place | None = None
    """Where it is declared; ``None``: nowhere."""
    running: Place | None = None
    """Where it is configured, in a file that was read; ``None``: a gateway's answer."""
    figures: dict[str, Figure] = {}
    distinction: str = ""
