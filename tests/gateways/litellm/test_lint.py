"""``govern lint``: any format, no secret, exit codes, includes, and the whole corpus in bounds."""

import datetime as dt
import io
import json
import random
import resource
import time
import zipfile
from pathlib import Path

import pytest

from multillm_gov import exits
from multillm_gov.errors import SourceError, UsageError
from multillm_gov.finding import Severity
from multillm_gov.rendering.renderers import formats, renderer
from multillm_gov.workflows.gateway.lint import lint_files

DAY = dt.date(2026, 11, 24)
FOLDERS = ("litellm_configs", "litellm_official", "import_fixtures")
SECRET = "q7Vb2xK9" + "mZ4tR8wL1n"
BAD = f"""\
model_list:
  - model_name: chat
    litellm_params: {{model: openai/gpt-4o, api_key: {SECRET}, aws_secret_access_key: "{SECRET}Z"}}
router_settings: {{fallbacks: [{{chat: [spare]}}]}}
general_settings: {{database_url: "postgres://proxy:{SECRET}@db.example.org/x"}}  # {SECRET}
"""


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def configurations(corpus: Path) -> list[Path]:
    return [
        path
        for folder in FOLDERS
        for path in sorted((corpus / folder).rglob("*"))
        if path.is_file() and path.suffix != ".snap"
    ]


def text_of(data: bytes) -> str:
    """What a format says; of an office document, all of its parts."""
    if not data.startswith(b"PK"):
        return data.decode()
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        return "".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


@pytest.mark.parametrize("name", [name for name in formats() if name != "pdf"])
def test_every_format_shows_the_findings_and_no_secret(name: str, tmp_path: Path) -> None:
    folder = written(tmp_path, config=BAD)
    report = lint_files([folder / "config.yaml"], as_of=DAY, folder=folder)
    assert {"GOV811", "GOV871"} <= {finding.rule for finding in report.findings}
    shown = text_of(renderer(name)(report))
    assert SECRET not in shown
    assert SECRET[:12] not in shown
    assert "GOV811" in shown
    if name in {"html", "pptx", "xlsx", "markdown", "text", "concise", "junit"}:
        assert "config.yaml:4:39" in shown
    if name != "concise":  # one line a finding: no room for what to do
        assert "Name a group of" in shown
    if name == "sarif":
        (run,) = json.loads(shown)["runs"]
        region = next(
            one["locations"][0]["physicalLocation"]
            for one in run["results"]
            if one["ruleId"] == "GOV811"
        )
        assert region["artifactLocation"]["uri"] == "config.yaml"
        assert (region["region"]["startLine"], region["region"]["startColumn"]) == (4, 39)
        assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} >= {"GOV811", "GOV871"}


def test_exit_codes_of_the_command(tmp_path: Path, govern) -> None:
    good = "model_list:\n  - {model_name: a, litellm_params: {model: mistral/x}}\n"
    folder = written(tmp_path, good=good, bad=BAD)
    clean = govern("lint", "litellm", "good.yaml", cwd=folder)
    assert (clean.returncode, clean.stderr) == (exits.CLEAN, b"")
    found = govern("lint", cwd=folder)
    assert found.returncode == exits.FINDINGS
    assert b"bad.yaml" in found.stdout
    assert b"Checked 2 files" in found.stdout
    assert SECRET.encode() not in found.stdout + found.stderr
    assert govern("lint", "litellm", "--litellm-version", "x", cwd=folder).returncode == exits.USAGE
    assert govern("lint", "litellm", "absent.yaml", cwd=folder).returncode == exits.UNABLE


def test_errors_of_the_call(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No LiteLLM configuration"):
        lint_files([], as_of=DAY, folder=tmp_path)
    folder = written(tmp_path, config=BAD)
    with pytest.raises(UsageError, match="not a release"):
        lint_files([folder / "config.yaml"], as_of=DAY, folder=folder, release="new")


def test_includes_are_read_merged_and_kept_inside(tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text("model_list: []\n")
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / ".git").mkdir()
    written(
        folder,
        config="include: [models.yaml, ../outside.yaml, absent.yaml]\n"
        "router_settings: {fallbacks: [{chat: [spare]}]}\nlitellm_settings: {num_retries: 1}\n",
        models="model_list:\n  - {model_name: chat, litellm_params: {model: openai/gpt-4o}}\n"
        "  - {model_name: spare, litellm_params: {model: 5}}\n"
        "litellm_settings: {drop_params: true}\n",
    )
    report = lint_files([folder / "config.yaml", folder / "models.yaml"], as_of=DAY, folder=folder)
    places = {(one.rule, str(one.location)) for one in report.findings}
    assert ("GOV807", "models.yaml:3:49") in places
    assert ("GOV806", "config.yaml:3:1") in places
    unread = [one for one in report.findings if one.rule == "GOV801"]
    assert [(one.location.column, one.severity) for one in unread] == [
        (24, Severity.WARNING),
        (41, Severity.ERROR),
    ]
    assert dict(report.checked) == {"files": 2, "deployments": 2, "model groups": 2}


def test_a_template_says_to_render_it_first(tmp_path: Path) -> None:
    folder = written(tmp_path, config="{{- if .Values.x }}\nmodel_list: []\n{{- end }}\n")
    report = lint_files([folder / "config.yaml"], as_of=DAY, folder=folder)
    (finding,) = report.findings
    assert "helm template" in finding.remedy
    assert finding.location.line == 1


def test_the_whole_corpus_in_one_process(corpus: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    report = lint_files(configurations(corpus), as_of=DAY, folder=corpus)
    seconds = time.process_time() - start
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert seconds < 20
    assert grown < 300 * 1024
    assert dict(report.checked)["files"] >= 130
    assert len(report.findings) > 500
    for finding in report.findings:
        assert finding.location.line >= 1
        assert finding.remedy
    sizes = sorted(configurations(corpus), key=lambda path: path.stat().st_size)
    start = time.process_time()
    lint_files(sizes[-1:], as_of=DAY, folder=corpus)
    assert time.process_time() - start < 1


MUTATIONS = (
    *(b"null", b"[]", b"{}", b"5", b"-1", b"yes", b"2025-01-01", b"'*'", b"[a, {b: c}]", b"~"),
    *(b"{a: {b: 1}}", b'"\\u00e9"', b"&x y", b"*x", b"!!int x", b"1e400", b".nan"),
    *(b"[[[[[]]]]]", b"os.environ/"),
)


@pytest.mark.parametrize("seed", range(6))
def test_mutated_real_files_never_crash_it(seed: int, corpus: Path, tmp_path: Path) -> None:
    """Values of real files replaced, lines dropped, doubled and moved: findings or a flaw."""
    chance = random.Random(seed)
    paths = []
    for number, source in enumerate(chance.sample(configurations(corpus), 40)):
        lines = source.read_bytes().split(b"\n")
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(lines))
            key, colon, _ = lines[at].partition(b": ")
            action = chance.randrange(4)
            if action == 0 and colon:
                lines[at] = key + colon + chance.choice(MUTATIONS)
            elif action == 1:
                del lines[at]
                lines = lines or [b""]
            elif action == 2:
                lines.insert(at, lines[at])
            else:
                lines[at] = lines[at].replace(b"  ", b" ", 1)
        path = tmp_path / f"{number}.yaml"
        path.write_bytes(b"\n".join(lines))
        paths.append(path)
    report = lint_files(paths, as_of=DAY, folder=tmp_path, environment={})
    assert report.verdict.errors
