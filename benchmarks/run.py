"""Measure every promised figure, print the table, and exit 1 when a target is missed.

Run ``python -m benchmarks`` from the repository's root. A figure is a ratio against a named peer of
the same run wherever there is one; figures in seconds or MiB are marked as such.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.figures import Figure, results, table
from benchmarks.parts import HERE, PARTS, ROOT
from benchmarks.processes import compile_everything

MISSED = 1


def main() -> int:
    """Measure, print, and say by the exit code whether every target was met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--runs", type=int, default=7, help="runs per command (7 or more for a result to quote)"
    )
    parser.add_argument(
        "--only", choices=PARTS, action="append", help="measure only this part; repeatable"
    )
    parser.add_argument(
        "--write", action="store_true", help="keep the table in benchmarks/results.md"
    )
    chosen = parser.parse_args()
    compile_everything(ROOT / "multillm_gov")
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="govern-bench-") as folder:
        for name in chosen.only or PARTS:
            print(f"measuring {name} ...", file=sys.stderr, flush=True)
            figures.extend(PARTS[name](Path(folder), chosen.runs))
    print(table(figures))
    if chosen.write:
        (HERE / "results.md").write_text(results(figures, chosen.runs), "utf-8")
    return 0 if all(figure.kept for figure in figures) else MISSED


if __name__ == "__main__":
    sys.exit(main())
