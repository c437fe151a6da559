"""Print the figures of the package's structure; exit 1 where a bound is passed.

Run from the repository's root::

    python tools/structure.py

Counted over `multillm_gov`: modules, modules with exactly one importer, the fullest folder, the
longest chain of imports inside a room (a folder), long functions,
functions of many parameters, lines and circles of imports. Imports inside functions count as
imports, except in circles, where they may break one on purpose: nothing here does, so they count
there too.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import networkx as nx

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "multillm_gov"
FOLDER = ROOT / PACKAGE
FULL_FOLDERS = {
    f"{PACKAGE}/rules/book",
    f"{PACKAGE}/gateways/litellm/rules",
    f"{PACKAGE}/cli",
}
"""Folders that hold one file a rule or a command, however many there are."""
LONG_FUNCTION = 30
MANY_PARAMETERS = 6


class Figure(NamedTuple):
    """One figure with its bound (``None``: shown only) and what counts most towards it."""

    name: str
    value: int
    bound: int | None
    examples: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the figure is within its bound."""
        return self.bound is None or self.value <= self.bound


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in sorted(FOLDER.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def import_graph(named: dict[str, Path], trees: dict[str, ast.Module]) -> "nx.DiGraph[str]":
    """An edge from each module to each module of the package that it imports."""
    graph = nx.DiGraph()
    graph.add_nodes_from(named)
    for module, tree in trees.items():
        for imported in _imported(tree, named):
            if imported != module:
                graph.add_edge(module, imported)
    return graph


def _imported(tree: ast.Module, named: dict[str, Path]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in named:
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield submodule if submodule in named else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in named)


def room_of(module: str) -> str:
    """The room a module is in: the folder it lies in."""
    return module.rpartition(".")[0]


def longest_chain(graph: "nx.DiGraph[str]") -> tuple[str, ...]:
    """The longest path of imports that stays inside one room."""
    longest: tuple[str, ...] = ()
    for room in sorted({room_of(module) for module in graph}):
        inside = graph.subgraph(module for module in graph if room_of(module) == room)
        condensed = nx.condensation(inside)
        path = [condensed.nodes[step]["members"] for step in nx.dag_longest_path(condensed)]
        if len(path) > len(longest):
            longest = tuple(min(members) for members in path)
    return longest


def functions(trees: dict[str, ast.Module]) -> Iterator[tuple[str, int, int]]:
    """Each function as ``module.name``, its lines and its parameters without ``self``."""
    for module, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                count = len([name for name in given if name.arg not in {"self", "cls"}])
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                yield f"{module.removeprefix(PACKAGE + '.')}.{node.name}", lines, count


def figures() -> tuple[Figure, ...]:
    """All of them, in the order they are printed."""
    named = modules()
    trees = {module: ast.parse(path.read_text("utf-8")) for module, path in named.items()}
    graph = import_graph(named, trees)
    alone = [module for module in graph if graph.in_degree(module) == 1]
    filled = Counter(
        path.parent.relative_to(ROOT).as_posix()
        for path in named.values()
        if path.name != "__init__.py"
    )
    folders = [(count, folder) for folder, count in filled.items() if folder not in FULL_FOLDERS]
    chain = longest_chain(graph)
    written = sorted(functions(trees), key=lambda function: -function[1])
    long = [f"{name} {lines}" for name, lines, _ in written if lines > LONG_FUNCTION]
    wide = [
        f"{name} {count}"
        for name, _, count in written
        if count > MANY_PARAMETERS and not name.startswith("cli.")
    ]
    circles = [sorted(part) for part in nx.strongly_connected_components(graph) if len(part) > 1]
    lines = sum(len(path.read_text("utf-8").splitlines()) for path in named.values())
    fullest = max(folders)
    return (
        Figure("modules", len(named), None),
        Figure("modules with exactly one importer", len(alone), None),
        Figure("modules in the fullest folder", fullest[0], 25, (fullest[1],)),
        Figure(
            "longest chain of imports inside a room",
            len(chain),
            None,
            (" > ".join(module.removeprefix(PACKAGE + ".") for module in chain),),
        ),
        Figure(f"functions of more than {LONG_FUNCTION} lines", len(long), None, tuple(long)),
        Figure(
            f"functions of more than {MANY_PARAMETERS} parameters", len(wide), None, tuple(wide)
        ),
        Figure("lines", lines, None),
        Figure("circles of imports", len(circles), 0, tuple(" = ".join(c) for c in circles)),
    )


def main() -> int:
    """Print the figures; 1 when one passes its bound."""
    shown = figures()
    width = max(len(figure.name) for figure in shown)
    for figure in shown:
        bound = "" if figure.bound is None else f"  (at most {figure.bound:,})"
        print(f"{figure.name:<{width}}  {figure.value:>7,}{bound}{'' if figure.holds else '  !'}")
        if not figure.holds or "--examples" in sys.argv:
            for example in figure.examples[:40]:
                print(f"    {example}")
    return 0 if all(figure.holds for figure in shown) else 1


if __name__ == "__main__":
    sys.exit(main())
