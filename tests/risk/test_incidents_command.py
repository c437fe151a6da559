"""``govern incidents import``, in its own process."""

import json
from pathlib import Path

import pytest

PAGE = {
    "incidents": [
        {
            "name": "API: errors",
            "impact": "critical",
            "created_at": "2026-02-01T10:00:00Z",
            "resolved_at": "2026-02-01T12:00:00Z",
            "components": [{"name": "API"}],
        },
        {
            "name": "Overlapping",
            "impact": "minor",
            "created_at": "2026-02-01T11:00:00Z",
            "resolved_at": "2026-02-01T14:00:00Z",
        },
        {
            "name": "Now \u202e\x1b[2J",
            "impact": "major",
            "created_at": "2026-03-01T10:00:00Z",
            "resolved_at": None,
        },
    ]
}
DAYS = ("--from", "2026-01-01", "--to", "2026-04-10")


@pytest.fixture
def portfolio(tmp_path: Path) -> Path:
    folder = tmp_path / "portfolio"
    (folder / "allocations").mkdir(parents=True)
    (folder / "allocations/a.yaml").write_text(
        "owner: support\ntask_classes:\n  t:\n    route: [{model: gpt-5-mini}]\n    purpose: sort\n"
    )
    (tmp_path / "incidents.json").write_text(json.dumps(PAGE))
    return folder


def test_an_import_is_measured_written_and_read_again(govern, portfolio):
    """2 h whole and 2 h by .3 are 2.6 h of 100 days: .10833%."""
    done = govern(
        "incidents",
        "import",
        "../incidents.json",
        "--level",
        "provider",
        "--entity",
        "openai",
        *DAYS,
        cwd=portfolio,
    )
    assert done.returncode == 0, done.stderr
    told = done.stdout.decode()
    assert told.startswith("incidents/openai.yaml: provider `openai`, 2026-01-01 to 2026-04-10\n")
    assert "1 outage in 100 days (2 incidents read), 3.6 a year" in told
    assert "unavailability 0.1083%, 95% interval" in told
    assert "Fay-Feuer" in told
    assert "mean length 4.00 h" in told
    assert "fewer than 30 outages" in told
    assert b"left out, still open on 2026-03-01: Now" in done.stderr
    assert b"\x1b" not in done.stderr + done.stdout
    written = (portfolio / "incidents/openai.yaml").read_text()
    assert "weight: 0.65, title: 'API: errors'" in written.replace('"', "'")
    checked = govern("check", "--fail-on", "never", "--format", "json", cwd=portfolio)
    assert checked.returncode == 0, checked.stderr
    assert b"incidents/openai.yaml" not in checked.stdout
    again = govern(
        "incidents",
        "import",
        "../incidents.json",
        "--level",
        "provider",
        "--entity",
        "openai",
        *DAYS,
        cwd=portfolio,
    )
    assert (again.stdout, (portfolio / "incidents/openai.yaml").read_text()) == (
        done.stdout,
        written,
    )


def test_what_was_imported_is_what_the_system_says(govern, portfolio):
    from datetime import date

    from multillm_gov.risk.system.system_builder import build_system
    from multillm_gov.workflows.states import assess_folder

    govern(
        "incidents",
        "import",
        "../incidents.json",
        "--level",
        "provider",
        "--entity",
        "openai",
        *DAYS,
        cwd=portfolio,
    )
    system = build_system(assess_folder(portfolio, as_of=date(2026, 11, 23)).state)
    provider = system.components[system.index_of("provider:openai")]
    assert (provider.origin, provider.sample_size) == ("measured", 1)
    assert provider.mean_hours == 4.0
    assert provider.note == "part of 0.1083%, measured: 1 outage in 100 days"


def test_days_that_are_not_given_are_those_of_the_incidents_and_that_is_said(govern, portfolio):
    done = govern(
        "incidents",
        "import",
        "../incidents.json",
        "--level",
        "gateway",
        "--entity",
        "gw",
        cwd=portfolio,
    )
    assert b"gateway `gw`, 2026-02-01 to 2026-02-01" in done.stdout
    assert b"--from and --to not given" in done.stderr


