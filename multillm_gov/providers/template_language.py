"""The template language of prompts: what a text may say, and how much work it may ask for.

Jinja's own sandbox keeps a text away from files and from Python; it does not keep it from filling
the memory. So the syntax tree is held against a short list before anything is compiled, and every
read, filter and round of a loop is paid for from a budget.
"""

import json
from collections.abc import Callable, Iterator, Sized
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Template, nodes
    from jinja2.sandbox import SandboxedEnvironment

BUDGET = "the budget"
"""Key of the budget among the values: no name that a text could write."""
MAX_TEXT = 400_000
"""Most characters of a template."""
MAX_NODES = 20_000
MAX_DEPTH = 40
MAX_OUTPUT = 2_000_000
"""Most characters that come out."""
MAX_WORK = 20_000_000
"""Characters read and filtered, and rounds of loops, each counted as `_ROUND` characters."""
MAX_SECONDS = 5.0
_ROUND = 64

_NODES = frozenset(
    {
        *(
            "Template",
            "Output",
            "TemplateData",
            "Name",
            "Const",
            "If",
            "For",
            "CondExpr",
            "Compare",
            "Operand",
        ),
        *("And", "Or", "Not", "Filter", "Test", "Getattr", "List", "Tuple", "Keyword"),
    }
)
_LOOP = frozenset({"index", "index0", "first", "last", "length", "revindex"})
_FILTERS = frozenset(
    {"default", "length", "trim", "lower", "upper", "capitalize", "title", "tojson", "join"}
)
_RESERVED = frozenset({"self", "super", "caller", "varargs", "kwargs"})
_TESTS = frozenset({"defined", "undefined", "none", "string", "number", "boolean", "true", "false"})


class OverspentError(Exception):
    """A text asks for more work than any prompt needs."""


class StepBudget:
    """Work left for one filling."""

    def __init__(self) -> None:
        self._left = MAX_WORK
        self._length = 0
        self._until = monotonic() + MAX_SECONDS

    def put_out(self, piece: str) -> str:
        """Count what comes out.

        Raises:
            OverspentError: it is more than `MAX_OUTPUT`.
        """
        self._length += len(piece)
        if self._length > MAX_OUTPUT:
            raise OverspentError(f"more than {MAX_OUTPUT:,} characters of output")
        return piece

    def pay(self, work: int) -> None:
        """Take work off.

        Raises:
            OverspentError: nothing is left of it, or of the time.
        """
        self._left -= work
        if self._left < 0 or monotonic() > self._until:
            raise OverspentError("it loops or repeats more than a prompt may")


def compile_template(text: str) -> "Template":
    """A template of the small language, ready to run with a `StepBudget` under `BUDGET`.

    Raises:
        jinja2.TemplateSyntaxError: the text is none; with its line.
        RecursionError, SyntaxError: it is nested too deeply for the parser or the compiler.
    """
    from jinja2 import TemplateSyntaxError

    if len(text) > MAX_TEXT:
        raise TemplateSyntaxError(
            f"the text has {len(text):,} characters; at most {MAX_TEXT:,} are filled in", 1
        )
    environment = _environment()
    tree = environment.parse(text)
    _refuse_strangers(tree)
    return environment.template_class.from_code(
        environment, environment.compile(_priced(tree)), {}, None
    )


def _environment() -> "SandboxedEnvironment":
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    # Without the optimizer no filter runs at compile time, where nobody pays for it.
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
        optimized=False,
        cache_size=0,
    )
    environment.globals.clear()
    environment.filters = {name: _paid(name, function) for name, function in _filters().items()}
    environment.tests = {name: environment.tests[name] for name in _TESTS}
    return environment


def _filters() -> dict[str, Callable[..., Any]]:
    """None lengthens a value by more than a constant factor; ``read`` and ``rounds`` are ours."""
    from jinja2.filters import do_default

    return {
        "read": lambda value: value,
        "rounds": lambda value: value,
        "default": do_default,
        "length": len,
        "trim": lambda value: str(value).strip(),
        "lower": lambda value: str(value).lower(),
        "upper": lambda value: str(value).upper(),
        "capitalize": lambda value: str(value).capitalize(),
        "title": lambda value: str(value).title(),
        "tojson": lambda value: json.dumps(value, ensure_ascii=False),
        "join": _joined,
    }


