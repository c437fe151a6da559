"""Each check by what answers look like: pass, each way to fail, and what cannot be judged."""

from datetime import date
from decimal import Decimal

import pytest

from multillm_gov.catalog.facts import Lifecycle
from multillm_gov.evaluation.probes.check import Observation, all_checks, observed
from multillm_gov.evaluation.probes.judging import probe_record
from multillm_gov.evaluation.probes.probe import ProviderKey
from multillm_gov.evidence.record import ProbeRecord
from multillm_gov.evidence.verdict import PORTFOLIO_FAULTS, WHAT_TO_DO, WORST_FIRST, worst
from multillm_gov.portfolio.allocation import AnswerShape, Latency, SpendCap
from multillm_gov.portfolio.demand import Demand, RequestSize
from multillm_gov.units import Amount, Positive, Share

VERSIONS = {"govern": "0.1.0", "litellm": "1.110.2"}


def observation_of(probe, *results):
    return Observation(probe=probe, seen=tuple(observed(probe, result, 1) for result in results))


def check(name, probe, *results):
    (found,) = (each for each in all_checks() if each.name == name)
    return found.judge(observation_of(probe, *results))


def verdict(name, probe, *results):
    result = check(name, probe, *results)
    return None if result is None else result.verdict


def test_every_verdict_has_its_rank_and_what_to_do():
    assert set(WORST_FIRST) == set(WHAT_TO_DO)
    assert WORST_FIRST[-2:] == ("inconclusive", "pass")
    assert (
        {"contract", "latency", "cost"}
        < PORTFOLIO_FAULTS
        < set(WORST_FIRST) - {"pass", "inconclusive"}
    )


def test_the_worst_check_speaks_for_the_probe():
    assert worst(["pass", "latency", "pass", "contract"]) == "contract"
    assert worst(["pass", "inconclusive"]) == "inconclusive"
    assert worst([]) == "inconclusive", "nothing judged is nothing passed"


def test_every_call_must_be_answered(make_probe, make_answer, make_failure):
    probe = make_probe()
    assert verdict("reachability", probe, make_answer(), make_answer()) == "pass"
    assert (
        verdict("reachability", probe, make_answer(), make_failure("provider-fault"))
        == "provider-fault"
    )
    assert (
        verdict("reachability", probe, make_failure("timeout"), make_failure("retired"))
        == "retired"
    )
    assert verdict("reachability", probe) == "inconclusive"
    told = check(
        "reachability",
        probe,
        make_answer(),
        make_failure("provider-fault", status=503, message="words"),
    )
    assert told.detail == "1 of 2 calls answered; provider-fault, HTTP 503"


def test_a_key_that_is_not_set_is_told_as_such_whatever_the_client_makes_of_it(
    make_probe, make_answer, make_failure
):
    probe = make_probe(keys=(ProviderKey(name="OPENAI_API_KEY", present=False),))
    assert verdict("reachability", probe, make_failure("unreachable")) == "credentials"
    assert (
        "OPENAI_API_KEY is not set"
        in check("reachability", probe, make_failure("unreachable")).detail
    )
    assert verdict("reachability", probe, make_answer()) == "pass", (
        "a key from elsewhere does as well"
    )
    given = make_probe(
        keys=(
            ProviderKey(name="OPENAI_API_KEY", present=True),
            ProviderKey(name="X", present=False, required=False),
        )
    )
    assert verdict("reachability", given, make_failure("unreachable")) == "unreachable"
    address = make_probe(keys=(ProviderKey(name="OWN_API_BASE", present=False),))
    assert verdict("reachability", address, make_failure("unreachable")) == "unreachable"


STRICT = '{"queue": "billing", "urgent": false, "score": 0.5}'
FENCED = f"```json\n{STRICT}\n```"
TALKING = f"Sure! Here it is:\n{STRICT}\nAnything else?"
TEXTUAL = '{"queue": "billing", "urgent": "false", "score": "0.5"}'


