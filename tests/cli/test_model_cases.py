"""Thirty small portfolios (`data/model_cases.yaml`), each one example of a kind of figure, fact or
sentence that is easily wrong: what the commands answer."""

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import Checkout

CASES: Mapping[str, Mapping[str, str]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "model_cases.yaml").read_text("utf-8")
)
DAY = "2026-11-30"
ALLOCATION = "allocations/a.yaml"


class Answer:
    """A report as JSON, by what tests ask of it."""

    def __init__(self, code: int, report: dict[str, Any]) -> None:
        self.code, self.report = code, report

    def of(self, rule: str, subject: str = "") -> list[dict[str, Any]]:
        """Findings of a rule, all or those of one task class."""
        return [
            one
            for one in self.report["findings"]
            if one["rule"] == rule and subject in {"", one["subject"]}
        ]

    def one(self, rule: str, subject: str = "") -> dict[str, Any]:
        (found,) = self.of(rule, subject)
        return found

    def forecast(self, subject: str) -> Decimal:
        """What GOV401 says the task class costs a month."""
        return Decimal(self.one("GOV401", subject)["figures"]["forecast_per_month"])

    def metric(self, name: str) -> dict[str, Any]:
        return next(one for one in self.report["headline"] if one["id"] == name)

    def rows(self, section: str, title: str) -> dict[str, list[str]]:
        """Rows of a table by their first cell."""
        return {
            row[0]["text"]: [cell["text"] for cell in row[1:]]
            for part in self.report["sections"]
            if part["id"] == section
            for block in part["blocks"]
            if block["type"] == "table" and block["title"] == title
            for row in block["rows"]
        }


Ask = Callable[..., Answer]
Edit = tuple[str, str]


@pytest.fixture
def case(tmp_path: Path) -> Callable[..., Path]:
    """Write a case, with texts replaced, and return its folder."""

    def write(number: str, *edits: Edit) -> Path:
        for path, written in CASES[number].items():
            text = written
            for old, new in edits:
                text = text.replace(old, new)
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
        assert all(any(old in text for text in CASES[number].values()) for old, _ in edits)
        return tmp_path

    return write


@pytest.fixture
def ask(govern: Callable[..., Any], case: Callable[..., Path]) -> Ask:
    """What `check`, or another command, answers about a case."""

    def run(number: str, *edits: Edit, command: str = "check", day: str = DAY) -> Answer:
        folder = case(number, *edits)
        done = govern(*command.split(), "--format", "json", "--as-of", day, cwd=folder)
        assert done.returncode in {0, 1}, done.stderr.decode()
        return Answer(done.returncode, json.loads(done.stdout))

    return run


def test_01_speech_by_the_character_is_not_known_until_characters_are_declared(ask: Ask) -> None:
    found = ask("01")
    for subject in ("read-aloud", "read-aloud-b"):
        assert "bills by the character" in found.one("GOV411", subject)["message"]
        assert "demand: {characters: 1000}" in found.one("GOV411", subject)["remedy"]
        assert not found.of("GOV401", subject)
    assert found.metric("forecast-spend")["value"] == "not known"
    assert found.metric("forecast-spend")["status"] == "neutral"
    board = ask("01", command="report --audience engineering").rows(
        "cost", "Task classes (USD per month)"
    )
    assert board["read-aloud"][0] == "not known"
    assert board["read-aloud"][-1] == "Not judged"
    declared = ask("01", ("input_tokens: 250", "characters: 1000"))
    assert declared.forecast("read-aloud") == 1500
    assert declared.forecast("read-aloud-b") == 8000
    assert declared.code == 1


def test_02_more_use_never_costs_less(ask: Ask) -> None:
    found = ask("02")
    assert found.forecast("calls") == 600
    assert found.forecast("calls-with-text") >= 600
    assert found.forecast("speech") == 1515


def test_03_a_unit_without_a_price_and_a_price_without_its_unit_are_not_known(ask: Ask) -> None:
    found = ask("03")
    assert "audio_input_tokens" in found.one("GOV411", "calls")["message"]
    assert "image_output_tokens" in found.one("GOV411", "pictures")["message"]
    assert found.forecast("committed") == Decimal("0.0175") * 3600 * 730
    declared = ask(
        "03",
        (
            "requests: 100000, seconds: 60",
            "requests: 100000, audio_input_tokens: 1920, output_tokens: 0",
        ),
        ("images: 1, input_tokens: 50", "image_output_tokens: 1056, input_tokens: 50"),
    )
    assert declared.forecast("calls") == 384
    assert declared.forecast("pictures") == Decimal("316.8") + Decimal("2.5")