def _joined(value: Any, separator: str = "") -> str:  # noqa: ANN401 - whatever a template hands over
    parts = [str(part) for part in value]
    if sum(map(len, parts)) + len(str(separator)) * len(parts) > MAX_OUTPUT:
        raise OverspentError(f"a joined list has more than {MAX_OUTPUT:,} characters")
    return str(separator).join(parts)


class _Rounds:
    """A list that is paid for item by item."""

    def __init__(self, items: tuple[Any, ...], budget: StepBudget) -> None:
        self._items, self._budget = items, budget

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Any]:
        for item in self._items:
            self._budget.pay(_ROUND)
            yield item


def _paid(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    from jinja2 import Undefined, pass_context

    @pass_context
    def paying(context: Any, value: Any, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - a template's values
        budget: StepBudget = context[BUDGET]
        is_there = not isinstance(value, Undefined)
        budget.pay(_ROUND + (len(value) if is_there and isinstance(value, Sized) else 0))
        if name == "rounds" and is_there:
            if not isinstance(value, tuple | list):
                raise TypeError("a loop needs a list, not a text or a number")
            return _Rounds(tuple(value), budget)
        return function(value, *arguments, **named)

    return paying


def _refuse_strangers(tree: "nodes.Template") -> None:
    """Refuse whatever is not on the list, and what is too large or too deep to compile."""
    from jinja2 import TemplateSyntaxError

    count, pending = 0, [(tree, 0)]
    while pending:
        node, depth = pending.pop()
        count += 1
        line = getattr(node, "lineno", None) or 1
        if count > MAX_NODES or depth > MAX_DEPTH:
            raise TemplateSyntaxError("the text has too many braces or nests them too deeply", line)
        construct = _strange(node)
        if construct:
            raise TemplateSyntaxError(f"{construct} is not part of the prompt language", line)
        pending.extend((child, depth + 1) for child in node.iter_child_nodes())  # type: ignore[misc]


def _strange(node: Any) -> str:  # noqa: ANN401 - one of some sixty classes
    kind = type(node).__name__
    if kind == "Getattr":
        known = (
            type(node.node).__name__ == "Name" and node.node.name == "loop" and node.attr in _LOOP
        )
        return "" if known else f"the attribute `{node.attr[:40]}`"
    if kind == "Name" and (node.name in _RESERVED or node.name.startswith("_")):
        return f"the name `{node.name[:40]}`"
    if kind == "Filter" and (
        node.node is None or node.name in {"read", "rounds"} or node.name not in _FILTERS
    ):
        return f"the filter `{node.name[:40]}`"
    if kind == "Test" and (node.name not in _TESTS or node.args):
        return f"the test `{node.name[:40]}`"
    if kind == "For" and node.recursive:
        return "a recursive loop"
    return "" if kind in _NODES else f"`{kind.lower()}`"


def _priced(tree: "nodes.Template") -> "nodes.Template":
    """The tree with a price on every read of a value and every loop."""
    from jinja2 import nodes
    from jinja2.visitor import NodeTransformer

    def priced(node: Any, name: str) -> Any:  # noqa: ANN401 - a node for a node
        return nodes.Filter(
            node, name, [], [], None, None, lineno=node.lineno, environment=node.environment
        )

    class _Pricing(NodeTransformer):
        def visit_Name(self, node: Any) -> Any:  # noqa: ANN401, N802 - named after the class it visits
            return priced(node, "read") if node.ctx == "load" else node

        def visit_Getattr(self, node: Any) -> Any:  # noqa: ANN401, N802 - `loop.index` is read as it stands
            return node

        def visit_For(self, node: Any) -> Any:  # noqa: ANN401, N802
            node = self.generic_visit(node)
            node.iter = priced(node.iter, "rounds")
            return node

    result: nodes.Template = _Pricing().visit(tree)
    return result
