"""What is measured: each part prepares its files in a temporary folder and yields figures."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from math import ceil
from pathlib import Path

from benchmarks import cut_sets
from benchmarks.figures import Figure
from benchmarks.packs import write_history
from benchmarks.portfolios import AS_OF, commit, write_portfolio
from benchmarks.processes import take_turns
from multillm_gov.documents.layout import FOLDERS, SETTINGS, kind_of

ROOT = Path(__file__).parents[1]
HERE = Path(__file__).parent
GOVERN = (sys.executable, "-m", "multillm_gov")
CHECK = (*GOVERN, "check", "--as-of", AS_OF)
TASK_CLASSES, FILES = 10_000, 500


def starter(folder: Path, runs: int) -> Iterator[Figure]:
    """``govern check`` of this repository's own portfolio against the least a checker could do."""
    portfolio = folder / "starter"
    governed = _copy_own_portfolio(portfolio)
    schemas = _write_schemas(folder / "schemas")
    pairs = [part for path, kind in governed for part in (schemas / f"{kind}.schema.json", path)]
    allocations = [path for path, kind in governed if kind == "allocation"]
    one_schema = ("--schemafile", schemas / "allocation.schema.json", "--no-cache")
    seen = take_turns(
        {
            "check": (CHECK, portfolio),
            "floor": ((sys.executable, HERE / "floor.py", *pairs), portfolio),
            # Of the allocation files only: more would take it one process per schema.
            "peer": (
                (sys.executable, "-m", "check_jsonschema", *one_schema, *allocations),
                portfolio,
            ),
        },
        runs,
    )
    yield Figure(
        "check, starter portfolio / click + PyYAML + jsonschema_rs on its files",
        "at most 2.0 x",
        2.0,
        seen.ratio("check", "floor"),
        "x",
    )
    yield Figure(
        "check, starter portfolio / check-jsonschema on its allocation files",
        "below 1.0 x",
        0.999,
        seen.ratio("check", "peer"),
        "x",
    )


def scale(folder: Path, runs: int) -> Iterator[Figure]:
    """``govern check`` of a large portfolio against only parsing its files, and of one four times as large."""  # noqa: E501
    large, larger = folder / "large", folder / "larger"
    write_portfolio(large, TASK_CLASSES, FILES)
    write_portfolio(larger, 4 * TASK_CLASSES, 4 * FILES)
    _lock(large)
    _lock(larger)
    seen = take_turns(
        {
            "check": (CHECK, large),
            "yaml": ((sys.executable, HERE / "yaml_only.py", large), large),
            "four": (CHECK, larger),
        },
        runs,
    )
    name = f"check, {TASK_CLASSES:,} task classes in {FILES} files"
    yield Figure(
        f"{name} / PyYAML's C safe_load", "at most 2.5 x", 2.5, seen.ratio("check", "yaml"), "x"
    )
    yield Figure(f"{name}: peak memory", "below 600 MiB", 600, seen.mebibytes("check"), "MiB")
    ratio = seen.ratio("four", "check")
    yield Figure(
        f"check, {4 * TASK_CLASSES:,} task classes / {TASK_CLASSES:,}",
        "at most 4.4 x",
        4.4,
        ratio,
        "x",
    )


def export(folder: Path, runs: int) -> Iterator[Figure]:
    """``govern export litellm`` of a large portfolio against ``govern check`` of it."""
    root = folder / "export"
    write_portfolio(root, TASK_CLASSES, FILES)
    _lock(root)
    command = (*GOVERN, "export", "litellm", "--as-of", AS_OF)
    seen = take_turns({"check": (CHECK, root), "export": (command, root)}, runs)
    name = f"export litellm, {TASK_CLASSES:,} task classes / check"
    yield Figure(name, "at most 2.0 x", 2.0, seen.ratio("export", "check"), "x")


def graph(folder: Path, runs: int) -> Iterator[Figure]:
    """Minimal cut sets of order 1 and 2 of a large portfolio against one pass over its legs, in one process."""  # noqa: E501
    for name, scatter in (("", False), (", every chain another", True)):
        root = folder / f"graph{'-scattered' * scatter}"
        write_portfolio(root, TASK_CLASSES, FILES, scatter=scatter)
        _lock(root)
        ratio = cut_sets.ratio(cut_sets.system_below(root), runs)
        what = f"cut sets of {TASK_CLASSES:,} task classes{name} / one pass over their legs"
        yield Figure(what, "at most 5.0 x", 5.0, ratio, "x")


