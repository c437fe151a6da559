"""Changes of ``govern.yaml``: the appetite, the gate, and what every amount is counted in."""

from collections.abc import Iterator
from decimal import Decimal
from fnmatch import fnmatchcase

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.changes.change import Change, ChangeKind, Direction
from multillm_gov.changes.compared_field import figure, format_list
from multillm_gov.changes.direction import (
    fewer_is_tighter,
    higher_is_tighter,
    judge_values,
    lower_is_tighter,
    more_is_tighter,
)
from multillm_gov.documents.layout import SETTINGS
from multillm_gov.location import Place
from multillm_gov.portfolio.policy import Tighter
from multillm_gov.portfolio.settings import Appetite, ExchangeRate, Settings
from multillm_gov.units import format_money, format_share

_GATES = ("note", "warning", "error", "never")
"""From strictest to laxest."""
_SUBJECT = "settings"
_UNSET: tuple[object, ...] = (None, (), "")
"""What says nothing, whether it is written or left out."""
_TIGHTER: dict[str, Tighter] = {
    "risk.max_outage_loss_share": "lower",
    "risk.max_cost_at_risk_share": "lower",
    "limits.max_*.warn_at": "lower_or_setting",
    "limits.min_*.warn_at": "higher_or_setting",
    "limits.*.owner": "present",
    "limits.*.set_by": "present",
    "spend_change.*.*.amount": "lower",
    "spend_change.*.*.share": "lower",
}
"""Of the keys below a setting, those that protect, and which of their values are tighter."""


def compare_settings(before: Settings, after: Settings) -> Iterator[Change]:
    """All changes of the settings, limits of the risk appetite with their direction."""
    if before == after:
        return
    for name in Appetite.__struct_fields__:
        old, new = getattr(before.appetite, name), getattr(after.appetite, name)
        same_unit = (
            name != "max_monthly_spend" or before.currency == after.currency or None in (old, new)
        )
        judge = higher_is_tighter if name.startswith("min_") else lower_is_tighter
        direction = judge(old, new) if same_unit else Direction.CHANGED
        spelled = (_format_limit(name, old, before), _format_limit(name, new, after))
        if old != new:
            yield _change(ChangeKind.APPETITE, f"appetite.{name}", direction, (old, new), spelled)
    directions = _directions(before, after)
    for name in Settings.__struct_fields__:
        was, now = getattr(before, name), getattr(after, name)
        if name == "appetite" or was == now or _same_set(was, now):
            continue
        if name == "limits" or (isinstance(was, Struct) and not isinstance(was, ExchangeRate)):
            yield from _nested((name,), was, now)
            continue
        values = (_format(was, before), _format(now, after))
        yield _change(
            ChangeKind.SETTING, name, directions.get(name, Direction.CHANGED), (was, now), values
        )


def _directions(before: Settings, after: Settings) -> dict[str, Direction]:
    """What a move of each setting that can be tightened does."""
    return {
        "fail_on": higher_is_tighter(-_GATES.index(before.fail_on), -_GATES.index(after.fail_on)),
        "owners": fewer_is_tighter(before.owners, after.owners),
        "migration_lead_days": higher_is_tighter(
            before.migration_lead_days, after.migration_lead_days
        ),
        "waiver_notice_days": higher_is_tighter(
            before.waiver_notice_days, after.waiver_notice_days
        ),
        "people": more_is_tighter(_addresses(after), _addresses(before)),
    }


def _addresses(settings: Settings) -> set[tuple[str, str]]:
    """Who may approve in whose name: each address more is one more way to consent."""
    return {(name, address) for name, known in settings.people.items() for address in known}


def _nested(route: tuple[str, ...], before: object, after: object) -> Iterator[Change]:
    """One change for each key below a setting that differs, at the key itself."""
    if before == after or _same_set(before, after) or (before in _UNSET and after in _UNSET):
        return
    parts = [_parts(value) for value in (before, after)]
    if any(part is not None for part in parts):
        old, new = (part or {} for part in parts)
        for name in dict.fromkeys((*old, *new)):
            yield from _nested((*route, name), old.get(name), new.get(name))
        return
    aspect = ".".join(route)
    tighter = (way for keys, way in _TIGHTER.items() if fnmatchcase(aspect, keys))
    direction = judge_values(next(tighter, "never"), before, after)
    values = (_spell(before), _spell(after))
    change = _change(ChangeKind.SETTING, aspect, direction, (before, after), values)
    place = Place(SETTINGS, route)
    yield replace(change, place_before=place, place_after=place)


def _parts(value: object) -> dict[str, object] | None:
    """The keys below a value that has some."""
    if isinstance(value, dict):
        return dict(sorted(value.items()))
    if isinstance(value, Struct):
        return {name: getattr(value, name) for name in value.__struct_fields__}
    return None


def _spell(value: object) -> str:
    """A single value as YAML would show it."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return format_list(sorted(set(map(str, value)))) or "[]"
    return "" if value is None else str(value)


def _change(
    kind: ChangeKind,
    aspect: str,
    direction: Direction,
    values: tuple[object, object],
    spelled: tuple[str, str],
) -> Change:
    place = Place(SETTINGS, tuple(aspect.split(".")))
    figures = [
        figure(spelled[side] if isinstance(values[side], ExchangeRate | dict) else values[side])
        for side in (0, 1)
    ]
    return Change(
        kind=kind,
        subject=_SUBJECT,
        label=aspect.rpartition(".")[2],
        aspect=aspect,
        direction=direction,
        before=spelled[0],
        after=spelled[1],
        before_figure=figures[0],
        after_figure=figures[1],
        place_before=place,
        place_after=place,
    )


def _same_set(before: object, after: object) -> bool:
    return isinstance(before, tuple) and isinstance(after, tuple) and set(before) == set(after)


def _format(value: object, settings: Settings) -> str:
    if isinstance(value, tuple):
        return format_list(sorted(set(value)))
    if isinstance(value, dict):
        return "; ".join(f"{name}: {', '.join(sorted(set(value[name])))}" for name in sorted(value))
    if isinstance(value, ExchangeRate):
        return f"1 {settings.currency} = {value.usd_per_unit} USD on {value.as_of.isoformat()}"
    return "" if value is None else str(value)


def _format_limit(name: str, value: Decimal | None, settings: Settings) -> str:
    if value is None:
        return ""
    if name == "max_monthly_spend":
        return format_money(value, settings.currency)
    return f"{value.normalize():f}" if "effective" in name else format_share(value)
