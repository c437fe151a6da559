"""The few words all formats share: what a status means, how a verdict reads."""

from datetime import date

from multillm_gov.content import Status
from multillm_gov.finding import Finding
from multillm_gov.languages.language import find_language
from multillm_gov.report import Metric, Report
from multillm_gov.words import count_of, join_words

STATUS_WORDS: dict[Status, str] = {
    "good": "within appetite",
    "watch": "near the limit",
    "bad": "outside appetite",
    "neutral": "",
}


def status_words(metric: Metric) -> str:
    """The status in words: a figure with a limit that is not judged says so."""
    if metric.status == "neutral":
        return "not judged" if metric.limit else ""
    return STATUS_WORDS[metric.status]


def limit_words(metric: Metric) -> str:
    """``at most 70.0% (was 50.0%), exceeded``: where the limit moved, the one before too."""
    before = metric.limit_before
    if before and before.split(" ")[:2] == metric.limit.split(" ")[:2]:
        before = " ".join(before.split(" ")[2:])
    limit = metric.limit or ("no limit" if before else "")
    basis = limit.partition(" (")[1] + limit.partition(" (")[2]
    before = before.replace(basis, "") if basis else before
    was = f" (was {before})" if before else ""
    state = {"bad": "exceeded" if metric.limit.startswith("at most") else "missed"}
    near = ", near it" if metric.status == "watch" and limit else ""
    return f"{limit}{was}" + (f", {state['bad']}" if metric.status == "bad" and limit else near)


_FIXED = {
    "not judged": "Figures only: `govern check` is the gate.",
    "plan only": "Plan only: nothing was sent.",
}
FIGURES_ONLY = frozenset(_FIXED)
"""Outcomes of reports that judge nothing: their first sentence is what they come to."""
_NOTHING_GOVERNED = (
    "No task class could be read, so nothing is judged: declare one in a file below `allocations/`."
)


def draft_sentence(report: Report) -> str:
    """``DRAFT: contains changes that are not committed``; empty for a final paper."""
    if not report.draft:
        return ""
    return find_language(report.language).say("draft.lead", reasons="; ".join(report.draft))


def dated(report: Report) -> str:
    """``as of 2026-11-30``, in the report's language."""
    if report.language == "en":
        return f"as of {report.as_of}"
    return find_language(report.language).say("page.as-of", day=date.fromisoformat(report.as_of))


def verdict_sentence(report: Report) -> str:
    """``Passed with 5 warnings (fails on: error)``, or that the report judges nothing."""
    return " ".join(filter(None, verdict_parts(report)))


def standing_sentence(report: Report) -> str:
    """``Outside appetite: cost at risk.``: what figures come to that no gate judges; else empty."""
    limited = [metric for metric in report.headline if metric.limit]
    if report.outcome != "not judged" or not limited:
        return ""
    bad = [metric.label for metric in limited if metric.status == "bad"]
    unknown = sum(metric.status == "neutral" for metric in limited)
    doubt = f" {count_of(unknown, 'limit')} not judged." if unknown else ""
    if bad:
        return f"Outside appetite: {'; '.join(bad)}.{doubt}"
    return f"No judged limit is exceeded.{doubt}" if unknown else "All limits hold."


def verdict_parts(report: Report) -> tuple[str, str]:
    """The outcome with its counts, and the gate where findings are counted."""
    outcome, verdict = report.outcome, report.verdict
    if report.edition:
        return _pack_verdict(report)
    if outcome in _FIXED:
        unproved = f"{count_of(verdict.unproved, 'result')} could not be judged."
        return _FIXED[outcome], unproved if verdict.unproved else ""
    counts = verdict.counts("new" if report.layout == "comparison" else "")
    counted = f"{outcome.capitalize()} with {counts}"
    if verdict.unproved:
        counted += f"; {count_of(verdict.unproved, 'probe')} could not be judged"
    if not report.findings:
        return counted, ""
    waived = f"{verdict.waived:,} waived; " if verdict.waived else ""
    return counted, f"({waived}fails on: {verdict.fail_on.label if verdict.fail_on else 'never'})"


def _pack_verdict(report: Report) -> tuple[str, str]:
    """That of a board pack, which is written in its own language."""
    language, verdict = find_language(report.language), report.verdict
    say = language.say
    counts = (("errors", verdict.errors), ("warnings", verdict.warnings), ("notes", verdict.notes))
    named = [say(f"verdict.{kind}", n=n) for kind, n in counts if n] or [say("verdict.none")]
    outcome = say(f"verdict.{report.outcome}", counts=language.join(named))
    if not report.findings:
        return outcome, ""
    waived = say("verdict.waived", n=verdict.waived) if verdict.waived else ""
    gate = verdict.fail_on.label if verdict.fail_on else "never"
    return outcome, say("verdict.gate", waived=waived, gate=say(f"verdict.on-{gate}"))


def checked_sentence(report: Report) -> str:
    """``Checked 7 files, 5 task classes and 4 policies as of 2026-11-24.``."""
    counts = [
        f"{number:,} {label if number != 1 else _singular(label)}"
        for label, number in report.checked
    ]
    base = ""
    if report.base and report.layout == "findings":
        base = f", compared with {short_revision(report.base)}"
    if not counts:
        return f"As of {report.as_of}{base}."
    nothing = "" if dict(report.checked).get("task classes", 1) else f" {_NOTHING_GOVERNED}"
    return f"Checked {join_words(counts)} as of {report.as_of}{base}.{nothing}"


def since_when(finding: Finding) -> str:
    """`` as of 0123456789``, where the policy is the base's and no longer the state's own."""
    return f" as of {short_revision(finding.under)}" if finding.under else ""


def policy_line(finding: Finding) -> str:
    """``Policy: one-vendor (Board decision 12)``."""
    because = f" ({finding.because})" if finding.because else ""
    return f"Policy: {finding.policy}{since_when(finding)}{because}"


def short_revision(revision: str) -> str:
    """The first ten digits of a commit id, ``+`` kept for a working tree that differs from it."""
    commit, dirty = (revision[:-1], "+") if revision.endswith("+") else (revision, "")
    return f"{commit[:10]}{dirty}"


def _singular(label: str) -> str:
    if label.endswith("ies"):
        return f"{label[:-3]}y"
    return label[:-2] if label.endswith("sses") else label.removesuffix("s")
