"""The data files shipped with the package, read by its loader (also from a zip file)."""

from pathlib import PurePath
from typing import cast

from multillm_gov.errors import CatalogError


def shipped_bytes(name: str) -> bytes:
    """The bytes of one file below ``catalog/data/``.

    Raises:
        CatalogError: the installation is incomplete.
    """
    path = PurePath(__file__).parent / "data" / name
    try:
        return cast("bytes", __spec__.loader.get_data(str(path)))  # type: ignore[union-attr]
    except (OSError, AttributeError) as error:
        raise CatalogError(
            f"The package's data file {name} cannot be read.", "Install multillm-gov again."
        ) from error
