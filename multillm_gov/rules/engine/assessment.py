"""A state of a portfolio, judged."""

from msgspec import Struct

from multillm_gov.finding import Finding
from multillm_gov.rules.approval_commits import Blame, Introductions, introductions_of
from multillm_gov.rules.engine.approvals import Contents
from multillm_gov.rules.engine.judgment import judge
from multillm_gov.rules.engine.registry import parameters_type
from multillm_gov.rules.engine.waivers import WaiverOutcome
from multillm_gov.state.loading import no_collections
from multillm_gov.state.state import State


class Assessment(Struct, frozen=True, kw_only=True):
    """One state of a portfolio, judged as of its day."""

    state: State
    findings: tuple[Finding, ...]
    """Ordered by path, line, column, rule; waived ones included."""
    contents: Contents
    """The digests that its approvals are bound to."""
    waivers: tuple[WaiverOutcome, ...] = ()
    """What became of each, in the order written."""
    introductions: Introductions | None = None
    """Reads from git which commits introduced an approval; called only where a policy needs it."""


def assess(state: State, *, base: State | None = None, blame: Blame | None = None) -> Assessment:
    """Judge a state by the rule book.

    Args:
        state: What is judged.
        base: The state that rules about changes compare with.
        blame: Reads from git which commits wrote lines of the files; called only where a policy
            needs it.
    """
    contents = Contents(state.portfolio, state.documents, parameters_type)
    introductions = introductions_of(blame, state.documents) if blame else None
    with no_collections():
        judged = judge(state, base=base, contents=contents, introductions=introductions)
    return Assessment(
        state=state,
        findings=judged.findings,
        contents=contents,
        waivers=judged.waivers,
        introductions=introductions,
    )
