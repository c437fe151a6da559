"""Schemas from types."""

import json
import subprocess
import sys
from datetime import date
from functools import partial
from typing import Annotated

import jsonschema
import pytest
from msgspec import Meta, Struct, field

from multillm_gov.dimensions import Level
from multillm_gov.documents.schema import SchemaVariant, json_schema, variant_schema
from multillm_gov.portfolio.allocation import AllocationFile
from multillm_gov.portfolio.demand import Demand
from multillm_gov.portfolio.settings import Appetite, Settings
from multillm_gov.units import Percent, Share


class Inner(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is inside.

    More that no editor needs.
    """

    since: date = date(2026, 1, 31)
    share: Annotated[Share, Meta(description="A part")] = field(
        default_factory=partial(Share, "0.25")
    )


class OuterThing(Struct, kw_only=True, forbid_unknown_fields=True):
    """The whole of ``x.yaml``."""

    name: str
    level: Level = Level.VENDOR
    inner: Inner = field(default_factory=Inner)
    other: Inner = field(default_factory=lambda: Inner(share=Share("1.00")))
    many: dict[str, list[Percent]] = field(default_factory=lambda: {"title": [Percent("1.50")]})


def test_a_schema_says_everything_the_type_says():
    schema = json_schema(OuterThing)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (schema["title"], schema["description"]) == ("Outer thing", "The whole of `x.yaml`.")
    assert schema["required"] == ["name"]
    assert list(schema["properties"]) == ["name", "level", "inner", "other", "many"]
    assert {key: part.get("default", "none") for key, part in schema["properties"].items()} == {
        "name": "none",
        "level": "vendor",
        "inner": {},
        "other": {"share": 1},
        "many": {"title": [1.5]},
    }
    inner = schema["$defs"]["Inner"]
    assert inner["description"] == "What is inside."
    assert "required" not in inner
    assert inner["properties"]["since"] == {
        "type": "string",
        "format": "date",
        "default": "2026-01-31",
    }
    assert inner["properties"]["share"] == {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "description": "A part",
        "default": 0.25,
    }
    assert "OuterThing" not in schema["$defs"]


def test_defaults_of_factories_are_written_out():
    defaults = {key: part["default"] for key, part in json_schema(Appetite)["properties"].items()}
    assert defaults["max_vendor_share_of_spend"] == float(Appetite().max_vendor_share_of_spend)
    assert None not in [value for key, value in defaults.items() if key != "max_monthly_spend"]
    assert json_schema(Demand)["properties"]["seconds"]["default"] == 0


@pytest.mark.parametrize("kind", [AllocationFile, Settings, OuterThing])
def test_defaults_satisfy_their_own_schema(kind):
    schema = json_schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    for node in [schema, *schema.get("$defs", {}).values()]:
        for part in node.get("properties", {}).values():
            if "default" in part:
                jsonschema.validate(part["default"], {**part, "$defs": schema["$defs"]})


def test_a_schema_may_be_changed_without_harm():
    json_schema(OuterThing)["properties"].clear()
    assert json_schema(OuterThing)["properties"]


def test_a_schema_is_the_same_in_every_process():
    code = (
        "import json; from multillm_gov.documents.schema import json_schema;"
        "from multillm_gov.portfolio.allocation import AllocationFile; "
        "print(json.dumps(json_schema(AllocationFile)))"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
    assert json.loads(runs.pop()) == json_schema(AllocationFile)


class Common(Struct, kw_only=True):
    """Shared keys."""

    rule: str
    because: str = ""


class Limits(Struct, kw_only=True, forbid_unknown_fields=True):
    inner: Inner
    most: Share | None = None


class Bare(Struct, forbid_unknown_fields=True):
    pass


@pytest.fixture(scope="module")
def policy():
    variants = [
        SchemaVariant(names=("limit", "GOV1"), description="limits", keys=Limits),
        SchemaVariant(names=("bare", "GOV2"), description="nothing", keys=Bare),
    ]
    schema, definitions = variant_schema(Common, "rule", variants)
    assert (schema, definitions) == variant_schema(Common, "rule", variants[::-1])
    return jsonschema.Draft202012Validator({**schema, "$defs": definitions})


@pytest.mark.parametrize(
    ("data", "broken"),
    [
        ({"rule": "limit", "inner": {}, "most": 0.5, "because": "x"}, []),
        ({"rule": "GOV2"}, []),
        ({"rule": "limit"}, ["required"]),
        ({"rule": "GOV1", "inner": {}, "most": 2}, ["anyOf"]),
        ({"rule": "limit", "inner": {"x": 1}}, ["additionalProperties"]),
        ({"rule": "bare", "most": 1}, ["additionalProperties"]),
        ({"rule": "nope", "most": 1}, ["enum"]),
        ({"because": "x"}, ["required"]),
    ],
)
def test_further_keys_hang_on_the_deciding_one_with_one_error_a_mistake(policy, data, broken):
    assert [error.validator for error in policy.iter_errors(data)] == broken


def test_a_variant_may_not_take_a_common_key():
    class Clashing(Struct):
        because: int

    with pytest.raises(ValueError, match="because"):
        variant_schema(Common, "rule", [SchemaVariant(names=("x",), description="", keys=Clashing)])
