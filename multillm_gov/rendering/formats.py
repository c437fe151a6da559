"""Finding output formats by presence: every module of this folder with a ``render`` is one; helpers live in folders."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from multillm_gov import rendering
from multillm_gov.errors import UsageError
from multillm_gov.report import Report


def formats() -> tuple[str, ...]:
    """Names of all formats, in order; none of them is imported."""
    found = iter_modules(rendering.__path__)
    return tuple(sorted(module.name for module in found if not module.ispkg and _renders(module.name)))


def renderer(name: str) -> Callable[[Report], bytes]:
    """The ``render`` of one format; only its own module is imported.

    Raises:
        UsageError: there is no such format.
    """
    if name.isidentifier() and name.isascii() and _renders(name):
        render: Callable[[Report], bytes] = import_module(f"{rendering.__name__}.{name}").render
        return render
    raise UsageError(f"There is no format `{name}`.", hint=f"Use one of: {', '.join(formats())}.")


def _renders(name: str) -> bool:
    """Whether a module defines ``render``, read from its compiled code without running it."""
    spec = find_spec(f"{rendering.__name__}.{name}")
    if spec is None or spec.submodule_search_locations is not None:
        return False
    read = getattr(spec.loader, "get_code", None)
    code = read(spec.name) if read else None
    return code is not None and "render" in code.co_names
