"""Each producer's unit and inclusion trap, as rows (the expected values are computed by hand)."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from feeds import FEEDS, imported, rows_of
from multillm_gov.errors import SourceError
from multillm_gov.usage.reader import Sample, load_reader, reader_names
from multillm_gov.usage.recognition import recognize_producer

FIGURES = (
    "requests", "input_tokens_with_cache", "cache_read_tokens", "cache_write_tokens",
    "cache_write_1h_tokens", "output_tokens", "effective_cost", "list_cost", "invoiced_cost",
)  # fmt: skip
EXPECTED = {
    # Input excludes cache: 1,000 + 6,000 + 2,000 + 1,000.
    "anthropic_usage.json": [
        (None, 10_000, 6_000, 2_000, 1_000, 1_500, None, None, None),
        (None, 500, 0, 0, 0, 700, None, None, None),
    ],
    # Text in cents: "123.45" is 1.2345 USD, and 26.55 cents of discount were won.
    "anthropic_costs.json": [
        (None, None, None, None, None, None, "1.2345", "1.5", "1.2345"),
        (None, None, None, None, None, None, "0.7655", None, "0.7655"),
    ],
    # Input includes cache.
    "openai_usage.json": [
        (5, 1_000, 800, None, None, 500, None, None, None),
        (2, None, None, None, None, None, None, None, None),
        (1, 300, 0, None, None, 40, None, None, None),
    ],
    "openai_costs.json": [
        (None, None, None, None, None, None, "0.06", None, "0.06"),
        (None, None, None, None, None, None, "0.0213", None, "0.0213"),
    ],
    # Cache tokens stand in the metadata, as an object or as text.
    "litellm_spend_logs.jsonl": [
        (1, 1_000, 400, 0, None, 500, "0.0125", "0.0125", None),
        (1, 2_000, 0, 1_500, None, 200, "0.03", "0.03", None),
        (1, 1_000, None, None, None, 500, "0", "0", None),
    ],
    "litellm_daily.csv": [
        (1, 1_000, 400, 0, None, 500, "0.0125", "0.0125", None),
        (2, 2_000, 0, 1_500, None, 200, "0.03", "0.03", None),
    ],
    # The hollow export: money, neither tokens nor requests, no invoice.
    "litellm_focus.csv": [(None, None, None, None, None, None, "12.5", "12.5", None)],
    # Both generations of token kind; cash and consumption side by side; the queue is no AI.
    "focus_1_2.csv": [
        (None, 4_000_000, None, None, None, None, "10", "12", "10"),
        (None, 1_000_000, 1_000_000, None, None, None, "1.25", "1.25", "1.25"),
        (None, None, None, None, None, 500_000, "5", "5", "5"),
        (None, 200_000, None, 200_000, None, None, "2", "2", "2"),
        (None, None, None, None, None, None, "0", "100", "100"),
        (None, 1_000_000, None, None, None, None, "3", "4", "0"),
        (None, None, None, None, None, None, "0.3", "0.3", "0"),
    ],
    # Model identity, `Uncached` input, a prepaid commitment drawn down, a provider's own split.
    "focus_1_5.csv": [
        (None, 5_000_000, None, None, None, None, "25", "25", "25"),
        (None, 50_000_000, 50_000_000, None, None, None, "10", "10", "10"),
        (None, 15_000_000, None, 15_000_000, None, None, "37.5", "37.5", "37.5"),
        (None, None, None, None, None, None, "0", "500000", "500000"),
        (None, None, None, None, None, 1_500_000, "30", "37.5", "0"),
        (None, None, None, None, None, 600_000, "6", "6", "6"),
        (None, None, None, None, None, 400_000, "4", "4", "4"),
    ],
    # The row's own total decides what `input` includes; where none is given it is not known.
    "langfuse.jsonl": [
        (1, 1_000, 400, None, None, 500, "0.0125", None, None),
        (1, 1_000, 400, None, None, 500, "0.0125", None, None),
        (1, None, 400, None, None, 500, "0.0125", None, None),
    ],
    "helicone.csv": [
        (1, 1_000, None, None, None, 500, "0.0125", "0.0125", None),
        (1, 10, None, None, None, 0, "0", "0", None),
    ],
    # More cached than input: the writer left the cached tokens out.
    "otel_genai.json": [
        (1, 1_000, 400, None, None, 500, None, None, None),
        (1, 1_000, 900, None, None, 10, None, None, None),
    ],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_figures_of_each_producer(tmp_path: Path, name: str) -> None:
    (done,) = imported(tmp_path, FEEDS / name)
    assert done.producer == name.partition(".")[0].replace("_", "-").removesuffix(
        "-1-2"
    ).removesuffix("-1-5")
    expected = [
        tuple(Decimal(each) if isinstance(each, str) else each for each in row)
        for row in EXPECTED[name]
    ]
    assert [tuple(row.get(figure) for figure in FIGURES) for row in rows_of(tmp_path)] == expected


def test_every_reader_has_a_file_here_and_a_contract() -> None:
    seen = {
        name.partition(".")[0].replace("_", "-").removesuffix("-1-2").removesuffix("-1-5")
        for name in EXPECTED
    }
    assert set(reader_names()) - seen == {"litellm-payloads", "rows", "focus-attributed"}
    for name in reader_names():
        reader = load_reader(name)
        assert reader.contract.source
        assert "started_at" in reader.row
        assert "charge" in reader.row


def test_rows_say_who_requested_and_who_answered(tmp_path: Path) -> None:
    imported(tmp_path, FEEDS / "litellm_spend_logs.jsonl", FEEDS / "otel_genai.json")
    direct, failover, cached, substituted, _ = rows_of(tmp_path)
    assert (direct["model_requested"], direct["failover"]) == ("chat", False)
    assert (failover["model_requested"], failover["model_group"]) == ("chat", "claude")
    assert failover["failover"] is True
    assert (failover["provider"], str(failover["day"])) == ("anthropic", "2026-11-01")
    assert cached["gateway_cache_hits"] == 1
    assert (substituted["model"], substituted["model_requested"]) == ("gpt-4o-mini", "gpt-4o")


def test_commitments_are_cash_or_consumption_never_both(tmp_path: Path) -> None:
    (done,) = imported(tmp_path, FEEDS / "focus_1_2.csv")
    rows = rows_of(tmp_path)
    assert [row["charge"] for row in rows][-3:] == ["purchase", "usage", "idle"]
    assert sum(row["effective_cost"] for row in rows) == Decimal("21.55")
    assert sum(row["invoiced_cost"] for row in rows) == Decimal("118.25")
    (marker,) = done.markers
    ((reason, total),) = marker.left_out.items()
    assert "ServiceCategory" in reason
    assert (total.rows, total.money) == (1, {"USD": "7.77"})


def test_a_model_has_an_identity_and_a_split_the_tags_of_whom_it_is_for(tmp_path: Path) -> None:
    imported(tmp_path, FEEDS / "focus_1_5.csv")
    rows = rows_of(tmp_path)
    assert [row["model"] for row in rows] == ["saturn-5.0"] * 3 + ["Token Commitment"] + [
        "saturn-5.0"
    ] * 3
    assert {(row["provider"], row["key_id"]) for row in rows} == {("Maker", "key_17")}
    assert [row["tags"][-5:-2] for row in rows[-3:]] == ["c-7", "c-8", "c-9"]
    assert "person@example.org" not in str(rows)
    assert len({row["row_id"] for row in rows}) == len(rows)


def test_no_personal_data_is_stored(tmp_path: Path) -> None:
    imported(tmp_path, *(FEEDS / name for name in EXPECTED))
    files = [path for path in (tmp_path / "store").rglob("*") if path.is_file()]
    text = json.dumps(rows_of(tmp_path), default=str)
    assert "[e-mail]" in text
    for word in ("example.org", "example.com", "203.0.113.7", "my secret"):
        assert word not in text
        for path in files:
            assert word.encode() not in path.read_bytes(), (word, path.name)


def test_the_payload_of_a_callback(tmp_path: Path, corpus: Path) -> None:
    folder = corpus / "usage"
    name = "litellm__integrations__azure_sentinel__example_standard_logging_payload.json"
    (path,) = folder.glob(f"*{name}")
    (done,) = imported(tmp_path, path)
    assert done.producer == "litellm-payloads"
    (row,) = rows_of(tmp_path)
    assert (row["input_tokens_with_cache"], row["output_tokens"]) == (10, 20)
    assert (row["effective_cost"], str(row["day"])) == (Decimal("0.000225"), "2025-12-17")
    (log,) = folder.glob("*spend_logs_payload.json")
    imported(tmp_path, log)
    assert rows_of(tmp_path)[1]["producer"] == "litellm-spend-logs"


def test_the_real_focus_sample_reconciles_to_the_last_digit(tmp_path: Path, corpus: Path) -> None:
    """Infrastructure billing: nine rows are of an AI service, none has tokens."""
    (path,) = (corpus / "usage").glob("*focus_sample.csv")
    (done,) = imported(tmp_path, path)
    (marker,) = done.markers
    (left_out,) = marker.left_out.values()
    assert (done.producer, marker.kept.rows, left_out.rows) == ("focus", 9, 991)
    assert {row.get("input_tokens_with_cache") for row in rows_of(tmp_path)} == {None}
    with path.open(newline="") as file:
        money = sum(Decimal(row["EffectiveCost"]) for row in csv.DictReader(file))
    assert Decimal(marker.kept.money["USD"]) + Decimal(left_out.money["USD"]) == money


COMPLETIONS = {"object": "organization.usage.completions.result", "num_model_requests": 2}


def altered(folder: Path, name: str, **values: object) -> list[dict]:
    """Rows of a feed of buckets whose first result has other values."""
    document = json.loads((FEEDS / name).read_text())
    document["data"][0]["results"][0] |= values
    path = folder / name
    path.write_text(json.dumps(document))
    imported(folder, path)
    return rows_of(folder)


def test_openai_input_includes_cache_writes(tmp_path: Path) -> None:
    first = altered(tmp_path, "openai_usage.json", input_cache_write_tokens=150)[0]
    assert (first["input_tokens_with_cache"], first["cache_write_tokens"]) == (1_000, 150)


def test_openai_counts_each_kind_in_its_own_unit_and_batch_is_a_tier(tmp_path: Path) -> None:
    imported(tmp_path, FEEDS / "openai_usage.json")
    _, speech, batch = rows_of(tmp_path)
    assert (speech["other_quantity"], speech["other_unit"]) == (4_200, "characters")
    assert "input_tokens_with_cache" not in speech
    assert (batch["service_tier"], batch.get("model")) == ("batch", None)


def test_openai_costs_name_the_model_in_their_text_only(tmp_path: Path) -> None:
    imported(tmp_path, FEEDS / "openai_costs.json")
    tokens, search = rows_of(tmp_path)
    assert (tokens["model"], tokens["currency"]) == ("gpt-4o-2024-08-06", "USD")
    assert "model" not in search


@pytest.mark.parametrize(("seconds", "grain"), [(60, "minute"), (3_600, "hour"), (86_400, "day")])
def test_buckets_keep_their_length(tmp_path: Path, seconds: int, grain: str) -> None:
    document = {"object": "page", "data": [
        {"object": "bucket", "start_time": 1793491200, "end_time": 1793491200 + seconds,
         "results": [{**COMPLETIONS, "input_tokens": 9, "output_tokens": 1}]}]}  # fmt: skip
    path = tmp_path / "usage.json"
    path.write_text(json.dumps(document))
    imported(tmp_path, path)
    (row,) = rows_of(tmp_path)
    assert (row["grain"], row["requests"]) == (grain, 2)


def test_anthropic_context_windows_are_rows_of_their_own(tmp_path: Path) -> None:
    document = json.loads((FEEDS / "anthropic_usage.json").read_text())
    (short, *_) = document["data"][0]["results"]
    document["data"][0]["results"] = [short, {**short, "context_window": "200k-1M"}]
    path = tmp_path / "anthropic_usage.json"
    path.write_text(json.dumps(document))
    imported(tmp_path, path)
    assert len(rows_of(tmp_path)) == 2


READS = ("input_cached_tokens", "cache_read_input_tokens", "input_cache_read", "cached_tokens")


@pytest.mark.parametrize("key", READS)
@pytest.mark.parametrize(("counted", "total"), [(600, 1_500), (1_000, 1_500)])
def test_langfuse_spellings_of_cache_reads(
    tmp_path: Path, key: str, counted: int, total: int
) -> None:
    used = {"input": counted, key: 400, "output": 500, "total": total}
    line = {"id": "o", "type": "GENERATION", "start_time": "2026-11-01T10:00:00Z",
            "usage_details": used, "total_cost": 1}  # fmt: skip
    path = tmp_path / "langfuse.jsonl"
    path.write_text(json.dumps(line) + "\n")
    imported(tmp_path, path)
    (row,) = rows_of(tmp_path)
    assert (row["input_tokens_with_cache"], row["cache_read_tokens"]) == (1_000, 400)


def test_a_name_of_a_prompt_or_service_is_kept_for_attribution(tmp_path: Path) -> None:
    imported(tmp_path, FEEDS / "langfuse.jsonl", FEEDS / "otel_genai.json",
             FEEDS / "helicone.csv")  # fmt: skip
    rows = rows_of(tmp_path)
    assert {row.get("prompt_name") for row in rows if row["producer"] == "langfuse"} == {
        "triage", None
    }  # fmt: skip
    assert {row["project"] for row in rows if row["producer"] == "otel-genai"} == {"triage-service"}
    assert {row["labels"] for row in rows if row["producer"] == "helicone"} == {
        '{"team": "support"}', "{}"
    }  # fmt: skip


LOOKALIKES = {
    "spend logs without ids": (
        Sample(columns=("spend", "prompt_tokens", "completion_tokens", "startTime", "model")),
        "counted twice",
    ),
    "daily table by tag": (
        Sample(columns=("date", "tag", "api_requests", "spend", "prompt_tokens",
                        "completion_tokens")),
        "two tags",
    ),
    "flat cache writes": (
        Sample(document={"data": [{"starting_at": "2026-11-01T00:00:00Z", "results": [
            {"uncached_input_tokens": 1, "cache_creation_5m_input_tokens": 9}]}]}),
        "would be lost",
    ),
    "cents as a number": (
        Sample(document={"data": [{"starting_at": "2026-11-01T00:00:00Z", "results": [
            {"amount": 123.45, "currency": "USD"}]}]}),
        "factor of 100",
    ),
    "langfuse analytics": (
        Sample(columns=("type", "start_time", "total_cost", "tokens")),
        "under the label of tokens",
    ),
    "focus invoices": (
        Sample(columns=("InvoiceId", "BillingPeriodStart", "BillingPeriodEnd", "BilledCost")),
        "invoices or billing periods",
    ),
    "focus without currency": (
        Sample(columns=("BilledCost", "EffectiveCost", "ChargePeriodStart", "ChargeCategory")),
        "no unit",
    ),
    "nobody's": (Sample(columns=("a", "b")), "Map its columns|No reader knows"),
}  # fmt: skip


@pytest.mark.parametrize("name", LOOKALIKES)
def test_lookalikes_are_refused_with_the_reason(name: str) -> None:
    sample, reason = LOOKALIKES[name]
    with pytest.raises(SourceError, match=reason):
        recognize_producer(sample, "file.json")
