"""GOV017: no name holds characters that make it look like another."""

from collections.abc import Iterator
from unicodedata import category, name, normalize

from msgspec.structs import fields

from multillm_gov.catalog.declarations import ExposureFacts
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.state.state import State
from multillm_gov.words import code, join_words

_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters without a picture whose category does not say so."""
_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
"""Scripts with letters that look the same; any other mixture with Latin is somebody's language."""


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield each name with an invisible character, a look-alike form, or letters of two scripts."""
    seen: set[str] = set()
    for text, place in _names(context.state):
        if text.isascii() or text in seen:
            continue
        seen.add(text)
        why = _deception(text)
        if why:
            yield Violation(
                message=f"the name {code(_spelled(text))} holds {why}",
                place=place,
                subject=_spelled(text),
                remedy="Write it with the characters that a reader sees, everywhere it stands.",
                risk="It counts as a name of its own beside the one it looks like.",
            )


def _deception(text: str) -> str:
    """What makes a name look like another, as words; empty: nothing."""
    for character in text:
        if category(character) in {"Cf", "Cc", "Co", "Cn"} or _is_unseen(character):
            return f"the invisible character U+{ord(character):04X}"
    if normalize("NFKC", text) != normalize("NFC", text):
        return f"characters that are another form of {code(normalize('NFKC', text))}"
    scripts = {name(each, "").partition(" ")[0] for each in text if each.isalpha()} & _ALIKE
    if len(scripts) > 1:
        return f"letters of {join_words(script.capitalize() for script in sorted(scripts))} script"
    return ""


def _is_unseen(character: str) -> bool:
    return character in _UNSEEN or "\ufe00" <= character <= "\ufe0f"


def _spelled(text: str) -> str:
    """The name with what does not show, or shows as something else, as its code point."""
    return "".join(each if each.isascii() else f"\\u{ord(each):04x}" for each in text)


def _names(state: State) -> Iterator[tuple[str, Place]]:
    for task in state.portfolio.task_classes:
        declared, place = task.declared, task.place
        yield task.owner or "", place.key()
        for index, entry in enumerate(declared.route):
            yield entry.model, place.at("route", index, "model")
        for index, model in enumerate(declared.fallbacks):
            yield model, place.at("fallbacks", index)
    for policy in state.portfolio.policies:
        for approver in policy.declared.approvers:
            yield approver, policy.place.at("approvers")
    for waiver in state.portfolio.waivers:
        yield waiver.declared.approved_by, waiver.place.at("approved_by")
    for approval in state.portfolio.approvals:
        yield approval.declared.approved_by, approval.place.at("approved_by")
    yield from _catalog_names(state)


def _catalog_names(state: State) -> Iterator[tuple[str, Place]]:
    overrides = state.overrides
    for entries in (overrides.models, overrides.providers, overrides.clouds, overrides.vendors):
        for key, placed in entries.items():
            yield key, placed.place.key()
    for placed in overrides.models.values():
        declared, place = placed.declared, placed.place
        yield declared.base or "", place.at("base")
        for field in fields(ExposureFacts):
            yield getattr(declared.exposure, field.name) or "", place.at("exposure", field.name)


RULE = Rule(
    id="GOV017",
    name="deceptive-name",
    title="Name that looks like another",
    one="One name holds characters that make it look like another",
    many="{count} names hold characters that make them look like others",
    short_title="Deceptive names",
    requirement="No name holds characters that make it look like another.",
    why=(
        "`openai` with an invisible joiner, or with a Cyrillic o, is a vendor of its own to every "
        "limit, and OpenAI to every reader. Joiners and other scripts are part of languages and "
        "stay allowed in prose; names of models, vendors, owners and approvers need none of them."
    ),
    remediation="Write the name with the characters that a reader sees.",
    decision="Decide which of the names that look alike is meant.",
    severity=Severity.ERROR,
    check=check,
    scope="files",
    waivable=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: custom/own}]
# catalog/models.yaml
models:
  custom/own: {exposure: {vendor: ｏｐｅｎａｉ}}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: custom/own}]
# catalog/models.yaml
models:
  custom/own: {exposure: {vendor: openai}}
""",
)
