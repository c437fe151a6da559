"""The few words all formats share: what a status means, how a verdict reads."""

from multillm_gov import exits
from multillm_gov.content import Status
from multillm_gov.finding import Finding, Severity
from multillm_gov.report import Report, Verdict
from multillm_gov.words import count_of

STATUS_WORDS: dict[Status, str] = {
    "good": "within appetite",
    "watch": "near the limit",
    "bad": "outside appetite",
    "neutral": "",
}


def outcome(verdict: Verdict) -> str:
    """``Passed``, ``Failed``, or ``Not proved`` where nothing is at fault and something could not be judged."""
    if verdict.exit_code == exits.UNABLE:
        return "Not proved"
    return "Failed" if verdict.exit_code else "Passed"


_GATES = {
    None: "the gate counts nothing",
    Severity.ERROR: "the gate counts errors",
    Severity.WARNING: "the gate counts warnings and errors",
    Severity.NOTE: "the gate counts every finding",
}

_NOT_SENT = "A plan only: nothing was sent."
_NOT_JUDGED = "Figures only: `govern check` is the gate."
_NOTHING_GOVERNED = (
    "No task class could be read, so nothing is judged: declare one in a file below `allocations/`."
)


def verdict_sentence(report: Report) -> str:
    """Outcome, counts and, where there is something to count, the gate; a stress or benchmark judges nothing."""
    if report.kind == "bench" and report.verdict.unproved:
        return f"{_NOT_JUDGED} {count_of(report.verdict.unproved, 'result')} could not be judged."
    if report.kind in {"stress", "bench"}:
        return _NOT_JUDGED
    if report.kind == "dry-run" and not report.trials:
        return _NOT_SENT
    counted = f"{outcome(report.verdict)}: {report.verdict.words}"
    if report.kind == "diff":
        counted += " introduced"
    return f"{counted}; {_GATES[report.verdict.fail_on]}." if report.findings else f"{counted}."


def checked_sentence(report: Report) -> str:
    """What was looked at: ``Checked 7 files, 5 task classes and 4 policies as of 2026-11-24.``."""
    counts = [
        f"{number:,} {label if number != 1 else _singular(label)}"
        for label, number in report.checked
    ]
    change = (
        f", as a change of {short_revision(report.base)}"
        if report.base and report.kind == "check"
        else ""
    )
    if not counts:
        return f"As of {report.as_of}{change}."
    told = counts[0] if len(counts) == 1 else f"{', '.join(counts[:-1])} and {counts[-1]}"
    nothing = "" if dict(report.checked).get("task classes", 1) else f" {_NOTHING_GOVERNED}"
    return f"Checked {told} as of {report.as_of}{change}.{nothing}"


def since_when(finding: Finding) -> str:
    """`` as of 0123456789``, where the policy that asks is the base's and no longer the state's own."""
    return f" as of {short_revision(finding.under)}" if finding.under else ""


def short_revision(revision: str) -> str:
    """The first ten digits of a commit id, ``+`` kept for a working tree that differs from it."""
    commit, dirty = (revision[:-1], "+") if revision.endswith("+") else (revision, "")
    return f"{commit[:10]}{dirty}"


def _singular(label: str) -> str:
    if label.endswith("ies"):
        return f"{label[:-3]}y"
    return label[:-2] if label.endswith("sses") else label.removesuffix("s")
