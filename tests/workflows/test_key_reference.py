"""Every key of every governed file, in prose."""

import json
from pathlib import Path

import pytest

from multillm_gov.errors import UsageError
from multillm_gov.workflows.pages.explain import explain
from multillm_gov.workflows.pages.keys import find_keys, keys_of, reference_page
from multillm_gov.workflows.schema import schema_names, schema_of

ROOT = Path(__file__).resolve().parents[2]


def _names(node):
    if isinstance(node, dict):
        yield from node.get("properties", {})
        for inner in node.values():
            yield from _names(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _names(inner)


@pytest.mark.parametrize("name", [name for name in schema_names() if name != "policy"])
def test_no_key_of_a_schema_is_left_out(name):
    assert {key.path.rpartition(".")[2] for key in keys_of(name)} == set(_names(schema_of(name)))


@pytest.mark.parametrize("name", schema_names())
def test_every_key_says_what_it_means(name):
    for key in keys_of(name):
        assert key.description, key.path
        assert key.type, key.path


@pytest.mark.parametrize("name", schema_names())
def test_the_written_pages_are_current(name):
    page = ROOT / "docs" / "reference" / f"{name}.md"
    assert page.read_text("utf-8") == reference_page(name)


def test_a_key_is_explained_with_those_in_it():
    text = explain("allocation.demand")
    assert text.startswith("task_classes.NAME.demand\n")
    assert "  requests: whole number, 0 or more, required. Requests per month.\n" in text
    keys = json.loads(explain("allocation.demand.requests", "json"))
    assert [key["path"] for key in keys] == ["task_classes.NAME.demand.requests"]
    assert explain("settings.appetite", "markdown").startswith("# `appetite`\n")


def test_the_outermost_key_of_a_name_is_meant():
    assert find_keys("allocation.owner")[0].path == "owner"
    assert find_keys("allocation.task_classes.owner")[0].path == "task_classes.NAME.owner"


@pytest.mark.parametrize("name", ["allocation", "allocation.", "allocation.nothing", "x.demand"])
def test_what_is_no_key_is_none(name):
    assert find_keys(name) == ()


def test_a_kind_of_file_lists_its_keys_and_a_wrong_key_names_the_nearest() -> None:
    page = explain("catalog")
    assert page.startswith("catalog/*.yaml: what is known of models")
    assert "\n  models.NAME.base: " in page
    for name, near in (("allocation.nonsense", ""), ("allocation.demnd", "`demand`")):
        with pytest.raises(UsageError) as raised:
            explain(name)
        assert near in str(raised.value)
        assert "`govern explain allocation` to list its keys" in raised.value.hint
    with pytest.raises(UsageError) as raised:
        explain("alocation.demand")
    assert "kinds of files are `allocation`, `catalog`" in raised.value.hint
