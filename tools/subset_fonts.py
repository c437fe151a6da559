"""Write the part of the shipped typeface that HTML pages carry: Latin letters, signs and arrows.

Run with ``fonttools`` and ``brotli`` installed: ``python tools/subset_fonts.py``. The same release
of both gives the same bytes.
"""

from pathlib import Path

from fontTools import subset  # type: ignore[import-not-found]

FONTS = Path(__file__).parents[1] / "multillm_gov" / "rendering" / "fonts"
RANGES = (
    *((0x20, 0x7E), (0xA0, 0x17F), (0x2010, 0x2027), (0x2030, 0x203A), (0x20AC, 0x20AC)),
    *((0x2190, 0x2199), (0x2200, 0x22FF), (0x25A0, 0x25FF), (0x2713, 0x2717)),
)
"""Western and Central European letters, punctuation, currency, arrows, mathematics, marks."""


def main() -> None:
    """Both weights, as WOFF2 beside their sources."""
    for name in ("Inter-Regular", "Inter-SemiBold"):
        options = subset.Options(flavor="woff2", layout_features=["kern", "tnum", "calt", "ccmp"])
        options.recalc_timestamp = False
        font = subset.load_font(FONTS / f"{name}.otf", options)
        chosen = subset.Subsetter(options)
        chosen.populate(unicodes=[char for low, high in RANGES for char in range(low, high + 1)])
        chosen.subset(font)
        subset.save_font(font, FONTS / f"{name}.woff2", options)


if __name__ == "__main__":
    main()