@pytest.mark.parametrize(
    ("text", "normalize", "expected", "used"),
    [
        (STRICT, (), "pass", ()),
        (STRICT, ("strip-fences", "extract-json", "coerce"), "pass", ()),
        (FENCED, (), "contract", ()),
        (FENCED, ("strip-fences",), "pass", ("strip-fences",)),
        (FENCED, ("extract-json",), "pass", ("extract-json",)),
        (TALKING, ("strip-fences",), "contract", ()),
        (TALKING, ("strip-fences", "extract-json"), "pass", ("extract-json",)),
        (TEXTUAL, ("strip-fences", "extract-json"), "contract", ()),
        (TEXTUAL, ("coerce",), "pass", ("coerce",)),
        (f"~~~\n{TEXTUAL}\n~~~", ("strip-fences", "coerce"), "pass", ("strip-fences", "coerce")),
        (
            '{"queue": "billing", "other": 1}',
            ("strip-fences", "extract-json", "coerce"),
            "contract",
            (),
        ),
        ("", ("strip-fences", "extract-json", "coerce"), "contract", ()),
        ("[" * 100_000, ("extract-json", "coerce"), "contract", ()),
        ('{"queue": NaN}', ("coerce",), "contract", ()),
    ],
)
def test_the_contract_takes_as_few_normalizers_as_it_needs(
    make_probe, make_answer, schema, text, normalize, expected, used
):
    probe = make_probe(
        {"normalize": normalize, "output_schema": "schemas/a.json"}, output_schema=schema
    )
    record = probe_record(observation_of(probe, make_answer(text=text)), VERSIONS)
    assert {each.name: each.verdict for each in record.checks}["contract"] == expected
    assert record.normalizers == used


def test_a_misfit_is_told_by_the_schema_and_never_by_the_answer(make_probe, make_answer, schema):
    probe = make_probe(output_schema=schema)
    private = '{"queue": "billing", "private words": 1, "score": "secret words"}'
    told = check("contract", probe, make_answer(text=private), make_answer(text="private words"))
    assert told.verdict == "contract"
    assert "additionalProperties" in told.detail or "properties/score/type" in told.detail
    assert "it is no JSON" in told.detail
    assert "private" not in told.detail
    assert "secret" not in told.detail


def test_a_generic_input_proves_nothing_of_the_task(make_probe, make_answer, schema):
    for given in ({}, {"output_schema": schema}):
        probe = make_probe(origin="generic", **given)
        record = probe_record(observation_of(probe, make_answer(text="I am ready.")), VERSIONS)
        assert record.verdict == "inconclusive"
        assert {each.name: each.verdict for each in record.checks}["contract"] == "inconclusive"


def test_a_schema_that_refers_out_of_its_file_is_never_fetched(make_probe, make_answer):
    probe = make_probe(output_schema={"$ref": "http://127.0.0.1:9/schema.json"})
    assert verdict("contract", probe, make_answer()) == "inconclusive"
    probe = make_probe(output_schema={"type": "strange"})
    assert verdict("contract", probe, make_answer()) == "inconclusive"


def test_no_schema_no_contract(make_probe, make_answer):
    assert check("contract", make_probe(), make_answer()) is None


def test_answers_that_were_cut_or_filtered(make_probe, make_answer):
    probe = make_probe()
    assert verdict("stop", probe, make_answer(), make_answer(finish_reason="tool_calls")) == "pass"
    assert verdict("stop", probe, make_answer(), make_answer(finish_reason="length")) == "contract"
    assert (
        verdict("stop", probe, make_answer(finish_reason="content_filter")) == "refused-by-filter"
    )
    assert check("stop", probe, make_answer(finish_reason="")) is None


def test_lengths(make_probe, make_answer):
    probe = make_probe({"answer": AnswerShape(min_characters=5, max_characters=10)})
    assert verdict("length", probe, make_answer(text="  sixsix  ")) == "pass"
    assert verdict("length", probe, make_answer(text="four")) == "contract"
    assert (
        verdict("length", probe, make_answer(text="sixsix"), make_answer(text="much too long"))
        == "contract"
    )
    assert check("length", make_probe(), make_answer(text="anything")) is None
    assert verdict("length", make_probe(), make_answer(text=" \n")) == "contract", (
        "an empty answer is none"
    )


ENGLISH = "The ticket was sorted into the billing queue because the customer asks about an invoice."
GERMAN = "Das Ticket wurde der Abrechnung zugeordnet, weil der Kunde nach einer Rechnung fragt."


def test_languages(make_probe, make_answer):
    pytest.importorskip("py3langid", reason="needs the language extra")
    probe = make_probe({"answer": AnswerShape(language="en")})
    assert verdict("language", probe, make_answer(text=ENGLISH)) == "pass"
    assert (
        verdict("language", probe, make_answer(text=ENGLISH), make_answer(text=GERMAN))
        == "contract"
    )
    assert verdict("language", probe, make_answer(text="billing")) == "inconclusive", (
        "a word settles no language"
    )
    assert verdict("language", probe, make_answer(text=f'{{"queue": "{GERMAN}"}}')) == "contract"
    assert check("language", make_probe(), make_answer(text=GERMAN)) is None
    assert "Rechnung" not in check("language", probe, make_answer(text=GERMAN)).detail


