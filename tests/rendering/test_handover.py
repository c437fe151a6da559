"""What other systems take: valid for the schemas they publish, the same each time, nothing lost."""

import csv
import json
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, Draft202012Validator
from msgspec.structs import replace
from referencing import Registry, Resource

from multillm_gov.inventory import Inventory, ModelService, SupplierAssessment
from multillm_gov.rendering.formats import oscal
from multillm_gov.rendering.inventories import cyclonedx, dora
from multillm_gov.report import Report
from portfolios import REPOSITORY

DATA = Path(__file__).parents[1] / "data"
SERVICE = ModelService(
    model="openai/gpt-x",
    vendor="openai",
    provider="azure",
    billed_by="microsoft",
    cloud="azure",
    weights="closed",
    regions=("EU",),
    laws=("US",),
    task_classes=("claims", "scoring"),
    classifications=("confidential",),
    is_routed=True,
    is_in_house=False,
)
UNKNOWN = replace(
    SERVICE,
    model="odd/\ud800 name",
    provider="unknown",
    cloud="unknown",
    weights="unknown",
    regions=(),
    laws=(),
    is_routed=False,
)
SUPPLIER = SupplierAssessment(
    name="openai",
    substitutability="medium complexity",
    reason="both",
    exit_plan=True,
    reintegration="highly complex",
    discontinuation_impact="high",
    alternatives_identified="not assessed",
    alternatives=("anthropic", "mistral"),
)
NOTHING = SupplierAssessment(
    name="=cmd()",
    substitutability=None,
    reason=None,
    exit_plan=None,
    reintegration=None,
    discontinuation_impact=None,
    alternatives_identified=None,
    alternatives=(),
)


INVENTORY = Inventory(
    organization="Example",
    as_of="2026-11-24",
    services=(SERVICE, UNKNOWN),
    suppliers=(NOTHING, SUPPLIER),
)


def read(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def ecma(schema: Any) -> Any:
    """The schema with letters of Unicode as Python's regular expressions name them."""
    text = json.dumps(schema)
    text = text.replace(r"\\p{L}", r"[^\\W\\d_]").replace(r"\\p{N}", r"\\d")
    return json.loads(re.sub(r"\[(\[\^\\\\W\\\\d_\])", r"[a-zA-Z", text))


OSCAL = Draft202012Validator(ecma(read("oscal/assessment-results-1.2.1.schema.json")))


def test_oscal_is_valid_for_the_model_and_keeps_every_finding(
    check_report: Report, clean_report: Report, board_report: Report
) -> None:
    for report in (check_report, clean_report, board_report):
        document = json.loads(oscal.render(report))
        assert list(OSCAL.iter_errors(document)) == []
        (result,) = document["assessment-results"]["results"]
        assert len(result["observations"]) == 1 + len(report.findings)
        gate = report.verdict.fail_on
        failing = [f for f in report.findings if f.active and gate and f.severity >= gate]
        assert len(result.get("findings", ())) == len(failing)
        known = {one["uuid"] for one in result["observations"]}
        for finding in result.get("findings", ()):
            (related,) = finding["related-observations"]
            assert related["observation-uuid"] in known
        uuids = re.findall(r'"uuid": "([^"]*)"', oscal.render(report).decode())
        assert len(set(uuids)) == len(uuids)
    assert len(
        json.loads(oscal.render(check_report))["assessment-results"]["results"][0]["findings"]
    )


def test_the_schema_of_oscal_refuses_what_is_wrong(check_report: Report) -> None:
    document = json.loads(oscal.render(check_report))
    del document["assessment-results"]["import-ap"]
    assert list(OSCAL.iter_errors(document))


def test_ids_follow_from_what_they_name(check_report: Report) -> None:
    assert oscal.render(check_report) == oscal.render(check_report)
    other = replace(check_report, as_of="2026-11-25")
    assert (
        json.loads(oscal.render(other))["assessment-results"]["uuid"]
        not in oscal.render(check_report).decode()
    )


def test_cyclonedx_is_valid_and_lists_every_model() -> None:
    names = ("bom-1.6.SNAPSHOT", "spdx.SNAPSHOT", "jsf-0.82.SNAPSHOT")
    schemas = [read(f"cyclonedx/{name}.schema.json") for name in names]
    registry: Any = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas
    )
    validator = Draft7Validator(schemas[0], registry=registry)
    document = json.loads(cyclonedx.render(INVENTORY))
    assert list(validator.iter_errors(document)) == []
    known, odd = document["services"]
    assert known["provider"] == {"name": "azure"}
    assert known["x-trust-boundary"] is True
    assert {"name": "govern:task-class", "value": "scoring"} in known["properties"]
    assert "provider" not in odd, "what is not known is left out"
    assert len(document["dependencies"][0]["dependsOn"]) == 2
    assert cyclonedx.render(INVENTORY) == cyclonedx.render(INVENTORY)
    document["services"][0].pop("name")
    assert list(validator.iter_errors(document))


def test_the_register_has_the_codes_of_the_regulation() -> None:
    head, nothing, row = csv.reader(StringIO(dora.render(INVENTORY).decode()))
    assert head == ["supplier", *(f"c{number:04}" for number in range(10, 130, 10))]
    assert dict(zip(head, row, strict=True)) == {
        "supplier": "openai",
        **dict.fromkeys(("c0010", "c0020", "c0030", "c0040", "c0070"), ""),
        "c0050": "eba_ZZ:x961",
        "c0060": "eba_ZZ:x965",
        "c0080": "eba_BT:x28",
        "c0090": "eba_ZZ:x967",
        "c0100": "eba_ZZ:x793",
        "c0110": "eba_BT:x21",
        "c0120": "anthropic; mistral",
    }
    assert nothing[0] == "'=cmd()", "no spreadsheet runs it"
    assert set(nothing[1:]) == {""}, "not declared is not said"


def test_the_command_lists_what_the_portfolio_uses(
    govern: Callable[..., Any], checkout: Any
) -> None:
    declared = "vendors: {alpha: {exit_plan: true, substitutability: easily substitutable}}\n"
    checkout.commit(REPOSITORY | {"catalog/vendors.yaml": declared})
    words = ("inventory", "cyclonedx", "--as-of", "2026-11-24")
    done = govern(*words, cwd=checkout.folder)
    assert done.returncode == 0, done.stderr
    found = {one["name"]: one for one in json.loads(done.stdout)["services"]}
    assert set(found) == {"custom/alpha", "custom/beta", "custom/gamma"}
    uses = {"name": "govern:use", "value": "fallback only"}
    assert [name for name, one in found.items() if uses in one["properties"]] == ["custom/gamma"]
    assert govern(*words, cwd=checkout.folder).stdout == done.stdout
    done = govern("inventory", "dora", "--output", "b.csv", cwd=checkout.folder)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader((checkout.folder / "b.csv").read_text().splitlines()))
    assert [row["supplier"] for row in rows] == ["alpha", "beta", "gamma"]
    assert (rows[0]["c0050"], rows[0]["c0080"]) == ("eba_ZZ:x962", "eba_BT:x28")
