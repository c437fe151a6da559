"""Whatever writes YAML keeps what it does not change, and every writer is known."""

import ast
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import multillm_gov
from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.portfolio.route_editing import with_route
from multillm_gov.sources.output import in_place

PACKAGE = Path(multillm_gov.__file__).parent
IN_PLACE = {
    "workflows/entries.py": "fix, waive, approve, pin: test_amending.py, test_fix.py, below",
    "workflows/incidents.py": "incidents: test_rewriting.py",
    "workflows/usage/actuals.py": "usage import: test_rewriting.py, below",
    "workflows/optimization/delivery.py": "optimize --write: below",
}
"""Modules that write over YAML that people edit, and where that is tested."""
NEW_OR_OTHER = {
    *("workflows/gateway/importing.py", "workflows/gateway/starting.py", "workflows/init.py"),
    *("workflows/catalog_lock.py", "workflows/schema.py", "workflows/optimization/claim.py"),
    *("workflows/evaluation/client.py", "workflows/evaluation/dry_run.py", "workflows/site.py"),
    *("workflows/usage/exporting.py", "workflows/usage/importing.py", "sources/evidence_store.py"),
    *("sources/output.py", "sources/git_command.py", "warehouse/store.py"),
    *("warehouse/range_import.py", "cli/shared/emit.py", "cli/export.py", "cli/graph.py"),
    *("cli/inventory.py", "cli/test.py", "rendering/formats/pdf.py", "sources/disk.py"),
}
"""Modules whose files are new, wholly generated, JSON, rows, text, reports, or only read."""
_WRITES = {"write_bytes", "append_bytes", "write_text", "fdopen"}


def writes(tree: ast.Module) -> bool:
    """Whether a module calls what writes a file."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            if isinstance(node, ast.Name) and node.id in {"write_bytes", "append_bytes"}:
                return True
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node.func, ast.Name) else name
        modes = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
        if name in _WRITES or (name == "open" and any(str(m)[:1] in "wax" for m in modes if m)):
            return True
    return False


def test_every_module_that_writes_files_is_known() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if writes(ast.parse(path.read_bytes()))
    }
    assert found == {*IN_PLACE, *NEW_OR_OTHER}


@pytest.mark.parametrize(
    "call", ["p.write_text('x')", "p.open('wb')", "open(p, 'a')", "f(write_bytes)"]
)
def test_a_new_writer_would_be_seen(call: str) -> None:
    assert writes(ast.parse(call))
    assert not writes(ast.parse("p.open('rb'); open(p); p.read_bytes()"))


MODELS = ("openai/a", "größe/模型", "x/y:1")
_styles = st.lists(st.sampled_from(["flow", "block", "quoted"]), min_size=3, max_size=3)


def _allocation(styles: list[str], indent: str, newline: str, comments: bool) -> str:
    lines = ["# head", "task_classes:", "  triage:", "    purpose: 'it''s'   # why", "    route:"]
    for number, (model, style) in enumerate(zip(MODELS, styles, strict=True)):
        remark = f"   # behind {number}" if comments else ""
        lines += [f"{indent}# above {number}"] if comments else []
        text = f'"{model}"' if style == "quoted" else model
        if style == "block":
            lines += [f"{indent}- model: {text}{remark}", f"{indent}  weight:  {20 + number * 20}"]
        else:
            lines += [f"{indent}- {{model:   {text}, weight: {20 + number * 20}}}{remark}"]
    lines += ["    fallbacks:", "      # spare", "      - z/z   # rz", "      - 'w/w'"]
    lines += ["    owner: me", "    notes: >-", "      long", "      text", "# end", ""]
    return newline.join(lines)


@given(
    _styles,
    st.sampled_from(["    ", "      ", "          "]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.booleans(),
    st.lists(st.sampled_from((*MODELS, "new/one")), unique=True, min_size=1),
    st.sampled_from(list(permutations(("z/z", "w/w", "v/v"), 2))),
)
def test_a_route_keeps_the_lines_of_what_stays(
    styles, indent, newline, comments, mark, models, fallbacks
) -> None:
    text = _allocation(styles, indent, newline, comments)
    file = SourceFile("a.yaml", (b"\xef\xbb\xbf" if mark else b"") + text.encode())
    share = Decimal(100) / len(models)
    route = [(model, share.quantize(Decimal(1))) for model in models]
    amended = with_route(file, "triage", route, fallbacks)
    assert amended is not None
    after = amended.data.decode()
    assert after.startswith("\ufeff") == mark
    assert newline == "\n" or after.count("\n") == after.count("\r\n")
    lines = after.removeprefix("\ufeff").split(newline)
    head, tail = text.split(newline)[:4], text.split(newline)[-6:]
    assert lines[:4] == head
    assert lines[-6:] == tail
    for number, model in enumerate(MODELS):
        for words in (f"# above {number}", f"# behind {number}"):
            assert (words in after) == (comments and model in models)
    assert ("# rz" in after) == ("z/z" in fallbacks)
    assert ("'w/w'" in after) == ("w/w" in fallbacks)
    for model, style in zip(MODELS, styles, strict=True):
        if model in models and comments:
            above = next(
                n for n, line in enumerate(lines) if line.endswith(f"# above {MODELS.index(model)}")
            )
            assert model in lines[above + 1]
            assert ("{" in lines[above + 1]) == (style != "block")


def test_a_generated_file_keeps_what_people_wrote_into_it(tmp_path) -> None:
    old = (
        '# Ours.\nactuals:\n  # From the bank.\n  - {month: 2026-01, spend:  "1.00"}   # checked\n'
    )
    new = 'actuals:\n  - {month: 2026-01, spend: "1.00"}\n  - {month: 2026-02, spend: "2.00"}\n'
    file = SourceFile("usage.yaml", new.encode())
    assert in_place(tmp_path, file) == file
    (tmp_path / "usage.yaml").write_text(old)
    written = in_place(tmp_path, file)
    assert written.data.decode() == old + '  - {month: 2026-02, spend: "2.00"}\n'
    document, _ = read_document(written)
    assert document is not None
