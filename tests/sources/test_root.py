from pathlib import Path

import pytest

from multillm_gov.errors import SourceError
from multillm_gov.sources.root import find_root, split_paths, within


@pytest.fixture
def portfolio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "portfolio"
    (root / "allocations/eu").mkdir(parents=True)
    (root / "allocations/a.yaml").write_text("")
    (root / "allocations/eu/b.yaml").write_text("")
    (root / "policies").mkdir()
    monkeypatch.chdir(root)
    return root


def test_the_nearest_folder_above_wins(portfolio: Path) -> None:
    inner = portfolio / "teams/one"
    (inner / "allocations").mkdir(parents=True)
    assert find_root(portfolio / "allocations/eu") == portfolio
    assert find_root(inner / "allocations") == inner


def test_settings_alone_mark_a_root(tmp_path: Path) -> None:
    (tmp_path / "govern.yaml").write_text("")
    (tmp_path / "sub").mkdir()
    assert find_root(tmp_path / "sub") == tmp_path


def test_the_search_ends_at_the_repository(portfolio: Path) -> None:
    other = portfolio / "other"
    (other / ".git").mkdir(parents=True)
    with pytest.raises(SourceError, match="No portfolio") as caught:
        find_root(other)
    assert "govern init" in caught.value.hint


def test_a_portfolio_below_is_suggested(portfolio: Path) -> None:
    (portfolio.parent / ".git").mkdir()
    with pytest.raises(SourceError) as caught:
        find_root(portfolio.parent)
    assert "-C portfolio" in caught.value.hint


def test_no_path_means_all(portfolio: Path) -> None:
    assert split_paths([]) == (portfolio, ())
    assert split_paths([Path()]) == (portfolio, ())
    assert split_paths([Path("allocations/a.yaml"), Path()]) == (portfolio, ())


def test_paths_become_filters(portfolio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert split_paths([Path("policies"), Path("allocations/a.yaml")]) == (
        portfolio,
        ("allocations/a.yaml", "policies"),
    )
    monkeypatch.chdir(portfolio / "allocations")
    assert split_paths([Path("eu")]) == (portfolio, ("allocations/eu",))
    assert split_paths([Path("eu/../a.yaml")]) == (portfolio, ("allocations/a.yaml",))


def test_a_named_root_holds_against_a_nearer_one(portfolio: Path) -> None:
    (portfolio / "inner/allocations").mkdir(parents=True)
    assert split_paths([Path("inner")], Path()) == (portfolio, ("inner",))
    assert split_paths([], Path("inner")) == (portfolio / "inner", ())


def test_a_link_is_named_as_itself(portfolio: Path) -> None:
    (portfolio / "allocations/link.yaml").symlink_to("/etc/hostname")
    assert split_paths([Path("allocations/link.yaml")]) == (portfolio, ("allocations/link.yaml",))


def test_a_path_outside_is_refused(portfolio: Path) -> None:
    with pytest.raises(SourceError, match="outside the portfolio"):
        split_paths([Path("allocations/a.yaml"), Path("/etc")])


def test_a_path_that_does_not_exist_is_refused(portfolio: Path) -> None:
    with pytest.raises(SourceError, match="no file or folder"):
        split_paths([Path("allocations/typo.yaml")])


def test_within_is_by_whole_names() -> None:
    assert within("allocations/a.yaml", ())
    assert within("allocations/a.yaml", ("policies", "allocations"))
    assert within("allocations/a.yaml", ("allocations/a.yaml",))
    assert not within("allocations/a.yaml", ("alloc", "allocations/a"))
