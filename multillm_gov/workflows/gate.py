"""The least severity that fails a command."""

from collections.abc import Iterable

from multillm_gov.errors import UsageError
from multillm_gov.finding import Severity
from multillm_gov.portfolio.settings import Settings

NEVER = "never"
GATES = ("note", "warning", "error", NEVER)


def gate(settings: Settings, requested: Severity | str | None) -> Severity | None:
    """What the call asks for, else what ``govern.yaml`` says; ``None`` never fails.

    Raises:
        UsageError: no such gate.
    """
    chosen = settings.fail_on if requested is None else requested
    if isinstance(chosen, Severity):
        return chosen
    if chosen == NEVER:
        return None
    try:
        return Severity[chosen.upper()]
    except KeyError:
        raise UsageError(f"No gate `{chosen}`", f"Use one of: {', '.join(GATES)}.") from None


def strictest_gate(states: Iterable[Settings], requested: Severity | str | None) -> Severity | None:
    """The strictest gate of several states, so that a change cannot soften the gate it has to pass.

    Raises:
        UsageError: no such gate.
    """
    gates = [gate(settings, requested) for settings in states]
    return min((severity for severity in gates if severity is not None), default=None)
