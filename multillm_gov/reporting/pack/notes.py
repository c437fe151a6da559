"""What stands behind a figure of the register: a supplier, a service, a scenario, a day."""

from datetime import date

from multillm_gov.register import LimitRecord
from multillm_gov.reporting.pack.edition import Edition
from multillm_gov.risk.stress.scenario_book import scenarios_of


def note(record: LimitRecord, edition: Edition) -> str:
    """What stands behind the figure; whose limit it is where nobody adopted it."""
    say, facts = edition.say, record.facts
    parts = []
    if record.subject[1] and record.value and _has_subject(record):
        parts.append(subject_words(record, edition))
    if record.id == "independent-fallback" and "declared" in facts:
        shares = {name: edition.share(float(facts[name] or 0)) for name in facts}
        parts.append(say("note.fallback", **shares))
    if record.id == "retired-models" and facts.get("since"):
        parts.append(say("note.since", day=_day(str(facts["since"]), edition)))
    if facts.get("undated"):
        parts.append(say("note.undated", n=int(float(facts["undated"] or 0))))
    if record.subject[0] == "scenario":
        parts.append(scenario_title(record.subject[1], edition))
    if record.best is not None:
        parts.append(say("note.range", x=edition.value(record, record.best)))
    if record.judgment == "not judged":
        parts.append(say("note.not-judged"))
    return "; ".join(filter(None, parts))


def _has_subject(record: LimitRecord) -> bool:
    return ":" in record.id or record.subject[0] in {"vendor", "cloud"}


def subject_words(record: LimitRecord, edition: Edition) -> str:
    """What stands behind the figure of a policy or rule; empty: the whole portfolio."""
    kind, name = record.subject
    if not name or kind == "portfolio":
        return ""
    if kind == "task class":
        return edition.task(name)
    if kind == "policy":
        return edition.policy(name)
    return edition.owner(name) if kind == "owner" else edition.party(kind, name)


def _day(text: str, edition: Edition) -> str:
    return edition.day(date.fromisoformat(text))


def scenario_title(name: str, edition: Edition) -> str:
    """The title of a scenario that ships, or of the portfolio's own."""
    known = edition.language.scenarios.get(name)
    booked = {
        scenario.name: scenario.scenario.title for scenario in scenarios_of(edition.state.scenarios)
    }
    return known or booked.get(name) or edition.subject(name)
