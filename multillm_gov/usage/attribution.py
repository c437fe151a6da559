"""Rules that find the task class of a row: the first that matches; no match is "not attributed"."""

import re
from typing import Annotated

from msgspec import Meta, Struct

from multillm_gov.usage.row import UsageRow

Pattern = Annotated[str, Meta(min_length=1, max_length=200)]
Patterns = Pattern | Annotated[tuple[Pattern, ...], Meta(min_length=1, max_length=1_000)]
NOT_ATTRIBUTED = "not attributed"
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_SINGLE = ("key_alias", "team", "project", "workspace", "prompt_name", "model_group", "model")
COLUMNS_OF = {
    "key_alias": ("key_alias", "key_id"),
    "team": ("team", "team_id"),
    "project": ("project",),
    "workspace": ("workspace",),
    "prompt_name": ("prompt_name",),
    "model_group": ("model_requested",),
    "model": ("model",),
}
"""Columns in which a condition looks, by its key: a failover's request counts for the group that
was requested, whatever answered."""


class Condition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a row must have; all that is given must hold. `*` at either end stands for any text."""

    tag: Annotated[Patterns | None, Meta(description="A tag of the request")] = None
    metadata: Annotated[
        dict[Annotated[str, Meta(min_length=1, max_length=100)], Pattern] | None,
        Meta(description="Keys of the caller's metadata, or of a cloud bill's tags, by value"),
    ] = None
    key_alias: Annotated[Patterns | None, Meta(description="Alias or id of the API key")] = None
    team: Annotated[Patterns | None, Meta(description="Team, by name or id")] = None
    project: Annotated[Patterns | None, Meta(description="Project at the provider")] = None
    workspace: Annotated[Patterns | None, Meta(description="Workspace at the provider")] = None
    prompt_name: Annotated[Patterns | None, Meta(description="Name of the prompt")] = None
    model_group: Annotated[
        Patterns | None, Meta(description="Group first requested at the gateway")
    ] = None
    model: Annotated[Patterns | None, Meta(description="Model that answered")] = None

    def __post_init__(self) -> None:
        """Refuse a condition of nothing, and addresses, which are not stored."""
        if all(getattr(self, name) is None for name in self.__struct_fields__):
            raise ValueError("Expected at least one key, such as `tag` or `team`")
        for text in self.texts():
            if _EMAIL.search(text):
                raise ValueError("E-mail addresses are not stored, so no rule can match one")

    def texts(self) -> tuple[str, ...]:
        """Every pattern."""
        matching_texts = [
            pattern for name in ("tag", *_SINGLE) for pattern in patterns_of(self, name)
        ]
        return (*matching_texts, *(self.metadata or {}).values())


class AttributionRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rows that match belong to a task class."""

    task_class: Annotated[str, Meta(min_length=1, description="Task class the rows belong to")]
    when: Annotated[Condition, Meta(description="What the rows have in common")]


class RuleVerdict(Struct, frozen=True, kw_only=True):
    """How one rule judged a row."""

    number: int
    """From 1, in the order of the rules."""
    task_class: str
    matched: bool
    reason: str


def patterns_of(condition: Condition, name: str) -> tuple[str, ...]:
    """The patterns of a key, none where it is not given."""
    value = getattr(condition, name)
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else value


def conditions_of(condition: Condition) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The single-valued keys that are given, with their patterns."""
    return tuple(
        (name, matching_texts)
        for name in _SINGLE
        if (matching_texts := patterns_of(condition, name))
    )


def explain_attribution(
    row: UsageRow, rules: tuple[AttributionRule, ...]
) -> tuple[RuleVerdict, ...]:
    """Judge a row by every rule up to the first that matches."""
    verdicts = []
    for number, rule in enumerate(rules, 1):
        reason = _mismatch(row, rule.when)
        verdicts.append(
            RuleVerdict(
                number=number, task_class=rule.task_class, matched=not reason, reason=reason
            )
        )
        if not reason:
            break
    return tuple(verdicts)


def _mismatch(row: UsageRow, condition: Condition) -> str:
    """Why a row does not match; empty where it does."""
    for name, patterns in conditions_of(condition):
        values = [getattr(row, column) for column in COLUMNS_OF[name]]
        if not any(matches(value, pattern) for value in values if value for pattern in patterns):
            return f"{name} is {next((f'`{v}`' for v in values if v), 'not known')}"
    tags, labels = words_of(row.tags), {**pairs_of(row.tags), **pairs_of(row.labels)}
    wanted = patterns_of(condition, "tag")
    if wanted and not any(matches(tag, pattern) for tag in tags for pattern in wanted):
        return f"tags are {', '.join(f'`{tag}`' for tag in tags) or 'not known'}"
    for key, pattern in (condition.metadata or {}).items():
        if not matches(labels.get(key, ""), pattern):
            return f"metadata `{key}` is {f'`{labels[key]}`' if key in labels else 'not known'}"
    return ""


def matches(value: str, pattern: str) -> bool:
    """Whether a text is the pattern, `*` at its ends standing for any text."""
    inner = pattern.strip("*")
    if pattern.startswith("*") and pattern.endswith("*"):
        return inner in value
    if pattern.startswith("*"):
        return value.endswith(inner)
    return value.startswith(inner) if pattern.endswith("*") else value == pattern


def words_of(tags: str | None) -> tuple[str, ...]:
    """The words of a JSON list of tags; none of an object or of what is no JSON."""
    value = _json(tags)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def pairs_of(text: str | None) -> dict[str, str]:
    """The keys and plain values of a JSON object."""
    value = _json(text)
    if not isinstance(value, dict):
        return {}
    return {
        key: each if isinstance(each, str) else str(each)
        for key, each in value.items()
        if isinstance(each, str | int | float) and not isinstance(each, bool)
    }


def _json(text: str | None) -> object:
    import msgspec

    try:
        value: object = msgspec.json.decode(text) if text else None
    except msgspec.DecodeError:
        return None
    return value