def difference(folder: Path, runs: int) -> Iterator[Figure]:
    """``govern diff`` between two commits against one check of the later one."""
    count = TASK_CLASSES // 100
    for where, changed in (("together", range(count)), ("scattered", range(0, TASK_CLASSES, 100))):
        root = folder / f"diff-{where}"
        write_portfolio(root, TASK_CLASSES, FILES)
        _lock(root)
        base = commit(root, "before")
        write_portfolio(root, TASK_CLASSES, FILES, changed)
        head = commit(root, "after")
        command = (*GOVERN, "diff", f"{base}..{head}", "--as-of", AS_OF)
        seen = take_turns({"check": (CHECK, root), "diff": (command, root)}, runs)
        ratio = seen.ratio("diff", "check")
        yield Figure(
            f"diff, 1% of the task classes changed, {where} / check",
            "at most 1.5 x",
            1.5,
            ratio,
            "x",
        )


def document(folder: Path, runs: int) -> Iterator[Figure]:
    """The board pack of this repository's own portfolio as PDF."""
    portfolio = folder / "report"
    _copy_own_portfolio(portfolio)
    commit(portfolio, "portfolio")
    command = (
        *GOVERN,
        "report",
        "--format",
        "pdf",
        "--output",
        folder / "pack.pdf",
        "--as-of",
        AS_OF,
    )
    seen = take_turns({"pdf": (command, portfolio)}, runs)
    yield Figure(
        "report as PDF, starter portfolio, whole process",
        "at most 1.5 s",
        1.5,
        seen.seconds("pdf"),
        "s",
    )