def test_05_a_search_has_its_fee(ask: Ask) -> None:
    found = ask("05")
    assert found.forecast("short-answers") == 515
    assert found.forecast("short-answers-b") == Decimal("2612.5")
    per_request = found.one("GOV402", "short-answers")["figures"]["largest_cost_per_request"]
    assert Decimal(per_request) == Decimal("0.00515")


def test_06_audio_tokens_have_a_price_of_their_own(ask: Ask, govern: Callable[..., Any]) -> None:
    assert ask("06").forecast("talk") == 960
    shown = govern("catalog", "show", "openai/gpt-audio", cwd=Path.cwd()).stdout.decode()
    assert re.search(r"audio input tokens?\D+32", shown)


def test_07_processing_in_one_region_has_its_surcharge(ask: Ask) -> None:
    found = ask("07")
    assert found.forecast("vertex-eu") == 1485
    assert found.forecast("openai-eu") == 1375
    assert {one["severity"] for one in found.of("GOV401")} == {"error"}


@pytest.mark.parametrize(
    ("declared", "usd"), [("cache_write_share", "289.10"), ("cache_write_1h_share", "398.12")]
)
def test_08_cache_writes_can_be_declared(ask: Ask, declared: str, usd: str) -> None:
    found = ask(
        "08",
        ("cached_input_share: 0.823908", f"cached_input_share: 0.823908, {declared}: 0.176034"),
    )
    assert found.forecast("agent").quantize(Decimal("0.01")) == Decimal(usd)
    assert found.one("GOV401")["severity"] == "error"
    undeclared = ask("08").one("GOV401")
    assert "cache writes cost more than input here and are not declared" in undeclared["message"]


def test_09_a_gateway_that_serves_is_the_provider(
    ask: Ask, govern: Callable[..., Any], tmp_path: Path
) -> None:
    found = ask("09").one("GOV202")
    assert found["severity"] == "warning"
    assert "shares provider `openrouter` with the route" in found["message"]
    assert "about 2.0 hours a month" in found["risk"]
    drawn = json.loads(govern("graph", "--format", "json", "--as-of", DAY, cwd=tmp_path).stdout)
    assert "provider:openrouter" in {node["id"] for node in drawn["nodes"]}


def test_10_vendors_are_matched_by_whole_names(ask: Ask, govern: Callable[..., Any]) -> None:
    assert not ask("10").of("GOV202")
    shown = govern("catalog", "show", "bedrock/writer.palmyra-x5-v1:0", cwd=Path.cwd())
    assert re.search(r"vendor\W+writer", shown.stdout.decode(), re.IGNORECASE)


def test_11_the_region_of_an_arn_is_its_place(ask: Ask) -> None:
    found = ask("11")
    assert found.one("GOV601")["severity"] == "error"
    assert "is processed in JP; permitted: EU" in found.one("GOV601")["message"]
    assert found.code == 1


def test_12_a_limit_of_input_is_not_the_whole_window(ask: Ask) -> None:
    assert not ask("12").of("GOV105")
    assert ask("12", ("p99_input_tokens: 250000", "p99_input_tokens: 280000")).of("GOV105")


def test_13_announced_successors_come_first(ask: Ask) -> None:
    found = ask("13")
    successors = {
        one["subject"]: (one["figures"].get("successor"), one["figures"].get("successor_origin"))
        for rule in ("GOV102", "GOV103")
        for one in found.of(rule)
    }
    assert successors == {
        "reasoning": ("openai/gpt-5.6-sol", "announced"),
        "code": ("xai/grok-build-0.1", "announced"),
        "chat": ("gemini/gemini-3.5-flash-lite", "announced"),
        "completion": ("openai/gpt-5.6-terra", "announced"),
        "speech": ("openai/gpt-realtime-2.1-mini", "announced"),
        "transcripts": ("openai/gpt-live-transcribe", "announced"),
        "azure": ("azure/eu/gpt-5.6-terra", "announced"),
    }


def test_14_the_earliest_possible_date_is_no_retirement(ask: Ask) -> None:
    found = ask("14")
    doubtful = found.of("GOV102", "triage")
    assert len(doubtful) == 3, "one answer over the regional names of one model"
    assert {one["severity"] for one in doubtful} == {"warning"}
    assert all("the date is doubtful" in one["message"] for one in doubtful)
    ended = found.one("GOV102", "as-of-2026-05-20")
    assert (ended["severity"], ended["figures"]["retirement"]) == ("error", "2026-06-15")
    before = ask("14", day="2026-05-20")
    assert not [one for one in before.of("GOV102") if one["severity"] == "error"]


