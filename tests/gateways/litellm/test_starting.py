"""``govern init --from-gateway``: on a real file it says what its owner did not know."""

from pathlib import Path

from multillm_gov import exits


def test_a_real_file_becomes_a_portfolio_with_its_check_and_report(
    corpus: Path, tmp_path: Path, govern
) -> None:
    (source,) = (corpus / "litellm_configs").glob("*default-config-us-east-1.yaml")
    (tmp_path / "litellm_config.yaml").write_bytes(source.read_bytes())
    call = ("init", "ai", "--from-gateway", "litellm_config.yaml", "--as-of", "2026-11-24")
    done = govern(*call, cwd=tmp_path)
    assert done.returncode == exits.CLEAN, done.stderr
    shown = done.stdout.decode()
    assert "Import: 48 task classes from 1 file" in shown
    assert "litellm_config.yaml:9:14: error[GOV865]" in shown
    assert "was retired on 2025-08-15" in shown
    folder = tmp_path / "ai"
    assert (folder / "reports/board.md").read_text().startswith("#")
    assert (folder / "catalog/catalog.lock.json").is_file()
    assert govern("check", "--as-of", "2026-11-24", cwd=folder).returncode == exits.FINDINGS
    again = govern(*call, cwd=tmp_path)
    assert again.returncode == exits.UNABLE
    assert b"already has" in again.stderr
