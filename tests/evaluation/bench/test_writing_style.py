from datetime import date
from random import Random

import pytest

from multillm_gov.evaluation.bench.writing_style import (
    StylePair,
    effective_models,
    halves_of,
    pairs_of,
    stored_halves,
    style_record,
    tone_drift,
)
from multillm_gov.evidence.record import EvidenceFile, EvidenceRecord
from multillm_gov.evidence.writing import encode_view, merge
from multillm_gov.measures.stylometry import FUNCTION_WORDS, count_words
from multillm_gov.reporting.evaluation.writing_style import writing_style_section
from multillm_gov.units import Share
from multillm_gov.workflows.states import assess_folder
from portfolios import CAPITALS, written

PLAIN = [1 / rank for rank in range(1, len(FUNCTION_WORDS) + 1)]
OTHER = PLAIN[12:] + PLAIN[:12]
DAY, BEFORE = date(2026, 11, 24), date(2026, 10, 1)


def counts(seed, weights, cases=24, words=500):
    random = Random(seed)
    return [
        count_words([" ".join(random.choices(FUNCTION_WORDS, weights, k=words))])
        for _ in range(cases)
    ]


def record(model, halves, day=BEFORE, **given):
    facts = {
        "task_class": "capitals",
        "sample_size": 24,
        "score": Share("0.9"),
        "cases": f"sha256:{'1' * 64}",
        **given,
    }
    return EvidenceRecord(
        model=model, date=day, writing_style=style_record(halves) if halves else None, **facts
    )


def speaking(day=DAY, cases=f"sha256:{'1' * 64}", prompt=None):
    return day, cases, prompt


def test_same_and_distinct_styles_are_distinguished_case_by_case():
    found = {
        pair.second: pair.comparison.style
        for pair in pairs_of({"a": counts(1, PLAIN), "b": counts(2, PLAIN), "c": counts(3, OTHER)})
        if pair.first == "a"
    }
    assert found == {"b": "same style", "c": "distinct"}


def test_only_cases_that_both_answered_are_compared():
    first, second = counts(1, PLAIN), counts(2, PLAIN)
    silent = (0,) * len(FUNCTION_WORDS)
    # What only one of them wrote would be another text: here it is in another style.
    first[3], second[3] = counts(9, OTHER, cases=1, words=5_000)[0], silent
    (pair,) = pairs_of({"a": first, "b": second})
    assert pair.comparison.style == "same style"
    assert pair.comparison.words == (23 * 500, 23 * 500)


def test_nothing_written_is_nothing_to_compare():
    (pair,) = pairs_of({"a": counts(1, PLAIN), "b": [(0,) * len(FUNCTION_WORDS)] * 24})
    assert pair.comparison is None
    assert not pair.is_conclusive


def test_models_that_write_alike_count_as_fewer():
    alike = pairs_of({"a": counts(1, PLAIN), "b": counts(2, PLAIN)})
    apart = pairs_of({"a": counts(1, PLAIN), "c": counts(3, OTHER)})
    effective, plain = effective_models(alike, {"a": 0.5, "b": 0.5})
    assert plain == pytest.approx(2)
    assert effective == pytest.approx(1.1, abs=0.1)
    assert effective_models(apart, {"a": 0.5, "c": 0.5})[0] == pytest.approx(2)
    # By shares: 1 / (.9^2 + .1^2 + 2 * .09 * z).
    weighted, plain = effective_models(alike, {"a": 0.9, "b": 0.1})
    assert 1 <= weighted < plain == pytest.approx(1 / 0.82)


def test_too_little_text_counts_for_nothing():
    pairs = pairs_of({"a": counts(1, PLAIN, cases=4), "b": counts(2, PLAIN, cases=4)})
    assert effective_models(pairs, {"a": 0.5, "b": 0.5}) == (None, None)
    assert effective_models(
        (StylePair(first="a", second="b", comparison=None),), {"a": 0.5, "b": 0.5}
    ) == (None, None)
    assert effective_models((), {"a": 1.0}) == (None, None)


def test_counts_come_back_from_evidence_as_they_were():
    halves = halves_of(counts(1, PLAIN))
    assert stored_halves(record("m", halves).writing_style) == halves
    assert stored_halves(None) is None


def test_the_newest_earlier_record_of_the_same_cases_is_compared():
    now = halves_of(counts(4, OTHER))
    drift = tone_drift("m", now, [record("m", halves_of(counts(1, PLAIN)))], speaking())
    assert drift.since == BEFORE
    assert drift.ratio > 3
    calm = tone_drift(
        "m", halves_of(counts(4, PLAIN)), [record("m", halves_of(counts(1, PLAIN)))], speaking()
    )
    assert calm.ratio < 1.5
    assert tone_drift("m", now, [], speaking()) is None
    assert tone_drift("m", now, [record("m", None)], speaking()) is None


def test_other_cases_or_another_prompt_are_not_compared():
    then = [record("m", halves_of(counts(1, PLAIN)))]
    now = halves_of(counts(4, OTHER))
    for asked in (speaking(cases=f"sha256:{'2' * 64}"), speaking(prompt=f"sha256:{'3' * 64}")):
        drift = tone_drift("m", now, then, asked)
        assert drift.ratio is None
        assert "have changed" in drift.why


def test_too_little_text_is_no_drift():
    then = [record("m", halves_of(counts(1, PLAIN, cases=2)))]
    drift = tone_drift("m", halves_of(counts(4, OTHER, cases=2)), then, speaking())
    assert (drift.ratio, drift.why) == (None, "too little text")


def test_a_drifted_tone_is_compared_with_the_style_from_before_until_somebody_accepts_it():
    before, after = halves_of(counts(1, PLAIN)), halves_of(counts(4, OTHER))
    first = tone_drift("m", after, [record("m", before)], speaking())
    assert stored_halves(first.reference) == before
    drifted = record("m", after, day=DAY, tone_since=BEFORE, tone_reference=first.reference)
    again = tone_drift("m", halves_of(counts(5, OTHER)), [drifted], speaking(day=date(2026, 12, 1)))
    assert again.since == BEFORE
    assert again.ratio > 3
    back = tone_drift("m", halves_of(counts(6, PLAIN)), [drifted], speaking(day=date(2026, 12, 1)))
    assert back.ratio < 1.5
    assert back.reference is None


def test_the_board_can_tell_what_evidence_remembers(tmp_path):
    one, other = halves_of(counts(1, PLAIN)), halves_of(counts(2, PLAIN))
    records = [record("openai/gpt-5.4", one), record("anthropic/claude-haiku-4-5", other)]
    folder = written(tmp_path, CAPITALS)
    assert writing_style_section(assess_folder(folder, as_of=DAY).state) is None
    (folder / "evidence").mkdir()
    (folder / "evidence/current.json").write_bytes(encode_view(merge(EvidenceFile(), records)))
    section = writing_style_section(assess_folder(folder, as_of=DAY).state)
    told = repr(section)
    assert "same style" in told
    assert "openai/gpt-5.4 / anthropic/claude-haiku-4-5" in told
    # Of other cases nothing is said.
    strange = [
        record("openai/gpt-5.4", one),
        record("anthropic/claude-haiku-4-5", other, cases=f"sha256:{'2' * 64}"),
    ]
    (folder / "evidence/current.json").write_bytes(encode_view(merge(EvidenceFile(), strange)))
    assert writing_style_section(assess_folder(folder, as_of=DAY).state) is None