@pytest.mark.parametrize("command", ["report --audience engineering", "stress --no-simulation"])
def test_14_dates_of_the_same_weights_elsewhere_show_without_a_lock(
    govern: Callable[..., Any], tmp_path: Path, command: str
) -> None:
    (tmp_path / "allocations").mkdir()
    (tmp_path / ALLOCATION).write_text(
        "owner: o\ntask_classes: {t: {route: [{model: openai/gpt-5.5}]}}\n"
    )
    done = govern(*command.split(), "--format", "json", "--as-of", DAY, cwd=tmp_path)
    assert re.search(r"not known \(elsewhere: [^)]*azure 2027-10-26", done.stdout.decode())


def test_15_not_listed_is_not_failing_and_a_redirected_model_is_billed_as_what_answers(
    ask: Ask,
) -> None:
    found = ask("15")
    for one in found.of("GOV102", "open-weights"):
        assert one["severity"] == "warning"
        assert "no longer listed" in one["message"]
        assert "whether it still answers is not known" in one["message"]
        assert "Requests to it fail" not in one["risk"]
    redirected = found.one("GOV102", "redirected")
    assert "`xai/grok-4.3` answers and is billed" in redirected["message"]
    assert "fail" not in redirected["risk"]
    assert found.forecast("redirected") == 1750


def test_16_an_alias_whose_snapshots_are_retired_is_retired(ask: Ask) -> None:
    found = ask("16")
    assert {one["subject"] for one in found.of("GOV102") if one["severity"] == "error"} == {
        "drafts",
        "drafts-pinned",
        "search",
        "search-pinned",
    }


def test_17_dollars_are_not_shown_as_another_currency(ask: Ask) -> None:
    assert ask("17").one("GOV413")["severity"] == "error"
    board = ask("17", command="report --audience engineering")
    assert board.metric("forecast-spend")["value"] == "not known"
    assert board.metric("forecast-spend")["status"] == "neutral"
    assert board.rows("cost", "Task classes (INR per month)")["replies"][0] == "not known"


@pytest.mark.parametrize(
    ("rate", "as_of", "flaw"),
    [
        ("86.2", "2026-11-20", "looks inverted"),
        ("0.0116", "2025-01-10", "days old"),
        ("0.0116", "2027-01-10", "in the future"),
        ("0.0116", "2026-11-20", ""),
    ],
)
def test_17_a_doubtful_rate_is_a_finding(ask: Ask, rate: str, as_of: str, flaw: str) -> None:
    exchange = f"currency: INR\nexchange: {{usd_per_unit: {rate}, as_of: {as_of}}}"
    found = ask("17", ("currency: INR", exchange))
    messages = [one["message"] for one in found.of("GOV413")]
    assert bool(messages) == bool(flaw)
    assert all(flaw in message for message in messages), messages
    if not flaw:
        assert found.forecast("replies").quantize(Decimal(1)) == 31034


def test_18_free_names_get_a_base_and_never_a_retired_candidate(ask: Ask) -> None:
    found = ask("18")
    assert "o3-mini-2025-01-31" not in json.dumps(found.report)
    remedy = found.one("GOV101", "b")["remedy"]
    assert "models: {azure/my-gpt4o-prod: {base: azure/gpt-4o}}" in remedy
    assert "`endpoint:`" in remedy
    assert "gpt-5-pro" not in remedy
    board = ask("18", command="report --audience engineering").rows(
        "cost", "Task classes (USD per month)"
    )
    assert (board["b"][0], board["b"][-1]) == ("not known", "Not judged")


def test_19_a_mean_below_a_tier_with_a_tail_above_it_is_a_finding(ask: Ask) -> None:
    found = ask("19")
    assert "above 200,000 tokens" in found.one("GOV412", "by-mean")["message"]
    assert found.forecast("by-sizes") == Decimal("513.2")


def test_20_reserved_capacity_is_billed_once(ask: Ask) -> None:
    assert ask("20").forecast("chat") == 21600


