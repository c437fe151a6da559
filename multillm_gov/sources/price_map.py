"""The price map: that of the installed LiteLLM, read without importing it, else the shipped one."""

import gzip
from importlib.util import find_spec
from pathlib import Path

import msgspec

from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.errors import CatalogError

_FILE = "model_prices_and_context_window_backup.json"
DATA = Path(__file__).parent.parent / "catalog" / "data"
MAP, NOTE, LICENSE = "price_map.json.gz", "price_map.note.json", "price_map.LICENSE"
"""The shipped snapshot (`tools/build_price_snapshot.py`): map bytes and description."""


class _Note(msgspec.Struct):
    litellm: str


def read_price_map() -> PriceMap:
    """The price map of the installed litellm package, or of the snapshot where none is installed.

    Raises:
        CatalogError: the map cannot be read.
    """
    return installed_price_map() or shipped_price_map()


def installed_price_map() -> PriceMap | None:
    """The price map inside the installed litellm package; ``None``: none is installed.

    Raises:
        CatalogError: it is missing or unreadable.
    """
    spec = find_spec("litellm")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    return PriceMap(_version(package), _read(package / _FILE, "pip install --upgrade litellm"))


def shipped_price_map() -> PriceMap:
    """The price map of the release that this package was built with.

    Raises:
        CatalogError: the files are missing or damaged.
    """
    again = "pip install --force-reinstall multillm-gov"
    try:
        data = gzip.decompress(_read(DATA / MAP, again))
        note = msgspec.json.decode(_read(DATA / NOTE, again), type=_Note)
    except (OSError, EOFError, msgspec.DecodeError) as error:
        raise CatalogError(f"The shipped price map is damaged: {error}", again) from None
    return PriceMap(note.litellm, data)


def _read(path: Path, hint: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CatalogError(
            f"The price map `{path.name}` cannot be read: {error.strerror or error}", f"`{hint}`"
        ) from None


def _version(package: Path) -> str:
    """From the metadata folder beside the package: `importlib.metadata` costs 30 ms to import."""
    texts = [path.name for path in package.parent.glob("litellm-*.dist-info")]
    if len(texts) == 1:
        return texts[0].removeprefix("litellm-").removesuffix(".dist-info")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("litellm")
    except PackageNotFoundError:
        return "unknown"