LIMIT = {"latency": Latency(p95_seconds=Positive("2"))}


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ([1.0], "pass"),
        ([3.0], "latency"),
        ([1.0, 1.0, 3.0], "inconclusive"),
        ([1.0, 3.0, 3.0], "latency"),
        ([1.0] * 19 + [3.0], "pass"),
        ([1.0] * 18 + [3.0, 3.0], "latency"),
        ([1.0] * 95 + [3.0] * 5, "pass"),
        ([1.0] * 94 + [3.0] * 6, "latency"),
    ],
)
def test_latency_by_what_the_sample_can_show(make_probe, make_answer, seconds, expected):
    results = [make_answer(seconds=each) for each in seconds]
    assert verdict("latency", make_probe(LIMIT), *results) == expected


def test_a_percentile_is_recorded_only_where_there_is_one(make_probe, make_answer):
    few = probe_record(
        observation_of(make_probe(LIMIT), *[make_answer(seconds=1.25)] * 19), VERSIONS
    )
    assert (few.p50_seconds, few.p95_seconds) == (Decimal("1.25"), None)
    many = probe_record(
        observation_of(
            make_probe(LIMIT), *[make_answer(seconds=each / 10) for each in range(1, 21)]
        ),
        VERSIONS,
    )
    assert (many.p50_seconds, many.p95_seconds) == (Decimal("1.05"), Decimal("1.9"))


def test_a_call_that_timed_out_was_slower_than_its_time_out(make_probe, make_answer, make_failure):
    late = make_failure("timeout", seconds=60.0)
    assert verdict("latency", make_probe(LIMIT), late, late, make_answer()) == "latency"
    assert check("latency", make_probe(), late) is None


def demand(**given):
    return {"demand": Demand(requests=1000, **given)}


def test_tokens_against_the_demand(make_probe, make_answer):
    declared = demand(input_tokens=100, output_tokens=20)
    assert (
        verdict("tokens", make_probe(declared), make_answer(input_tokens=125, output_tokens=25))
        == "pass"
    )
    assert verdict("tokens", make_probe(declared), make_answer(input_tokens=126)) == "cost"
    assert verdict("tokens", make_probe(declared), make_answer(output_tokens=26)) == "cost"
    sizes = (
        RequestSize(share=Share("0.5"), input_tokens=100),
        RequestSize(share=Share("0.5"), input_tokens=300),
    )
    assert (
        verdict("tokens", make_probe(demand(sizes=sizes)), make_answer(input_tokens=250)) == "pass"
    )
    assert (
        verdict("tokens", make_probe(demand(sizes=sizes)), make_answer(input_tokens=251)) == "cost"
    )
    assert (
        check("tokens", make_probe(declared), make_answer(input_tokens=None, output_tokens=None))
        is None
    )
    assert (
        check("tokens", make_probe(declared, origin="generic"), make_answer(input_tokens=900))
        is None
    )


def earlier(probe, **given):
    defaults = {
        "date": date(2026, 10, 1),
        "verdict": "pass",
        "calls": 3,
        "task": probe.digests.task,
    }
    return ProbeRecord(
        task_class=probe.task.name, model=probe.model, kind=probe.kind, **{**defaults, **given}
    )


def test_tokens_against_the_last_probe(make_probe, make_answer, altered):
    probe = make_probe(demand(input_tokens=1000))
    probe = altered(probe, last=earlier(probe, input_tokens=Amount("60")))
    assert verdict("tokens", probe, make_answer(input_tokens=75)) == "pass"
    assert check("tokens", probe, make_answer(input_tokens=76)).detail == (
        "76 input tokens per request; on 2026-10-01 the same took 60"
    )
    changed = altered(
        probe, last=earlier(probe, input_tokens=Amount("60"), prompt="sha256:" + "2" * 64)
    )
    assert verdict("tokens", changed, make_answer(input_tokens=300)) == "pass", (
        "another prompt, another length"
    )


def test_the_cap_on_a_request(make_probe, make_answer):
    cap = {"spend_cap": SpendCap(per_request=Amount("0.001"))}
    assert verdict("cost", make_probe(cap), make_answer(usd=Decimal("0.001"))) == "pass"
    assert (
        verdict("cost", make_probe(cap), make_answer(), make_answer(usd=Decimal("0.0011")))
        == "cost"
    )
    assert verdict("cost", make_probe(cap), make_answer(usd=None)) == "inconclusive", (
        "unknown is not free"
    )
    assert check("cost", make_probe(), make_answer(usd=None)) is None
    euros = make_probe(cap, usd_per_unit=Decimal("1.25"))
    assert verdict("cost", euros, make_answer(usd=Decimal("0.00125"))) == "pass"
    assert verdict("cost", euros, make_answer(usd=Decimal("0.00126"))) == "cost"