def test_21_shares_by_spend_are_not_judged_where_a_class_has_no_price(ask: Ask) -> None:
    found = ask("21", ("input_tokens: 1000", "input_tokens: 1000, output_tokens: 0"))
    for name in ("largest-vendor-of-spend", "effective-vendors", "effective-clouds"):
        metric = found.metric(name)
        assert (metric["value"], metric["status"]) == ("not judged", "neutral"), metric
        assert metric["note"] == "99.9% of the requests have no known price"
    forecast = found.metric("forecast-spend")
    assert (forecast["value"], forecast["note"]) == (
        "at least 10.00 USD",
        "without u, whose cost is not known",
    )


def test_22_deployments_of_one_base_are_one_model(ask: Ask) -> None:
    edit = ("input_tokens: 1000", "input_tokens: 1000, output_tokens: 300")
    found = ask("22", edit)
    assert "100.0%" in found.one("GOV301")["message"]
    assert found.code == 1
    levels = ask("22", edit, command="report --audience engineering").rows(
        "exposure", "Concentration at each level"
    )
    assert levels["Model, by spend"][1] == "100.0%"
    assert levels["Model, by spend"][3:] == ["10,000", "1.00"]


def test_23_losing_one_vendor_costs_the_same_in_both_tables(ask: Ask) -> None:
    """Vendor v1 is all of US, and v2 all of FR: the reverse table states the loss of v2."""
    scenario = ask("23", command="stress jurisdiction-withdrawn")
    cases = scenario.rows("scenario-jurisdiction-withdrawn", "Every case, worst first")
    assert cases["jurisdiction US"][2] == "1,560"
    assert cases["jurisdiction FR"][2] == "43,200"
    reverse = json.dumps(ask("23", command="stress --no-simulation").report, ensure_ascii=False)
    assert "Lost in 90 days: 43,200 USD" in reverse
    assert "rerouted by hand after 24 hours" in reverse
    assert "140,400" not in reverse


@pytest.mark.parametrize(("limit", "loss"), [("", "2,464"), ("requests_per_minute: 14", "2,455")])
def test_24_just_enough_capacity_is_that_of_everyday_demand(
    ask: Ask, limit: str, loss: str
) -> None:
    found = ask("24", ("requests_per_minute: 100", limit), command="stress combined")
    assert f"costs {loss} USD" in found.report["summary"]


def test_25_losing_a_jurisdiction_stops_what_any_party_is_subject_to(
    ask: Ask, govern: Callable[..., Any], tmp_path: Path
) -> None:
    cases = ask("25", command="stress jurisdiction-withdrawn")
    assert "jurisdiction US costs" in cases.report["summary"]
    why = ("graph", "--why", "a", "jurisdiction:US", "--format", "json", "--as-of", DAY)
    drawn = json.loads(govern(*why, cwd=tmp_path).stdout)
    assert "100.0% of the requests go unanswered, failover or not" in drawn["summary"]


def test_25_open_weights_do_not_stop_with_their_makers_country(ask: Ask) -> None:
    """Chinese open weights at a cloud of the United States: subject to US, not to CN."""
    found = ask(
        "25",
        ("azure_ai/mistral-large-3", "bedrock/qwen.qwen3-32b-v1:0"),
        command="stress jurisdiction-withdrawn",
    )
    text = json.dumps(found.report)
    assert "jurisdiction US" in text
    assert "jurisdiction CN" not in text


def test_26_the_vendor_of_open_weights_is_not_paid_for_what_runs_in_house(
    ask: Ask, govern: Callable[..., Any], tmp_path: Path
) -> None:
    found = ask("26", command="report --audience engineering")
    vendor = found.metric("largest-vendor-of-spend")
    assert vendor["value"] == "none"
    assert vendor["note"].startswith("100.0% in-house")
    exposure = next(one for one in found.report["sections"] if one["id"] == "exposure")
    decisions = next(one for one in found.report["sections"] if one["id"] == "decisions")
    assert "alibaba" not in json.dumps(decisions)
    assert "No spend is known" not in json.dumps(exposure)
    assert found.rows("exposure", "Parties behind each routed model") == {
        "hosted_vllm/qwen": [
            *("alibaba", "in-house", "in-house", "in-house", "not known", "none but our own")
        ]
    }
    repriced = next(one for one in found.report["sections"] if one["id"] == "repricing")
    assert "All forecast spend is in-house: no vendor can reprice it." in json.dumps(repriced)
    drawn = json.loads(govern("graph", "--format", "json", "--as-of", DAY, cwd=tmp_path).stdout)
    assert not [node for node in drawn["nodes"] if "alibaba" in node["id"]]


