"""Where self-hosted models answer: a wire format and names of environment variables."""

from multillm_gov.catalog.endpoint_declaration import Endpoint
from multillm_gov.catalog.overrides import Overrides, chain_of


def endpoints_of(overrides: Overrides) -> dict[str, Endpoint]:
    """Every declared model's endpoint: its own, or that of the override it is based on."""
    found = {}
    for name in sorted(overrides.models):
        for link in chain_of(name, overrides.models):
            placed = overrides.models.get(link)
            if placed is not None and placed.declared.endpoint is not None:
                found[name] = placed.declared.endpoint
                break
    return found