@pytest.mark.parametrize(
    ("model", "canonical", "served", "expected"),
    [
        ("openai/gpt-5.4", "gpt-5.4", "gpt-5.4", "pass"),
        ("openai/gpt-5.4", "gpt-5.4", "gpt-5.4-2026-03-05", "pass"),
        ("openai/gpt-5.4-2026-03-05", "gpt-5.4", "gpt-5.4-2026-03-05", "pass"),
        ("openai/gpt-5.4-2026-03-05", "gpt-5.4", "gpt-5.4-2026-09-01", "contract"),
        ("openai/gpt-5.4", "gpt-5.4", "gpt-5.4-mini-2026-03-17", "contract"),
        ("openai/gpt-5.4", "gpt-5.4", "gpt-4o", "contract"),
        ("anthropic/claude-sonnet-4-5", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929", "pass"),
        (
            "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "claude-sonnet-4-5",
            "claude-sonnet-4-5",
            "pass",
        ),
        ("mistral/mistral-large-latest", "mistral-large", "mistral-large-2512", "pass"),
        ("gemini/gemini-2.5-pro", "gemini-2.5-pro", "models/gemini-2.5-pro", "pass"),
        ("gemini/gemini-2.5-pro", "gemini-2.5-pro", "gemini-2.5-flash", "contract"),
    ],
)
def test_the_model_that_answers_is_the_one_declared(
    make_probe, make_answer, make_facts, model, canonical, served, expected
):
    probe = make_probe(model=model, facts=make_facts(model, canonical))
    assert verdict("identity", probe, make_answer(served_model=served)) == expected


def test_an_alias_that_was_re_pointed_is_told(make_probe, make_answer, make_facts, altered):
    facts = make_facts(
        lifecycle=Lifecycle(floating_alias=True, snapshot="openai/gpt-5.4-2026-03-05")
    )
    probe = make_probe(facts=facts)
    probe = altered(probe, last=earlier(probe, served_models=("gpt-5.4-2026-03-05",)))
    assert verdict("identity", probe, make_answer()) == "pass"
    told = check("identity", probe, make_answer(served_model="gpt-5.4-2026-09-01"))
    assert told.verdict == "contract"
    assert (
        told.detail
        == "`gpt-5.4-2026-09-01` answered; on 2026-10-01 it was `gpt-5.4-2026-03-05`: changed since then"  # noqa: E501
    )


def test_the_end_of_a_stranger_is_no_re_pointing(make_probe, make_answer, altered):
    probe = make_probe()
    probe = altered(probe, last=earlier(probe, served_models=("gpt-4o",)))
    assert verdict("identity", probe, make_answer()) == "pass", "the declared model is back"
    assert verdict("identity", probe, make_answer(served_model="gpt-4o")) == "contract"


def test_a_provider_that_tells_no_model_leaves_nothing_to_judge(make_probe, make_answer):
    record = probe_record(observation_of(make_probe(), make_answer(served_model="")), VERSIONS)
    assert "identity" not in {each.name for each in record.checks}
    assert "the provider does not report which model answered" in record.notes


def test_a_custom_model_may_be_served_by_any_name(make_probe, make_answer, make_facts):
    own = make_facts("custom/lead-scorer-v3", "custom/lead-scorer-v3", source="override")
    probe = make_probe(model="custom/lead-scorer-v3", facts=own)
    assert verdict("identity", probe, make_answer(served_model="deployment-7")) == "pass"


def test_a_negotiated_price_makes_no_custom_model(make_probe, make_answer, make_facts):
    probe = make_probe(facts=make_facts(source="override"))
    assert verdict("identity", probe, make_answer()) == "pass"
    assert verdict("identity", probe, make_answer(served_model="gpt-4o")) == "contract"


def test_a_probe_cut_short_never_passes(make_probe, make_answer):
    record = probe_record(observation_of(make_probe(), make_answer()), VERSIONS, is_complete=False)
    assert record.verdict == "inconclusive"


def test_a_record_tells_all_but_texts(make_probe, make_answer, schema):
    probe = make_probe(
        {"output_schema": "schemas/a.json"}, output_schema=schema, native_schema=True
    )
    record = probe_record(observation_of(probe, *[make_answer(text=STRICT)] * 3), VERSIONS)
    assert record.verdict == "pass"
    assert (record.calls, record.answers, record.native_schema, record.usd) == (
        3,
        3,
        True,
        Decimal("0.0009"),
    )
    assert (record.input_tokens, record.output_tokens) == (90, 12)
    assert record.versions == VERSIONS
    assert record.task == "sha256:" + "1" * 64
    assert "billing" not in repr(record)


def test_streams(make_probe, make_answer):
    probe = make_probe(kind="stream")
    assert verdict("stream", probe, make_answer(seconds_to_first=0.1)) == "pass"
    assert verdict("stream", probe, make_answer(seconds_to_first=0.1), make_answer()) == "contract"
    assert check("stream", make_probe(), make_answer()) is None