def test_27_what_is_not_known_is_an_interval_judged_by_its_worse_end(
    ask: Ask, case: Callable[..., Path]
) -> None:
    clouds = ask("27").metric("effective-clouds")
    assert (clouds["value"], clouds["status"]) == ("1.0 to 2.0", "bad")
    folder = case("27")
    (folder / "catalog").mkdir()
    (folder / "catalog/p.yaml").write_text("providers: {anthropic: {cloud: aws}}\n")
    declared = ask("27").metric("effective-clouds")
    assert (declared["value"], declared["status"]) == ("1.0", "bad")


def test_28_loosened_safeguards_are_listed_and_fail_where_used_at_once(
    checkout: Checkout, govern: Callable[..., Any]
) -> None:
    files = CASES["28"]
    base = checkout.commit(dict(files))
    text = files[ALLOCATION]
    for old, new in (
        ("floor: 0.9", "floor: 0.2"),
        ("monthly: 100", "monthly: 9000"),
        ("per_request: 0.01", "per_request: 5"),
        ("fallbacks: [gemini/gemini-3.5-flash], ", ""),
        ("requests: 10000", "requests: 1000000"),
    ):
        assert old in text
        text = text.replace(old, new)
    checkout.write({ALLOCATION: text})
    done = govern(
        *("check", "--base", base, "--format", "json", "--as-of", DAY), cwd=checkout.folder
    )
    answer = Answer(done.returncode, json.loads(done.stdout))
    listed = " ".join(one["message"] for one in answer.of("GOV708"))
    for before, after in (("0.9", "0.2"), ("100", "9,000"), ("0.01", "5"), ("gemini-3.5", "")):
        assert before in listed
        assert after in listed
    assert answer.code == 1
    assert answer.one("GOV401")["severity"] == "error"


def test_29_a_retired_fallback_whose_drill_failed_is_no_fallback(ask: Ask) -> None:
    found = ask("29", command="report --audience engineering")
    value = found.metric("independent-fallback")
    assert value["value"] == "0.0%"
    assert value["note"] == "declared 100.0%, usable 0.0%, proved by a drill 0.0%"
    assert found.one("GOV210")["severity"] == "error"
    assert "No decision" not in found.report["summary"]
    assert found.report["outcome"] == "failed"


def test_30_a_small_sample_proves_nothing_either_way(ask: Ask) -> None:
    found = ask("30")
    finding = found.one("GOV502")
    assert finding["severity"] == "warning"
    assert "not proved either way" in finding["message"]
    assert "18.3 points" in finding["risk"]
    assert "more cases" in finding["remedy"]
    assert found.code == 0


def test_every_case_has_a_test() -> None:
    tested = {name[5:7] for name in globals() if re.match(r"test_\d\d_", name)}
    assert tested == set(CASES)


UNPRICED = """\
owner: media-desk
task_classes:
  read-aloud:
    mode: audio_speech
    route: [{model: openai/tts-1}]
    fallbacks: [elevenlabs/eleven_v3]
    demand: {requests: 100000, input_tokens: 250, seconds: 60}
    spend_cap: {monthly: 10}
    cost_of_wrong_model: {value_at_stake: 5000}
  calls:
    mode: audio_transcription
    route: [{model: gemini/gemini-3.5-transcribe}]
    demand: {requests: 100000, seconds: 60}
    spend_cap: {monthly: 10}
  pictures:
    mode: image_generation
    route: [{model: openai/gpt-image-2}]
    demand: {requests: 10000, images: 1, input_tokens: 50}
    spend_cap: {monthly: 10}
"""


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
@pytest.mark.parametrize(
    "command",
    ["check", "report", "report --audience engineering", "stress", "optimize", "diff HEAD"],
)
def test_what_has_no_price_is_never_free_nor_within_its_cap(
    checkout: Checkout, govern: Callable[..., Any], command: str, form: str
) -> None:
    checkout.commit({"govern.yaml": "organization: T\n", ALLOCATION: UNPRICED})
    checkout.write({ALLOCATION: UNPRICED.replace("requests: 10", "requests: 20")})
    done = govern(*command.split(), "--format", form, "--as-of", DAY, cwd=checkout.folder)
    assert done.returncode in {0, 1}, done.stderr.decode()
    said = " ".join(done.stdout.decode().split())
    assert not re.search(r"(?<![\d.,])0\.00 (USD|a month)", said)
    assert not re.search("within (its )?cap", said, re.IGNORECASE)
    assert re.search("not known|not judged", said)
    for name in ("read-aloud", "calls", "pictures"):
        assert re.search(name.replace("-", "[- ]"), said, re.IGNORECASE), name
