"""GOV518: the history of evidence is whole, and the current view says what it says."""

from collections import defaultdict
from collections.abc import Iterator

from multillm_gov.documents.document import Text
from multillm_gov.evidence.history import HistoryLine, Subject
from multillm_gov.evidence.verdict import PROVING
from multillm_gov.evidence.writing import canonical
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Location, Place
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.rules.evidence_entries import PlacedEntry, entries_of
from multillm_gov.state.state import State
from multillm_gov.words import code, count_of

_VIEW = "evidence/current.json"
_MEASURE_AGAIN = (
    "Let the pipeline measure it again (`govern bench`, `govern drill`, `govern dry-run`), which "
    "writes both, or restore both files from git."
)
_RISK = "A result that was never measured, or a failure that was taken out, decides what passes."


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield breaks of the chain, entries the base has that are gone, and contradictions."""
    history = context.state.history
    for flaw in history.flaws:
        yield Violation(
            message=flaw.message,
            place=flaw.location,
            subject=flaw.subject,
            remedy=flaw.remedy,
            risk=_RISK,
            distinction=str(flaw.location.line),
        )
    yield from _gone(context)
    if not history.newest:
        return
    view = {entry.subject: entry for entry in entries_of(context.state) if _is_in_view(entry)}
    for entry in view.values():
        why = _contradiction(entry, history.newest.get(entry.subject))
        if why:
            yield _violation(f"{entry.words} {why}", entry.place, entry.result.task_class, entry)
    yield from _left_out(context, view)


def _whole(context: RuleContext, _: Nothing) -> State:
    """What does not count is compared with the history all the same."""
    return context.state


def _is_in_view(entry: PlacedEntry) -> bool:
    return entry.place.path == _VIEW


def _contradiction(entry: PlacedEntry, line: HistoryLine | None) -> str:
    if line is None:
        return "is in the current view, and the history has no entry of it"
    written = line.entry()
    if written is None:
        return f"cannot be compared: {code(str(line.location))} is no entry that this version reads"
    if canonical(written) == canonical(entry.result):
        return ""
    other = PlacedEntry(written, entry.place).words
    text = other if other != entry.words else "it with other details"
    where = code(f"{line.path}:{line.number}")
    return f"contradicts the history, whose newest entry is {text} ({where})"


def _left_out(context: RuleContext, view: dict[Subject, PlacedEntry]) -> Iterator[Violation]:
    """Entries of models in use that the history has and the view does not."""
    in_use = {(use.task.task.name, use.part.model) for use in context.uses(context.models)}
    names = {task.task.name for task in context.tasks}
    unread = any(flaw.location.path == _VIEW for flaw in context.flaws)
    for subject, line in context.state.history.newest.items():
        is_used = subject[1:3] in in_use or (subject[0] == "drill" and subject[1] in names)
        written = line.entry() if is_used and not unread and subject not in view else None
        if written is None or _proves_nothing(written):
            continue
        entry = PlacedEntry(written, Place(line.path))
        yield _violation(
            f"the history has {entry.words}, and the current view lacks it",
            line.location,
            written.task_class,
            entry,
        )


def _proves_nothing(entry: object) -> bool:
    return getattr(entry, "verdict", "pass") not in PROVING


def _gone(context: RuleContext) -> Iterator[Violation]:
    """Lines that the state compared with has, and this one lacks."""
    if context.base is None or not context.base.history.digests:
        return
    lost: defaultdict[str, list[int]] = defaultdict(list)
    here = context.state
    for digest, (path, number) in context.base.history.digests.items():
        if digest not in here.history.digests:
            lost[path].append(number)
    for path, numbers in lost.items():
        file, former = here.files.get(path), context.base.files[path]
        if file is not None and file.data.startswith(former.data):
            continue
        content = "" if file is None else file.data.decode("utf-8", "replace")
        yield Violation(
            message=f"{count_of(len(numbers), 'entry')} of the state compared with "
            f"{'is' if len(numbers) == 1 else 'are'} gone from the history, which only grows",
            place=_line(path, content, numbers[0]),
            subject=path,
            remedy="Restore the file from git: entries are only ever added.",
            risk=_RISK,
        )


def _line(path: str, content: str, number: int) -> Location:
    text = Text(path, content.rstrip())
    number = min(number, len(text.line_starts()))
    shown = text.line(number - 1)
    return Location(path, number, 1, number, len(shown) + 1, shown)


def _violation(
    message: str, place: Place | Location, subject: str, entry: PlacedEntry
) -> Violation:
    return Violation(
        message=message,
        place=place,
        subject=subject,
        remedy=_MEASURE_AGAIN,
        risk=_RISK,
        distinction=entry.distinction,
    )


RULE = Rule(
    id="GOV518",
    name="evidence-history-contradicted",
    title="Evidence contradicts its history",
    one="The history of evidence is contradicted or broken in one place",
    many="The history of evidence is contradicted or broken in {count} places",
    short_title="Evidence contradicts its history",
    requirement="The history of evidence is whole, and the current view agrees with it.",
    why=(
        "Every run appends its results to `evidence/history/`, each line with the SHA-256 of the "
        "one before it, and writes the newest of each subject to `evidence/current.json`, which "
        "decides what passes. A score changed in the view, a failed drill taken out, or an entry "
        "removed from the history shows as a contradiction. The chain holds no secret: whoever "
        "rewrites every later line leaves it whole. The comparison with a base (`--base`) shows "
        "that, and `evidence-introduced` says who committed it."
    ),
    remediation="Let only the pipeline write `evidence/`; restore changed files from git.",
    decision="Find out who changed the evidence, and measure again.",
    severity=Severity.ERROR,
    check=check,
    scope="portfolio",
    counted=_whole,
    claims="evidence-history",
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini}]
    fallbacks: [claude-haiku-4-5]
# evidence/current.json
{"drills": [{"date": "2026-11-20", "result": "survives", "task_class": "triage"}]}
# evidence/history/2026-11.jsonl
{"drill": {"date": "2026-11-20", "result": "fails", "task_class": "triage"}}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini}]
    fallbacks: [claude-haiku-4-5]
# evidence/current.json
{"drills": [{"date": "2026-11-20", "result": "fails", "task_class": "triage"}]}
# evidence/history/2026-11.jsonl
{"drill": {"date": "2026-11-20", "result": "fails", "task_class": "triage"}}
""",
)
