"""Colors of the charts: fixed for print, CSS variables on screen (for dark mode)."""

import msgspec

from multillm_gov.content import Status

MARKS: dict[Status, str] = {"good": "", "watch": "△ ", "bad": "▲ ", "neutral": ""}
"""A sign before what is near or outside a limit, besides the color."""

ACCENT = "#1d4468"
"""Of headings, where no brand says otherwise."""


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """Colors by role; text has a contrast of at least 4.5:1, in light and in dark."""

    font: str
    ink: str
    muted: str
    grid: str
    track: str
    limit: str
    ground: str
    unknown: str
    on_unknown: str
    status: dict[Status, str]
    grounds: dict[Status, str]
    """Behind text in ``ink``."""
    ranks: tuple[tuple[str, str], ...]
    """Fill and text color of the parts of a share row, largest first: one hue, by lightness."""


PRINT = Theme(
    font="Inter",
    ink="#1b2430",
    muted="#556070",
    grid="#dde2e8",
    track="#eef1f4",
    limit="#1b2430",
    ground="#ffffff",
    unknown="#d9d4c7",
    on_unknown="#1b2430",
    status={"good": "#2f6f9f", "watch": "#d89b1d", "bad": "#b3392c", "neutral": "#76818f"},
    grounds={"good": "#eaf2f8", "watch": "#fdf3dc", "bad": "#f6cfc8", "neutral": "#f3f5f7"},
    ranks=(
        ("#1d4468", "#ffffff"),
        ("#33709f", "#ffffff"),
        ("#8bb5d6", "#1b2430"),
        ("#b5d0e6", "#1b2430"),
        ("#d3e3f0", "#1b2430"),
        ("#e6eff6", "#1b2430"),
    ),
)
"""Blue, amber and vermilion stay apart for every common kind of color blindness."""


def _screen() -> Theme:
    def variable(name: str) -> str:
        return f"var(--{name})"

    return Theme(
        font="inherit",
        ink=variable("ink"),
        muted=variable("muted"),
        grid=variable("grid"),
        track=variable("track"),
        limit=variable("ink"),
        ground=variable("ground"),
        unknown=variable("unknown"),
        on_unknown=variable("on-unknown"),
        status={status: variable(status) for status in PRINT.status},
        grounds={status: variable(f"{status}-ground") for status in PRINT.status},
        ranks=tuple(
            (variable(f"rank{n}"), variable(f"on-rank{n}")) for n in range(len(PRINT.ranks))
        ),
    )


SCREEN = _screen()
