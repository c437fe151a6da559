"""A page in a real browser, at a window of any width."""

import re
import shutil
import subprocess
from html import escape
from pathlib import Path

import pytest

CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)
in_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
FRAME = """<!DOCTYPE html><html><body style="margin:0">
<iframe style="border:0;width:{width}px;height:900px" srcdoc="{page}"></iframe>
<script>
document.querySelector("iframe").onload = event => {{
  const inside = event.target.contentDocument, root = inside.documentElement, seen = document.documentElement.dataset;
  const shown = element => element.getBoundingClientRect();
  seen.window = root.clientWidth;
  seen.overflow = root.scrollWidth - root.clientWidth;
  seen.shown = [...inside.querySelectorAll("svg")].filter(s => shown(s).width).map(s => s.classList[0]).join(" ");
  seen.late = [...inside.querySelectorAll("main *:not(svg *)")].filter(e => !e.closest(".wide-table thead") &&
    shown(e).right > root.clientWidth + 1).length;
}};
</script></body></html>"""  # noqa: E501
"""A window of any width: a browser's own has a least width. Only this copy of the page may run a
script beside it."""


def measured(data: bytes, folder: Path, width: int) -> dict[str, str]:
    """What a browser says of the page at a window width."""
    page = re.sub(r"<meta http-equiv[^>]*>", "", data.decode())
    file = folder / "frame.html"
    file.write_text(FRAME.format(width=width, page=escape(page)), encoding="utf-8")
    root = re.search(r"<html[^>]*>", opened(file))
    return dict(re.findall(r'data-([a-z]+)="([^"]*)"', root[0]))


def opened(file: Path) -> str:
    """The document that a browser makes of a file, after its scripts ran."""
    options = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
        "--disable-background-networking --disable-component-update --disable-sync "
        "--hide-scrollbars --window-size=1200,900 --dump-dom"
    )
    done = subprocess.run(
        [CHROMIUM, *options.split(), f"--user-data-dir={file.parent / 'profile'}", file.as_uri()],
        check=True,
        capture_output=True,
        timeout=60,
    )
    return done.stdout.decode()
