"""LiteLLM's price map as installed, found and read without importing litellm (which takes seconds)."""

from importlib.util import find_spec
from pathlib import Path

from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.errors import CatalogError

_FILE = "model_prices_and_context_window_backup.json"
_HINT = "Install LiteLLM, which carries the prices: pip install litellm"


def read_price_map() -> PriceMap:
    """The price map that ships inside the installed litellm package.

    Raises:
        CatalogError: litellm is not installed, or its price map is missing or unreadable.
    """
    spec = find_spec("litellm")
    if spec is None or spec.origin is None:
        raise CatalogError("LiteLLM is not installed, so no model prices are known.", _HINT)
    package = Path(spec.origin).parent
    try:
        data = (package / _FILE).read_bytes()
    except OSError as error:
        raise CatalogError(
            f"LiteLLM's price map cannot be read: {error.strerror or error}.", _HINT
        ) from error
    return PriceMap(_version(package), data)


def _version(package: Path) -> str:
    """From the one metadata folder beside the package; `importlib.metadata` answers too, but its import costs 30 ms."""
    found = [path.name for path in package.parent.glob("litellm-*.dist-info")]
    if len(found) == 1:
        return found[0].removeprefix("litellm-").removesuffix(".dist-info")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("litellm")
    except PackageNotFoundError:
        return "unknown"
