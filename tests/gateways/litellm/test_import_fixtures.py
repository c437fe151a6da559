"""Another gateway's importer, asked for a second opinion: what it flags, `govern import` flags too.

Its fixtures grade each setting; the test compares the grade with ours and explains, setting by
setting, wherever one of the two is content and the other is not.
"""

import datetime as dt
from pathlib import Path

import pytest
import yaml

from multillm_gov.workflows.gateway.importing import import_gateway

DAY = dt.date(2026, 11, 24)
CONTENT = {"exact", "approximate"}
"""Their grades of what needs no person; ours is `exact`."""
_CREDENTIAL = (
    "they turn a shared credential into a provider of their gateway; a portfolio holds no key and "
    "no address, so ours asks whose they are"
)
_LIMIT = "they need a weight and find none under this strategy; ours is a limit of the catalog"
_UNKNOWN = "they copy any name; the catalog does not know this one, or it is the customer's own"
_PATTERN = "they route by patterns; a task class names what it calls"
DIFFERENCES = {
    "centralized-credentials": {
        "credential_list[0]": _CREDENTIAL,
        "model_list[0].litellm_params.litellm_credential_name": _CREDENTIAL,
        "model_list[1].litellm_params.litellm_credential_name": _CREDENTIAL,
    },
    "credential-conflicts": {
        "credential_list[0]": _CREDENTIAL,
        "model_list[0].litellm_params.litellm_credential_name": _CREDENTIAL,
    },
    "incompatible-routing": {
        "model_list[0].litellm_params.rpm": _LIMIT,
        "model_list[1].litellm_params.tpm": _LIMIT,
        "model_list[1].litellm_params.rpm": _LIMIT,
    },
    "load-balancing-fallbacks": {
        "model_list[0]": _UNKNOWN,
        "model_list[2]": _UNKNOWN,
        "model_list[3]": _UNKNOWN,
    },
    "single-model-fallback": {"model_list[1]": _UNKNOWN},
    "wildcard-model": dict.fromkeys(("model_list[0]", "model_list[1]", "model_list[2]"), _PATTERN),
}
FIXTURES = (
    *("centralized-credentials", "credential-conflicts", "database-settings"),
    *("environment-references", "incompatible-routing", "load-balancing-fallbacks"),
    *("single-model-fallback", "unmapped-fields", "unsupported-provider", "wildcard-model"),
)


def fate(fates: dict[str, str], path: str) -> str:
    """Ours of their setting: they name a whole entry where we name its model, and single
    credentials where we name the list."""
    for name in (path, f"{path}.litellm_params.model"):
        if name in fates:
            return fates[name]
    near = [one for one in fates if one.startswith(f"{path}.") or path.startswith(f"{one}[")]
    return fates[near[0]]


@pytest.mark.parametrize("name", FIXTURES)
def test_what_another_importer_flags_is_flagged(name: str, corpus: Path) -> None:
    (snap,) = (corpus / "import_fixtures").glob(f"*litellm__{name}.snap")
    *_, theirs = yaml.safe_load_all(snap.read_text())
    report = import_gateway([snap.with_suffix(".yaml")], as_of=DAY, folder=corpus).report
    ours = {
        row[1].text: section.id
        for section in report.sections
        for block in section.blocks
        for row in block.rows
    }
    found = {
        one["sourcePath"]
        for one in theirs["findings"]
        if (one["status"] in CONTENT) != (fate(ours, one["sourcePath"]) == "exact")
    }
    assert theirs["findings"]
    assert found == set(DIFFERENCES.get(name, {}))


def test_no_fixture_is_left_out(corpus: Path) -> None:
    snaps = (corpus / "import_fixtures").glob("*.snap")
    assert sorted(path.stem.rpartition("__")[2] for path in snaps) == sorted(FIXTURES)
