"""Events on a calendar, one row each."""

from collections.abc import Iterable
from datetime import date

from multillm_gov.content import Event, Timeline
from multillm_gov.rendering.charts.scale import Scale
from multillm_gov.rendering.charts.svg import (
    box,
    clip,
    element,
    frame,
    label,
    line,
    shorten,
    text_width,
)
from multillm_gov.rendering.charts.theme import Theme
from multillm_gov.rendering.plain.escaping import visible

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TOP = 26.0


def draw_timeline(chart: Timeline, *, width: float, key: str, theme: Theme) -> str:
    """Quarters on top; a dot on the day, a bar of lead time; a dashed row without a date."""
    stacked = width < 520
    pitch = 44.0 if stacked else 28.0
    widest = _widest(event.label for event in chart.events)
    names = 0.0 if stacked else min(widest + 12, 0.38 * width)
    widest = _widest(event.text for event in chart.events)
    texts = 0.0 if stacked else min(widest + 16, width / 3)
    start, end = date.fromisoformat(chart.start), date.fromisoformat(chart.end)
    scale = Scale(start.toordinal(), end.toordinal(), names + 6, width - texts - 8)
    bottom = _TOP + pitch * len(chart.events)
    parts = _quarters(start, end, scale, bottom, theme)
    for index, event in enumerate(chart.events):
        y = _TOP + index * pitch + (30 if stacked else 14)
        if stacked:
            parts += _words_above(event, (width, y), theme)
        else:
            parts += _words_beside(event, (width, y), (names, texts), theme)
        parts += _mark(event, scale, y, theme)
    return frame(parts, (width, bottom + 6), chart, key=key, theme=theme)


def _words_above(event: Event, end: tuple[float, float], theme: Theme) -> list[str]:
    width, y = end
    text = clip(visible(event.text), width / 2)
    name = shorten(visible(event.label), width - text_width(text) - 10)
    return [
        label((0, y - 14), name, theme.ink, tip=visible(event.label)),
        label((width, y - 14), text, theme.ink, anchor="end"),
    ]


def _words_beside(
    event: Event, end: tuple[float, float], room: tuple[float, float], theme: Theme
) -> list[str]:
    (width, y), (names, texts) = end, room
    text, name = clip(visible(event.text), texts - 8), visible(event.label)
    return [
        label((0, y + 4), shorten(name, names - 10), theme.ink, tip=name),
        label((width, y + 4), text, theme.ink, anchor="end"),
    ]


def _mark(event: Event, scale: Scale, y: float, theme: Theme) -> list[str]:
    color = theme.status[event.status]
    if not event.day:
        return [line((scale.start, y), (scale.end, y), theme.muted, dashes="2 4")]
    day = date.fromisoformat(event.day).toordinal()
    x = scale(day)
    parts = [line((scale.start, y), (scale.end, y), theme.grid)]
    if event.since:
        left = scale(date.fromisoformat(event.since).toordinal())
        parts.append(box((left, y - 3), x - left, 6, color))
    if day > scale.most:
        parts.append(_arrow(scale.end, y, 7, color))
    elif day < scale.least:
        parts.append(_arrow(scale.start, y, -7, color))
    else:
        parts.append(element("circle", cx=x, cy=y, r=5, fill=color))
    return parts


def _arrow(x: float, y: float, reach: float, color: str) -> str:
    """A triangle whose point is at ``x``: the day lies beyond the axis."""
    points = " ".join(
        f"{px:.1f},{py:.1f}" for px, py in ((x, y), (x - reach, y - 5), (x - reach, y + 5))
    )
    return element("polygon", points=points, fill=color)


def _quarters(start: date, end: date, scale: Scale, bottom: float, theme: Theme) -> list[str]:
    """A line at each quarter; names at every one, second or fourth, as they fit."""
    parts = [line((scale.start, _TOP - 4), (scale.end, _TOP - 4), theme.grid)]
    counts = range(start.year * 4 + start.month // 3, end.year * 4 + 4)
    firsts = [date(count // 4, count % 4 * 3 + 1, 1) for count in counts]
    places = [(scale(day.toordinal()), day) for day in firsts if start <= day <= end]
    widest = max((text_width(_quarter(day)) for _, day in places), default=0.0) + 8
    pitch = places[1][0] - places[0][0] if len(places) > 1 else widest
    step = next((n for n in (1, 2, 4) if n * pitch >= widest), 8)
    previous = scale.start
    for x, day in places:
        parts.append(line((x, _TOP - 8), (x, bottom), theme.grid))
        name, half = _quarter(day), text_width(_quarter(day)) / 2
        center = min(max(x, scale.start + half), scale.end - half)
        if (day.year * 4 + day.month // 3) % step == 0 and center - half >= previous - 0.01:
            parts.append(label((center, _TOP - 12), name, theme.muted, anchor="middle"))
            previous = center + half + 8
    return parts


def _quarter(first: date) -> str:
    return f"{_MONTHS[first.month - 1]} {first.year}"


def _widest(texts: Iterable[str]) -> float:
    return max((text_width(visible(text)) for text in texts), default=0)