def packs(folder: Path, runs: int) -> Iterator[Figure]:
    """Packs of larger portfolios, figures over 500 commits, and a site of 40 packs."""
    few, turns = folder / "few", max(1, runs // 2)
    write_portfolio(few, 200, 20)
    pack = (*GOVERN, "report", "--as-of", AS_OF, "--output", folder / "pack.pdf")
    yield Figure(
        "report as PDF, 200 task classes, whole process",
        "at most 4 s",
        4.0,
        take_turns({"pdf": (pack, few)}, turns).seconds("pdf"),
        "s",
    )
    many = folder / "many"
    write_portfolio(many, TASK_CLASSES, FILES)
    seen = take_turns({"pdf": (pack, many), "check": (CHECK, many)}, turns)
    yield Figure(
        "report as PDF, 10,000 task classes, above two checks of them",
        "at most 5 s",
        5.0,
        seen.seconds("pdf") - 2 * seen.seconds("check"),
        "s",
    )
    past = folder / "past"
    write_history(past)
    every = (*GOVERN, "history", "--every", "commit", "--as-of", AS_OF, "--format", "json")
    seen = take_turns(
        {"history": (every, past), "blobs": ((sys.executable, "-m", "benchmarks.packs"), past)},
        turns,
    )
    yield Figure(
        "history of 500 commits x 200 files / parsing each distinct file once",
        "at most 3.0 x",
        3.0,
        seen.ratio("history", "blobs"),
        "x",
    )
    old = folder / "old"
    _write_quarters(old)
    pages = (*GOVERN, "site", folder / "site", "--packs", "40", "--as-of", AS_OF)
    yield Figure(
        "site of 40 packs, starter portfolio, whole process",
        "at most 60 s",
        60.0,
        take_turns({"site": (pages, old)}, 1).seconds("site"),
        "s",
    )


def _write_quarters(root: Path) -> None:
    """This repository's own portfolio, committed ten years ago."""
    _copy_own_portfolio(root)
    commit(root, "portfolio", day="2016-02-01")


def probes(folder: Path, runs: int) -> Iterator[Figure]:
    """Probes through the real client: time against what the endpoint's waits alone take, and memory of many."""  # noqa: E501
    count, concurrency, wait = 200, 32, 0.2
    ideal = ceil(count / concurrency) * wait
    seen = [_probe(folder, count, concurrency, wait)["seconds"] / ideal for _ in range(runs)]
    name = (
        f"{count} probes, {concurrency} at once, {wait * 1_000:.0f} ms each / the waits alone, "
        "best of the runs"
    )
    # What other processes take from the machine only ever adds, and there is no peer of the same
    # run to divide by.
    yield Figure(name, "at most 1.35 x", 1.35, min(seen), "x")
    held = _probe(folder, 5_000, 64, 0.0)["mebibytes"]
    yield Figure("5,000 probes: peak memory", "below 600 MiB", 600, held, "MiB")


def _probe(folder: Path, count: int, concurrency: int, wait: float) -> dict[str, float]:
    command = (sys.executable, "-m", "benchmarks.probes", str(count), str(concurrency), str(wait))
    done = subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, env={**os.environ, "HOME": str(folder)}
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def simulation(folder: Path, runs: int) -> Iterator[Figure]:
    """A simulation of 100,000 years against drawing as many normal numbers and nothing else."""
    program = sys.executable, HERE / "simulated_years.py"
    seen = take_turns(
        {"years": ((*program, "simulate"), folder), "draws": ((*program, "draw"), folder)}, runs
    )
    name = "simulation, 100,000 years x 200 task classes x 40 components"
    ratio = seen.ratio("years", "draws")
    yield Figure(
        f"{name} / numpy drawing one normal an outage and a task class",
        "at most 25 x",
        25.0,
        ratio,
        "x",
    )
    yield Figure(f"{name}: whole process", "at most 10 s", 10.0, seen.seconds("years"), "s")
    yield Figure(f"{name}: peak memory", "below 1,536 MiB", 1536, seen.mebibytes("years"), "MiB")


def optimizer(folder: Path, runs: int) -> Iterator[Figure]:
    """200 x 40 against the same arrays handed to HiGHS alone; a frontier; 1,000 x 40.

    The longest of all parts, so each process runs once whatever ``runs`` is.
    """
    del runs
    program = (sys.executable, HERE / "optimizer.py")
    found = {}
    for what in ("solve", "mixed", "raw", "frontier", "large"):
        done = subprocess.run((*program, what), cwd=folder, capture_output=True, check=True)
        found[what] = json.loads(done.stdout)
    name = "optimizer, 200 task classes x 40 models"
    solved, large = found["solve"], found["large"]
    ratio = solved["seconds"] / found["raw"]["seconds"]
    yield Figure(f"{name} / the same arrays in HiGHS", "at most 1.5 x", 1.5, ratio, "x")
    yield Figure(f"{name}: proven gap", "at most 0.1%", 0.1, solved["gap"] * 100, "%")
    yield Figure(f"{name}: solution", "at most 10 s", 10.0, solved["seconds"], "s")
    yield Figure(f"{name}: peak memory", "at most 1,024 MiB", 1024, solved["mib"], "MiB")
    mixed, harder = found["mixed"], f"{name}, models below a floor mixed in"
    yield Figure(f"{harder}: proven gap", "at most 0.1%", 0.1, mixed["gap"] * 100, "%")
    yield Figure(f"{harder}: solution", "at most 10 s", 10.0, mixed["seconds"], "s")
    points = found["frontier"]["seconds"] / solved["seconds"]
    yield Figure(f"{name}: frontier of 20 points / one solution", "at most 8 x", 8.0, points, "x")
    name = "optimizer, 1,000 task classes x 40 models"
    yield Figure(f"{name}: proven gap", "at most 1%", 1.0, large["gap"] * 100, "%")
    yield Figure(f"{name}: solution", "at most 60 s", 60.0, large["seconds"], "s")


def _copy_own_portfolio(target: Path) -> list[tuple[Path, str]]:
    """Copy what this repository governs; the YAML files with the kind of each."""
    governed: list[tuple[Path, str]] = []
    inside = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))
    for path in sorted((ROOT / SETTINGS, *inside)):
        relative = path.relative_to(ROOT)
        kind = kind_of(relative.as_posix()) if path.is_file() else None
        if kind is None:
            continue
        (target / relative).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target / relative)
        if relative.suffix in {".yaml", ".yml"}:
            governed.append((relative, kind))
    return governed


def _write_schemas(target: Path) -> Path:
    """The published schemas, as editors get them."""
    target.mkdir()
    (target / "govern.yaml").touch()
    subprocess.run([*GOVERN, "schema", "--write"], cwd=target, check=True, capture_output=True)
    return target / ".govern" / "schemas"


def _lock(root: Path) -> None:
    """Lock the facts the portfolio depends on, as a real one would."""
    subprocess.run([*GOVERN, "catalog", "lock"], cwd=root, check=True, capture_output=True)


PARTS: dict[str, Callable[[Path, int], Iterator[Figure]]] = {
    "starter": starter,
    "scale": scale,
    "export": export,
    "graph": graph,
    "diff": difference,
    "pdf": document,
    "packs": packs,
    "probes": probes,
    "simulation": simulation,
    "optimizer": optimizer,
}
