"""``govern schema``: what it prints and writes, and what editors make of it."""

import json
import os

import jsonschema
import pytest

from multillm_gov.cli.schema import command
from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.errors import OutputError, SourceError, UsageError
from multillm_gov.rules.engine.registry import all_rules
from multillm_gov.workflows.init import starter_files
from multillm_gov.workflows.schema import (
    compare_schemas,
    schema_names,
    schema_of,
    schema_text,
    write_schemas,
)

NAMES = (
    "allocation",
    "catalog",
    "evals",
    "evidence",
    "incidents",
    "policy",
    "policy-test",
    "scenario",
    "settings",
    "usage",
)
FILES = [f".govern/schemas/{name}.schema.json" for name in NAMES]


def judge(name, text):
    """Errors of a YAML text as an editor sees them: keyword and place."""
    document, flaws = read_document(SourceFile("x.yaml", text.encode()))
    assert flaws == ()
    validator = jsonschema.Draft202012Validator(schema_of(name))
    return [
        (error.validator, "/".join(map(str, error.absolute_path)))
        for error in validator.iter_errors(document.data)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_schema_is_sound_and_the_same_every_time(name):
    text = schema_text(name)
    assert text == schema_text(name)
    assert text.endswith(b"}\n")
    schema = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["title"]
    assert schema["additionalProperties"] is False


def test_names_are_sorted_and_unknown_ones_are_a_usage_error():
    assert schema_names() == NAMES
    with pytest.raises(UsageError) as raised:
        schema_of("allocations")
    assert "allocation, catalog" in raised.value.hint


def test_a_policys_keys_hang_on_its_rule():
    sound = (
        "policies: {p: {rule: concentration, level: vendor, weigh_by: spend, max_share: 0.5, "
        "because: x}}"
    )
    assert judge("policy", sound) == []
    assert judge("policy", sound.replace("concentration", "GOV301")) == []
    assert judge("policy", sound.replace("max_share", "max_shar")) == [
        ("additionalProperties", "policies/p")
    ]
    assert judge("policy", sound.replace("concentration", "concentratio")) == [
        ("enum", "policies/p/rule")
    ]
    assert judge("policy", "policies: {p: {enforcement: advisory}}") == [("required", "policies/p")]
    assert judge("policy", "policies: {p: {rule: concentration, enforcement: x}}")[0] == (
        "enum",
        "policies/p/enforcement",
    )


def test_every_rule_that_takes_a_policy_is_offered_by_name_and_id():
    rules = [rule for rule in all_rules() if rule.scope not in {"files", "waivers"}]
    offered = schema_of("policy")["$defs"]["Policy"]["properties"]["rule"]
    assert sorted(offered["enum"]) == sorted(
        name for rule in rules for name in (rule.name, rule.id)
    )
    assert len(offered["enumDescriptions"]) == len(offered["enum"])
    assert offered["enumDescriptions"][offered["enum"].index("GOV301")] == next(
        rule.title for rule in rules if rule.id == "GOV301"
    )
    assert "syntax" not in offered["enum"]


def test_the_starters_files_fit_and_name_schemas_that_are_written(tmp_path):
    from datetime import date

    write_schemas(tmp_path)
    kinds = {
        "allocations": "allocation",
        "policies": "policy",
        "catalog": "catalog",
        "govern.yaml": "settings",
    }
    judged = set()
    for path, data in starter_files(date(2026, 11, 24)).items():
        name = kinds.get(path.partition("/")[0])
        if name is None:
            continue
        text = data.decode()
        assert judge(name, text) == [], path
        modeline = text.partition("\n")[0]
        start = "# yaml-language-server: $schema="
        assert modeline.startswith(start), path
        named = os.path.normpath(tmp_path / os.path.dirname(path) / modeline.removeprefix(start))  # noqa: PTH120
        assert named == str(tmp_path / ".govern/schemas" / f"{name}.schema.json")
        assert os.path.isfile(named)  # noqa: PTH113
        judged.add(name)
    assert judged == set(kinds.values())


def test_the_shipped_schemas_of_this_repository_are_current(request):
    root = request.config.rootpath
    if not (root / ".govern").is_dir():
        pytest.skip("this copy of the repository has no `.govern`")
    assert compare_schemas(root) == ()


def test_writing_and_comparing(tmp_path):
    assert [(found.path, found.missing) for found in compare_schemas(tmp_path)] == [
        (path, True) for path in FILES
    ]
    assert write_schemas(tmp_path) == tuple(FILES)
    assert compare_schemas(tmp_path) == ()
    changed = tmp_path / FILES[3]
    changed.write_bytes(changed.read_bytes().replace(b"\n", b"\r\n"))
    assert compare_schemas(tmp_path) == ()
    changed.write_bytes(b"{}")
    (tmp_path / FILES[0]).unlink()
    assert [(found.path, found.missing) for found in compare_schemas(tmp_path)] == [
        (FILES[0], True),
        (FILES[3], False),
    ]


def test_a_folder_in_the_place_of_a_schema_is_an_error(tmp_path):
    (tmp_path / FILES[1]).mkdir(parents=True)
    with pytest.raises(OutputError):
        write_schemas(tmp_path)
    with pytest.raises(SourceError):
        compare_schemas(tmp_path)


@pytest.fixture
def portfolio(tmp_path):
    (tmp_path / "allocations").mkdir()
    return tmp_path


def test_the_command_lists_and_prints(govern, tmp_path):
    listed = govern("schema", cwd=tmp_path)
    assert (listed.returncode, listed.stdout.decode().split()) == (0, list(NAMES))
    printed = govern("schema", "allocation", cwd=tmp_path)
    assert (printed.returncode, printed.stdout) == (0, schema_text("allocation"))
    assert not list(tmp_path.iterdir())


def test_the_command_writes_and_checks_the_portfolio_from_below(govern, portfolio):
    below = portfolio / "allocations"
    checked = govern("schema", "--check", cwd=below)
    assert checked.returncode == 1
    assert checked.stdout.decode().splitlines() == [f"{path} is missing" for path in FILES]
    assert b"govern schema --write" in checked.stderr
    written = govern("schema", "--write", cwd=below)
    assert (written.returncode, written.stdout) == (0, b"")
    assert sorted(
        path.relative_to(portfolio).as_posix() for path in portfolio.rglob("*.json")
    ) == sorted(FILES)
    again = govern("schema", "--check", cwd=below)
    assert (again.returncode, again.stdout) == (0, b"")
    (portfolio / FILES[0]).write_text("{}")
    stale = govern("schema", "--check", "-C", str(portfolio), cwd=portfolio.parent)
    assert (stale.returncode, stale.stdout.decode()) == (1, f"{FILES[0]} is out of date\n")


def test_the_command_writes_to_any_folder(govern, tmp_path):
    assert govern("schema", "--write", "docs/my schemas", cwd=tmp_path).returncode == 0
    assert len(list((tmp_path / "docs/my schemas").iterdir())) == len(NAMES)
    assert govern("schema", "--check", "docs/my schemas", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("polcy",), 2, b"allocation, catalog"),
        (("policy", "--check"), 2, b"give one"),
        (("--write", "--check"), 2, b"give one"),
        (("--write",), 3, b"No portfolio"),
    ],
)
def test_wrong_calls_say_what_to_do(govern, tmp_path, arguments, code, words):
    result = govern("schema", *arguments, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (code, b"")
    assert words in result.stderr
    assert not list(tmp_path.iterdir())


def test_help_has_examples():
    assert "Examples:" in command.help
