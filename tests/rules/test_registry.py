"""The book is found by presence: adding a rule is one module and its cases."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from msgspec import structs

from multillm_gov.catalog.lookup import open_catalog
from multillm_gov.catalog.overrides import Overrides
from multillm_gov.documents.document import SourceFile
from multillm_gov.finding import Flaw
from multillm_gov.gateways.litellm.linting import lint
from multillm_gov.gateways.litellm.reading import read_configuration
from multillm_gov.gateways.litellm.rule import LintContext
from multillm_gov.gateways.litellm.versions import TESTED, parse_release
from multillm_gov.location import Location
from multillm_gov.rules import book
from multillm_gov.rules.engine.registry import all_rules, find_rule, rule_names
from multillm_gov.sources.price_map import shipped_price_map

_PACKAGE = Path(__file__).parents[2] / "multillm_gov"
_MODULE = """\
from multillm_gov.finding import Severity
from multillm_gov.rules.engine.rule import Rule

RULE = Rule(
    id="{id}", name="{name}", title="T", one="1.", many="{{count}}", short_title="S",
    requirement="R.", why="W.", remediation="M.", severity=Severity.NOTE,
    check=lambda case, parameters: iter(()), claims="{claims}",
)
"""


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A second folder of the book."""
    monkeypatch.setattr(book, "__path__", [*book.__path__, str(tmp_path)])
    return tmp_path


def test_a_new_file_is_a_new_rule(shelf: Path) -> None:
    before = len(all_rules())
    (shelf / "gov998_shelf_tidy.py").write_text(
        _MODULE.format(id="GOV998", name="shelf-tidy", claims="")
    )
    assert len(all_rules()) == before + 1
    found = find_rule("shelf-tidy")
    assert found is not None
    assert found is find_rule("gov998")
    assert found.family == 9


def test_a_file_whose_rule_is_called_otherwise_is_a_defect(shelf: Path) -> None:
    (shelf / "gov997_shelf_named.py").write_text(
        _MODULE.format(id="GOV997", name="named-otherwise", claims="")
    )
    with pytest.raises(ValueError, match="GOV997"):
        all_rules()


@pytest.mark.parametrize("file", ["gov101_other_name.py", "gov996_unknown_model.py"])
def test_ids_and_names_are_unique(shelf: Path, file: str) -> None:
    (shelf / file).write_text("")
    with pytest.raises(ValueError, match="two rules claim"):
        rule_names()


def test_a_kind_of_flaw_has_one_rule(shelf: Path) -> None:
    (shelf / "gov995_shelf_claim.py").write_text(
        _MODULE.format(id="GOV995", name="shelf-claim", claims="syntax")
    )
    with pytest.raises(ValueError, match="one kind of flaw"):
        all_rules()


def test_rules_come_ordered_and_are_found_by_id_and_name() -> None:
    rules = all_rules()
    assert [rule.id for rule in rules] == sorted(rule.id for rule in rules)
    assert {rule.family for rule in rules} == {0, 1, 2, 3, 4, 5, 6, 7, 9}
    for rule in rules:
        assert find_rule(rule.id) is find_rule(rule.id.lower()) is find_rule(rule.name) is rule
    assert find_rule("nonsense") is None


def test_every_kind_of_flaw_that_the_package_makes_is_claimed() -> None:
    made = _made_in(file for file in _PACKAGE.rglob("*.py") if not _reads_gateways(file))
    assert made >= {"syntax", "schema", "unsafe-yaml", "duplicate-name", "unreadable-file"}
    assert made <= {rule.claims for rule in all_rules()}


def test_every_kind_of_flaw_in_a_gateways_configuration_is_told_once_by_lint() -> None:
    """These never reach the book: the rules of lint judge the configuration that holds them."""
    made = _made_in(filter(_reads_gateways, _PACKAGE.rglob("*.py")))
    assert made >= {"include-not-read", "include-missing", "malformed", "not-a-configuration"}
    clean, _ = read_configuration(SourceFile("config.yaml", b"model_list: []\n"))
    assert clean is not None
    for kind in made | {"syntax", "unsafe-yaml", "duplicate-key"}:
        flaw = Flaw(kind=kind, message="told", location=Location("config.yaml"), remedy="R.")
        context = LintContext(
            configuration=structs.replace(clean, flaws=(flaw,)),
            release=parse_release(TESTED),
            catalog=open_catalog(Overrides(), None, shipped_price_map, date(2026, 11, 30)),
            as_of=date(2026, 11, 30),
        )
        assert [found.message for found in lint(context)].count("told") == 1, kind


def _reads_gateways(file: Path) -> bool:
    """Whether a module reads the configuration of a gateway, which is no governed file."""
    return {"gateways", "gateway"} & set(file.relative_to(_PACKAGE).parts) != set()


def _made_in(files: Iterable[Path]) -> set[str]:
    made = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                makes = name in {"Flaw", "flaw", "note", "refuse", "stop"}
                made |= _kinds(node) if makes else set()
    return made


def _kinds(call: ast.Call) -> set[str]:
    named = [keyword.value for keyword in call.keywords if keyword.arg == "kind"]
    first = call.args[:1] if len(call.args) >= 3 else []
    given = [*named, *first]
    given += [
        way for each in given if isinstance(each, ast.IfExp) for way in (each.body, each.orelse)
    ]
    return {
        node.value
        for node in given
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_looking_one_rule_up_imports_no_other() -> None:
    code = (
        "import sys; from multillm_gov.rules.engine.registry import find_rule; find_rule('GOV301');"
        "print([m for m in sys.modules if '.book.gov' in m])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['multillm_gov.rules.book.gov301_concentration']"


def test_the_book_needs_no_heavy_import() -> None:
    code = (
        "import sys; from multillm_gov.rules.engine.registry import all_rules; all_rules();"
        "print([m for m in "
        "('jsonschema_rs','git','jinja2','typst','litellm','networkx','numpy','difflib','yaml')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_files_that_are_no_rules_are_passed_over(shelf: Path) -> None:
    shutil.copy(Path(__file__), shelf / "test_something.py")
    (shelf / "gov12_short.py").write_text("")
    assert len(rule_names()) == len(all_rules())
