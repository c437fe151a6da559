"""Finding output formats by presence: of reports, of the graph, of the inventory."""

from collections.abc import Callable

from multillm_gov.inventory import Inventory
from multillm_gov.plugins import load_plugin, plugin_names, plugin_of_ending
from multillm_gov.report import Report
from multillm_gov.risk.system.graph import Graph

_REPORTS = "multillm_gov.rendering.formats"
_GRAPHS = "multillm_gov.rendering.graphs"
_INVENTORIES = "multillm_gov.rendering.inventories"


def formats() -> tuple[str, ...]:
    """Names of all formats of a report, sorted; none of them is imported."""
    return plugin_names(_REPORTS)


def format_of_ending(ending: str) -> str | None:
    """The format that writes files of an ending, such as ``.md``; ``None``: there is none."""
    return plugin_of_ending(_REPORTS, ending)


def renderer(name: str) -> Callable[[Report], bytes]:
    """The ``render`` of one format; only its own module is imported.

    Raises:
        UsageError: there is no such format.
    """
    render: Callable[[Report], bytes] = load_plugin(_REPORTS, name, "format").render
    return render


def is_binary(name: str) -> bool:
    """Whether a format's bytes are not for a terminal."""
    return bool(getattr(load_plugin(_REPORTS, name, "format"), "BINARY", False))


def graph_formats() -> tuple[str, ...]:
    """Names of all formats of the graph, sorted; none of them is imported."""
    return plugin_names(_GRAPHS)


def graph_format_of_ending(ending: str) -> str | None:
    """The graph format that writes files of an ending; ``None``: there is none."""
    return plugin_of_ending(_GRAPHS, ending)


def graph_renderer(name: str) -> Callable[[Graph], bytes]:
    """As `renderer`, of the graph.

    Raises:
        UsageError: there is no such format.
    """
    render: Callable[[Graph], bytes] = load_plugin(_GRAPHS, name, "graph format").render
    return render


def inventory_formats() -> tuple[str, ...]:
    """Names of all formats of the inventory, sorted; none of them is imported."""
    return plugin_names(_INVENTORIES)


def inventory_renderer(name: str) -> Callable[[Inventory], bytes]:
    """As `renderer`, of the inventory.

    Raises:
        UsageError: there is no such format.
    """
    render: Callable[[Inventory], bytes] = load_plugin(
        _INVENTORIES, name, "inventory format"
    ).render
    return render
