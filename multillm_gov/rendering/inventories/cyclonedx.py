"""CycloneDX 1.6: the models in use as services, for inventories and supply-chain tools."""

from typing import Any
from uuid import UUID, uuid5

from multillm_gov.dimensions import UNKNOWN
from multillm_gov.inventory import Inventory, ModelService
from multillm_gov.rendering.formats.json import write_json
from multillm_gov.report import TOOL_VERSION

MEDIA_TYPE = "application/vnd.cyclonedx+json"
_NAMESPACE = UUID("9c0e7a0c-6f0b-5a5e-8f0d-0d5a0c8f5a11")


def render(inventory: Inventory) -> bytes:
    """A bill of materials: a service for each model that a task class names.

    The portfolio depends on the routed models and fallbacks of its task classes; what is not known
    of a service is left out of it.
    """
    run = (inventory.organization, inventory.as_of, inventory.revision, inventory.path_prefix)
    name = "\x1f".join(run).encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return write_json(
        {
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "serialNumber": f"urn:uuid:{uuid5(_NAMESPACE, name)}",
            "version": 1,
            "metadata": {
                "timestamp": f"{inventory.as_of}T00:00:00Z",
                "tools": {
                    "components": [
                        {"type": "application", "name": "govern", "version": TOOL_VERSION}
                    ]
                },
                "component": _root(inventory),
            },
            "services": [_service(service) for service in inventory.services],
            "dependencies": [
                {
                    "ref": "portfolio",
                    "dependsOn": [_reference(service) for service in inventory.services],
                }
            ],
        }
    )


def _root(inventory: Inventory) -> dict[str, Any]:
    """The portfolio itself."""
    draft = "; ".join(inventory.draft)
    return {
        "type": "application",
        "bom-ref": "portfolio",
        "name": inventory.organization,
        **({"version": inventory.revision} if inventory.revision else {}),
        "properties": [_property("draft", draft)] if draft else [],
    }


def _service(service: ModelService) -> dict[str, Any]:
    properties = {
        "vendor": service.vendor,
        "cloud": service.cloud,
        "billed-by": service.billed_by,
        "weights": service.weights,
        "use": "routed" if service.is_routed else "fallback only",
    }
    listed = {"region": service.regions, "law": service.laws, "task-class": service.task_classes}
    return {
        "bom-ref": _reference(service),
        **({} if service.provider == UNKNOWN else {"provider": {"name": service.provider}}),
        "name": service.model,
        "x-trust-boundary": not service.is_in_house,
        "data": [
            {"flow": "bi-directional", "classification": name} for name in service.classifications
        ],
        "properties": [
            *(_property(key, value) for key, value in properties.items() if value != UNKNOWN),
            *(_property(key, value) for key, values in listed.items() for value in values),
        ],
    }


def _reference(service: ModelService) -> str:
    return f"model:{service.model}"


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": f"govern:{name}", "value": value}
