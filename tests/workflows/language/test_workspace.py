"""Unsaved texts over the disk."""

from datetime import date
from pathlib import Path

from multillm_gov.location import Place
from multillm_gov.workflows.language.workspace import assess_workspace, governed_place

DAY = date(2026, 11, 24)
ROUTE = "task_classes: {{{name}: {{route: [{{model: gpt-5}}]}}}}\n"
APPROVAL = """\
approvals:
  - subject: task_class:a
    digest: sha256:0000000000000000000000000000000000000000000000000000000000000000
    approved_by: cfo
    date: 2026-11-01
"""


def names(root: Path, buffers: dict[str, str]) -> set[str]:
    return {
        task.name
        for task in assess_workspace(root, buffers, as_of=DAY).state.portfolio.task_classes
    }


def test_a_buffer_replaces_its_file_and_a_new_one_is_added(tmp_path: Path) -> None:
    (tmp_path / "allocations").mkdir()
    (tmp_path / "allocations/x.yaml").write_text(ROUTE.format(name="saved"))
    assert names(tmp_path, {}) == {"saved"}
    assert names(tmp_path, {"allocations/x.yaml": ROUTE.format(name="typed")}) == {"typed"}
    assert names(tmp_path, {"allocations/y.yaml": ROUTE.format(name="typed")}) == {"saved", "typed"}
    assert names(tmp_path, {"elsewhere/y.yaml": ROUTE.format(name="typed")}) == {"saved"}


def test_what_is_known_is_taken_over_and_what_is_mended_forgotten(tmp_path: Path) -> None:
    (tmp_path / "allocations").mkdir()
    (tmp_path / "allocations/x.yaml").write_text(ROUTE.format(name="saved"))
    broken = assess_workspace(tmp_path, {"allocations/y.yaml": "a: ["}, as_of=DAY)
    assert "GOV001" in {finding.rule for finding in broken.findings}
    mended = assess_workspace(
        tmp_path, {"allocations/y.yaml": "task_classes: {}\n"}, as_of=DAY, known=broken.state
    )
    assert (
        mended.state.documents["allocations/x.yaml"] is broken.state.documents["allocations/x.yaml"]
    )
    fresh = assess_workspace(tmp_path, {"allocations/y.yaml": "task_classes: {}\n"}, as_of=DAY)
    assert mended.findings == fresh.findings


def test_lines_that_are_not_saved_are_of_no_commit(checkout) -> None:
    path = "policies/p.yaml"
    commit = checkout.commit({path: APPROVAL, "allocations/x.yaml": ROUTE.format(name="a")})
    place = Place(path, ("approvals", 0))
    saved = assess_workspace(checkout.folder, {path: APPROVAL}, as_of=DAY)
    assert saved.introductions is not None
    assert {one.commit for one in saved.introductions(place)} == {commit}
    typed = assess_workspace(checkout.folder, {path: f"# more\n{APPROVAL}"}, as_of=DAY)
    assert typed.introductions is not None
    assert {one.commit for one in typed.introductions(place)} == {""}


def test_which_files_are_governed(tmp_path: Path) -> None:
    root = tmp_path / "portfolio"
    (root / "allocations").mkdir(parents=True)
    assert governed_place(root / "allocations/new.yaml") == (root.resolve(), "allocations/new.yaml")
    assert governed_place(root / "govern.yaml") == (root.resolve(), "govern.yaml")
    assert governed_place(root / "README.md") is None
    assert governed_place(tmp_path / "allocations.yaml") is None
    assert governed_place(Path("/no/such\0file.yaml")) is None
    door = tmp_path / "door"
    door.symlink_to(root)
    assert governed_place(door / "allocations/new.yaml") == (root.resolve(), "allocations/new.yaml")