def test_a_name_leads_nowhere_else(govern, portfolio):
    done = govern(
        "incidents",
        "import",
        "../incidents.json",
        "--level",
        "provider",
        "--entity",
        "../../Etc/x y",
        *DAYS,
        cwd=portfolio,
    )
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (portfolio / "incidents").iterdir()] == ["etc-x-y.yaml"]
    assert "entity: ../../Etc/x y" in (portfolio / "incidents/etc-x-y.yaml").read_text().replace(
        '"', ""
    )
    named = govern(
        "incidents",
        "import",
        "../incidents.json",
        "--level",
        "provider",
        "--entity",
        "openai",
        "--name",
        "openai-2026",
        *DAYS,
        cwd=portfolio,
    )
    assert named.stdout.startswith(b"incidents/openai-2026.yaml")
    nameless = govern(
        "incidents",
        "import",
        "../incidents.json",
        "--level",
        "provider",
        "--entity",
        "...",
        *DAYS,
        cwd=portfolio,
    )
    assert (nameless.returncode, b"cannot be used as a file name" in nameless.stderr) == (2, True)


def test_links_are_not_written_through(govern, portfolio, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (portfolio / "incidents").symlink_to(outside)
    done = govern(
        "incidents",
        "import",
        "../incidents.json",
        "--level",
        "provider",
        "--entity",
        "openai",
        *DAYS,
        cwd=portfolio,
    )
    assert (done.returncode, b"symbolic link" in done.stderr) == (3, True)
    assert not list(outside.iterdir())
    (portfolio / "incidents").unlink()
    (portfolio / "incidents").mkdir()
    (portfolio / "incidents/openai.yaml").symlink_to(outside / "target")
    done = govern(
        "incidents",
        "import",
        "../incidents.json",
        "--level",
        "provider",
        "--entity",
        "openai",
        *DAYS,
        cwd=portfolio,
    )
    assert (done.returncode, b"symbolic link" in done.stderr) == (3, True)
    assert not list(outside.iterdir())


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("../none.json",), 3, b"There is no file"),
        (("..",), 3, b"not a regular file"),
        (("../incidents.json", "--format", "pdf"), 2, b"There is no format `pdf`"),
        (("../incidents.json", "--format", "csv"), 3, b"row 1 names no column `start`"),
        (("../incidents.txt",), 2, b"Cannot infer the format"),
        (
            ("../incidents.json", "--from", "2026-05-01", "--to", "2026-04-01"),
            2,
            b"before it begins",
        ),
        (("../open.json",), 2, b"no closed incident"),
    ],
)
def test_what_cannot_be_done_says_why(govern, portfolio, tmp_path, arguments, code, told):
    (tmp_path / "incidents.txt").write_text("x")
    (tmp_path / "open.json").write_text(json.dumps({"incidents": PAGE["incidents"][2:]}))
    done = govern(
        "incidents",
        "import",
        *arguments,
        "--level",
        "provider",
        "--entity",
        "openai",
        cwd=portfolio,
    )
    assert (done.returncode, told in done.stderr) == (code, True), done.stderr
    assert not (portfolio / "incidents").exists()


def test_a_quiet_time_is_told_to_prove_little(govern, portfolio, tmp_path):
    (tmp_path / "quiet.csv").write_text("start,end\n")
    done = govern(
        "incidents",
        "import",
        "../quiet.csv",
        "--level",
        "provider",
        "--entity",
        "openai",
        *DAYS,
        cwd=portfolio,
    )
    assert done.returncode == 0, done.stderr
    assert b"too little to measure" in done.stdout
    assert "incidents: []" in (portfolio / "incidents/openai.yaml").read_text()


def test_importing_again_keeps_what_people_wrote_into_the_file(govern, portfolio):
    arguments = ("incidents", "import", "../incidents.json", "--level", "provider")
    named = (*arguments, "--entity", "openai", *DAYS)
    assert govern(*named, cwd=portfolio).returncode == 0
    path = portfolio / "incidents/openai.yaml"
    edited = path.read_text().replace("incidents:\n", "# Agreed with the vendor.\nincidents:\n")
    path.write_text(edited)
    assert govern(*named, cwd=portfolio).returncode == 0
    assert path.read_text() == edited
