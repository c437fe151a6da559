"""Print the figures of the package's structure; exit 1 where a bound is passed.

Run from the repository's root::

    python tools/structure.py [--examples] [--rooms]

Counted over `multillm_gov`: modules (``__init__`` included), modules with exactly one importer, the
fullest folder, the longest chain of imports inside a room (a folder), long functions, functions of
many parameters, lines and circles of imports. Imports inside functions count as imports, also in
circles. The length of a function is its lines of code: without its docstring, signature, comments
and blank lines. Where a figure grows with the package, its bound is a share of the modules.

``--examples`` lists what counts towards each figure, ``--rooms`` gives the figures of each room.
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
LONGEST_CHAIN = 6
MOST_WIDE_FUNCTIONS = 0
SPLIT_ROOMS = {"risk", "workflows", "reporting", "documents", "measures"}
FULLEST_FOLDER = 25
ONE_IMPORTER_PER_1000 = 213
LONG_FUNCTIONS_PER_1000 = 25


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


class Function(NamedTuple):
    """One function of a module."""

    module: str
    name: str
    lines: int
    """Of code: without docstring, signature, comments and blank lines."""
    parameters: int
    """Without ``self`` and ``cls``."""

    @property
    def is_long(self) -> bool:
        """Whether it has more lines of code than a reader takes in at once."""
        return self.lines > LONG_FUNCTION

    @property
    def is_wide(self) -> bool:
        """Whether it has too many parameters; a command has one per option."""
        return self.parameters > MANY_PARAMETERS and not self.module.startswith(f"{PACKAGE}.cli.")


def functions(module: str, source: str, tree: ast.Module) -> Iterator[Function]:
    """Each function of a module."""
    written = [line.strip() for line in source.splitlines()]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            body = node.body[1:] if ast.get_docstring(node) else node.body
            code = written[body[0].lineno - 1 : node.end_lineno] if body else []
            yield Function(
                module,
                node.name,
                sum(bool(line) and not line.startswith("#") for line in code),
                len([name for name in given if name.arg not in {"self", "cls"}]),
            )


class Structure:
    """What the figures are read from: the package as it lies on the disk."""

    def __init__(self) -> None:
        self.named = modules()
        sources = {module: path.read_text("utf-8") for module, path in self.named.items()}
        trees = {module: ast.parse(source) for module, source in sources.items()}
        self.graph = import_graph(self.named, trees)
        self.lines = {module: len(source.splitlines()) for module, source in sources.items()}
        self.functions = [
            function
            for module, source in sources.items()
            for function in functions(module, source, trees[module])
        ]
        self.alone = {module for module in self.graph if self.graph.in_degree(module) == 1}

    def folders(self) -> list[tuple[int, str]]:
        """How many modules each bounded folder holds."""
        filled = Counter(
            path.parent.relative_to(ROOT).as_posix()
            for path in self.named.values()
            if path.name != "__init__.py"
        )
        return [(count, folder) for folder, count in filled.items() if folder not in FULL_FOLDERS]

    def circles(self) -> list[list[str]]:
        """Modules that import each other."""
        components = nx.strongly_connected_components(self.graph)
        return [sorted(part) for part in components if len(part) > 1]


def figures(structure: Structure) -> tuple[Figure, ...]:
    """All of them, in the order they are printed."""
    count = len(structure.named)
    chain = longest_chain(structure.graph)
    written = sorted(structure.functions, key=lambda function: -function.lines)
    long = [function for function in written if function.is_long]
    wide = [function for function in written if function.is_wide]
    circles = structure.circles()
    fullest = max(structure.folders())
    return (
        Figure("modules", count, None),
        Figure(
            "modules with exactly one importer",
            len(structure.alone),
            count * ONE_IMPORTER_PER_1000 // 1000,
            tuple(sorted(structure.alone)),
        ),
        Figure("modules in the fullest folder", fullest[0], FULLEST_FOLDER, (fullest[1],)),
        Figure(
            "longest chain of imports inside a room",
            len(chain),
            LONGEST_CHAIN,
            (" > ".join(module.removeprefix(PACKAGE + ".") for module in chain),),
        ),
        Figure(
            f"functions of more than {LONG_FUNCTION} lines of code",
            len(long),
            count * LONG_FUNCTIONS_PER_1000 // 1000,
            tuple(f"{each.module}.{each.name} {each.lines}" for each in long),
        ),
        Figure(
            f"functions of more than {MANY_PARAMETERS} parameters",
            len(wide),
            MOST_WIDE_FUNCTIONS,
            tuple(f"{each.module}.{each.name} {each.parameters}" for each in wide),
        ),
        Figure("lines", sum(structure.lines.values()), None),
        Figure("circles of imports", len(circles), 0, tuple(" = ".join(c) for c in circles)),
    )


def print_rooms(structure: Structure) -> None:
    """A row of figures for each room; a large room is shown by its parts."""
    print(f"\n{'room':<28} modules  one importer  chain  long functions    lines")
    rooms: dict[str, set[str]] = {}
    for module in structure.named:
        parts = module.split(".")
        inner = len(parts) > 3 and parts[1] in SPLIT_ROOMS
        depth = 3 if inner else 2
        rooms.setdefault(".".join(parts[1:depth]) or "-", set()).add(module)
    for room, inside in sorted(rooms.items()):
        chain = longest_chain(structure.graph.subgraph(inside))
        long = sum(each.module in inside and each.is_long for each in structure.functions)
        print(
            f"{room:<28} {len(inside):>7}  {len(inside & structure.alone):>12}  {len(chain):>5}"
            f"  {long:>14}  {sum(structure.lines[module] for module in inside):>7,}"
        )


def main() -> int:
    """Print the figures; 1 when one passes its bound."""
    structure = Structure()
    shown = figures(structure)
    width = max(len(figure.name) for figure in shown)
    for figure in shown:
        bound = "" if figure.bound is None else f"  (at most {figure.bound:,})"
        print(f"{figure.name:<{width}}  {figure.value:>7,}{bound}{'' if figure.holds else '  !'}")
        if not figure.holds or "--examples" in sys.argv:
            for example in figure.examples[: None if "--examples" in sys.argv else 40]:
                print(f"    {example}")
    if "--rooms" in sys.argv:
        print_rooms(structure)
    return 0 if all(figure.holds for figure in shown) else 1


if __name__ == "__main__":
    sys.exit(main())
