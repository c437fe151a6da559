"""``govern import litellm``: a portfolio that says what the file says, and the fate of each
setting."""

import datetime as dt
from pathlib import Path

import pytest
import yaml

from multillm_gov.errors import GovernError, OutputError, SourceError
from multillm_gov.finding import Severity
from multillm_gov.workflows.check import check
from multillm_gov.workflows.gateway.importing import ImportedFiles, import_gateway, write_files

DAY = dt.date(2026, 11, 24)
CONFIG = """\
model_list:
  - model_name: support
    litellm_params:
      model: azure/chat-eu
      api_base: os.environ/EU_API_BASE
      api_key: os.environ/EU_API_KEY
      rpm: 600
      weight: 3
    model_info: {base_model: azure/gpt-4.1, owner: care}
  - model_name: support
    litellm_params: {model: openai/gpt-4.1, api_key: os.environ/OPENAI_API_KEY, weight: 1}
  - model_name: own
    litellm_params:
      model: openai/qwen-32b
      api_base: http://10.0.0.1/v1
      api_key: not-copied-4711
      input_cost_per_token: 0.0000005
      output_cost_per_token: 1.5e-6
      timeout: 30
  - model_name: vectors
    litellm_params: {model: bedrock/cohere.embed-english-v3, aws_region_name: eu-central-1}
  - {model_name: "openai/*", litellm_params: {model: openai/*}}
router_settings:
  model_group_alias: {help: support}
  fallbacks: [{support: [own]}]
  context_window_fallbacks: [{support: [own]}]
litellm_settings: {max_budget: 500, budget_duration: 30d, drop_params: true}
general_settings: {database_url: os.environ/DATABASE_URL}
"""


def imported(folder: Path, text: str = CONFIG, name: str = "gateway.yaml") -> ImportedFiles:
    (folder / name).write_text(text)
    return import_gateway([folder / name], as_of=DAY, folder=folder)


def test_groups_models_limits_prices_and_budget(tmp_path: Path) -> None:
    files = {path: yaml.safe_load(data) for path, data in imported(tmp_path).files.items()}
    tasks = files["allocations/gateway.yaml"]["task_classes"]
    assert tasks["support"] == {
        "route": [
            {"model": "azure/chat-eu@eu", "weight": 75},
            {"model": "openai/gpt-4.1", "weight": 25},
        ],
        "fallbacks": ["openai/qwen-32b@openai_qwen_32b"],
        "owner": "care",
    }
    assert tasks["vectors"]["mode"] == "embedding"
    assert "openai/*" not in tasks
    models = files["catalog/gateway.yaml"]["models"]
    assert models["azure/chat-eu@eu"] == {
        "base": "azure/gpt-4.1",
        "endpoint": {"model": "azure/chat-eu", "environment": "EU"},
        "requests_per_minute": 600,
    }
    assert models["openai/qwen-32b@openai_qwen_32b"]["usd_per_million_tokens"] == {
        "input": 0.5,
        "output": 1.5,
    }
    (vectors,) = (model for name, model in models.items() if name.startswith("bedrock/"))
    assert vectors == {
        "base": "bedrock/cohere.embed-english-v3",
        "regions": ["EU", "DE"],
        "endpoint": {"model": "bedrock/cohere.embed-english-v3", "region": "eu-central-1"},
    }
    policies = files["policies/gateway.yaml"]["policies"]
    assert policies["gateway-budget"]["max_monthly"] == 500


def test_every_setting_has_a_fate_with_its_line(tmp_path: Path) -> None:
    report = imported(tmp_path).report
    fates = {
        row[1].text: (part.id, row[0].text, row[2].text)
        for part in report.sections
        for block in part.blocks
        for row in block.rows
    }
    settings = "model_list[0].litellm_params.rpm"
    assert fates[settings][:2] == ("exact", "gateway.yaml:7")
    assert fates["model_list[2].litellm_params.timeout"][0] == "question"
    assert fates["router_settings.model_group_alias"][0] == "question"
    assert fates["model_list[4].model_name"][0] == "not-carried"
    assert fates["litellm_settings.drop_params"][0] == "not-carried"
    assert fates["litellm_settings.max_budget"][0] == "exact"
    assert sum(number for name, number in report.checked if name == "settings") == len(fates)


def test_no_key_and_no_address_is_copied(tmp_path: Path) -> None:
    result = imported(tmp_path)
    text = b"".join(result.files.values()).decode() + str(result.report)
    assert "not-copied-4711" not in text
    assert "10.0.0.1" not in text


def test_the_portfolio_passes_check_but_for_what_the_file_does_not_say(tmp_path: Path) -> None:
    write_files(imported(tmp_path).files, tmp_path)
    (tmp_path / "govern.yaml").write_text("organization: Example\n")
    found = check((), as_of=DAY, root=tmp_path).findings
    errors = {one.rule for one in found if one.severity is Severity.ERROR}
    assert errors <= {"GOV702"}, [one.message for one in found]
    with pytest.raises(OutputError, match="already has"):
        write_files(imported(tmp_path).files, tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("model_list: []\n", "no `model_list`"),
        ("model_list:\n  - {model_name: '*', litellm_params: {model: openai/*}}\n", ":2:5: `*` is"),
        ("a: [\n", "2:1: a value is missing"),
        ("model_list: 5\n", "1:13: `model_list` is not a list"),
    ],
)
def test_what_cannot_be_imported_is_refused_at_its_place(
    text: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(SourceError) as caught:
        imported(tmp_path, text)
    assert words in caught.value.message


TRUE_ERRORS = frozenset({"GOV101", "GOV102", "GOV702"})
"""Unknown and retired models, and owners, which no gateway names: the file's own faults."""


def test_every_real_file_is_imported_or_refused_at_a_place(corpus: Path) -> None:
    done = 0
    for folder in ("litellm_configs", "litellm_official", "import_fixtures"):
        for path in sorted((corpus / folder).rglob("*")):
            if not path.is_file() or path.suffix == ".snap":
                continue
            refusal = None
            try:
                result = import_gateway([path], as_of=DAY, folder=corpus)
            except GovernError as error:
                refusal = error
            if refusal is not None:
                assert any(character.isdigit() for character in refusal.message), path.name
                assert refusal.hint
                continue
            done += 1
            assert result.task_classes
            for data in result.files.values():
                assert yaml.load(data, Loader=yaml.CSafeLoader)
    assert done >= 115


@pytest.mark.parametrize("number", range(6))
def test_what_is_imported_is_judged_truly(number: int, corpus: Path, tmp_path: Path) -> None:
    paths = sorted((corpus / "litellm_configs").glob("*"))[6 + number :: 6]
    for index, path in enumerate(paths):
        try:
            files = import_gateway([path], as_of=DAY, folder=corpus).files
        except SourceError:
            continue
        folder = tmp_path / str(index)
        write_files(files, folder)
        (folder / "govern.yaml").write_text("organization: Example\n")
        found = check((), as_of=DAY, root=folder).findings
        errors = {one.rule: one.message for one in found if one.severity is Severity.ERROR}
        assert set(errors) <= TRUE_ERRORS, (path.name, errors)
