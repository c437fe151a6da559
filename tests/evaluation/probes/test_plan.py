"""Plans: which probes, how long an answer is asked for, and the sums they tell; properties of the
plan alone."""

from datetime import date
from decimal import Decimal

import pytest

from multillm_gov.evaluation.calls import longest_answer
from multillm_gov.evaluation.client import Message
from multillm_gov.evaluation.probes.plan import (
    EarlierProbes,
    ProbeSettings,
    TaskInputs,
    plan_probes,
)
from multillm_gov.evaluation.probes.probe import Canaries, Canary, ProviderKey, TaskDigests
from multillm_gov.location import Place
from multillm_gov.measures.figures import FallbackFigures, LegFigures, TaskFigures
from multillm_gov.portfolio.allocation import RouteEntry, TaskClass, TaskClassDeclaration
from multillm_gov.portfolio.demand import Demand, RequestSize
from multillm_gov.units import Amount, Share
from multillm_gov.workflows.evaluation.inputs import generic_canaries

DAY = date(2026, 11, 24)
NOTHING = EarlierProbes(last=lambda *_: None, reference=lambda *_: None)
SCHEMA = {"type": "object"}


def figures(name, routed, kept=(), mode="chat", facts=None, **declared):
    task = TaskClass(
        name=name,
        owner="a",
        declared=TaskClassDeclaration(
            route=tuple(RouteEntry(model=model) for model in routed),
            fallbacks=tuple(kept),
            mode=mode,
            **declared,
        ),
        place=Place("allocations/a.yaml", ("task_classes", name)),
    )
    nothing = Amount()
    return TaskFigures(
        task=task,
        legs=tuple(
            LegFigures(
                index=index,
                model=model,
                facts=facts,
                share=Decimal(1),
                requests_per_month=nothing,
                cost_per_request=None,
                fixed_per_month=nothing,
                spend_per_month=None,
            )
            for index, model in enumerate(routed)
        ),
        fallbacks=tuple(
            FallbackFigures(
                index=index,
                model=model,
                facts=facts,
                cost_per_request=None,
                failover_spend_per_month=None,
                shared_with_primary=(),
                unproved_with_primary=(),
            )
            for index, model in enumerate(kept)
        ),
        requests_per_month=nothing,
        value_at_stake_per_month=nothing,
        spend_per_month=None,
        cost_per_request=None,
        largest_cost_per_request=None,
    )


def inputs(task, count=2, schema=None):
    sent = tuple(Canary(messages=(Message("user", f"canary {number}"),)) for number in range(count))
    canaries = (
        generic_canaries(task)
        if task.declared.mode == "embedding"
        else Canaries(origin="prompt", inputs=sent)
    )
    return TaskInputs(
        canaries=canaries, digests=TaskDigests(task="sha256:" + "0" * 64), output_schema=schema
    )


def planned(*tasks, keys_of=lambda _: (), schema=None, count=2, **asked):
    given = {each.task.name: inputs(each.task, count, schema) for each in tasks}
    return plan_probes(tasks, given, ProbeSettings(day=DAY, **asked), keys_of, NOTHING)


def told(found):
    return [(probe.task.name, probe.model, probe.kind, probe.role) for probe in found.probes]


def test_routed_models_come_first_and_each_model_once():
    found = planned(figures("a", ["x", "y"], ["z", "x"]), figures("b", ["e"], mode="embedding"))
    assert told(found) == [
        ("a", "x", "answer", "route"),
        ("a", "y", "answer", "route"),
        ("a", "z", "answer", "fallback"),
        ("b", "e", "embedding", "route"),
    ]
    assert [probe.place.pointer[-3:] for probe in found.probes[:2]] == [
        ("route", 0, "model"),
        ("route", 1, "model"),
    ]
    assert found.probes[2].place.pointer[-2:] == ("fallbacks", 0)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"kinds": frozenset({"stream"})}, [("a", "x", "stream", "route")]),
        (
            {"kinds": frozenset({"answer", "stream"})},
            [("a", "x", "answer", "route"), ("a", "x", "stream", "route")],
        ),
        ({"models": frozenset({"e"})}, [("b", "e", "embedding", "route")]),
        ({"tasks": frozenset({"a"})}, [("a", "x", "answer", "route")]),
    ],
)
def test_less_can_be_asked_for(asked, expected):
    assert (
        told(planned(figures("a", ["x"]), figures("b", ["e"], mode="embedding"), **asked))
        == expected
    )


def test_modes_that_cannot_be_probed_are_said():
    found = planned(figures("a", ["x"]), figures("pictures", ["p"], mode="image_generation"))
    assert told(found) == [("a", "x", "answer", "route")]
    assert [(left.task_class, left.why) for left in found.left_out] == [
        ("pictures", "mode `image_generation` has no probe")
    ]


def test_samples_take_the_canaries_in_turn():
    (probe,) = planned(figures("a", ["x"]), count=3, samples=5).probes
    assert [probe.call(sample).messages[0].content[-1] for sample in range(5)] == list("01201")
    (probe,) = planned(figures("a", ["x"]), count=9, samples=2).probes
    assert len(probe.calls) == 2, "canaries that are never sent do not raise the worst case"


def test_sums_leave_out_what_is_not_known_and_say_so(make_facts):
    priced = figures("a", ["x"], facts=make_facts(), demand=Demand(requests=1, output_tokens=50))
    found = planned(priced, figures("b", ["y"]), samples=4)
    one, other = found.probes
    assert one.worst_total_usd == 4 * one.worst_usd > 0
    assert other.worst_usd is None
    assert found.worst_usd == one.worst_total_usd
    assert found.unpriced == (other,)
    assert found.calls == 8


def test_keys_that_are_missing_are_named_once():
    keys = {
        "x": (
            ProviderKey(name="A", present=False),
            ProviderKey(name="B", present=False, required=False),
        ),
        "y": (),
    }
    found = planned(figures("a", ["x", "y"]), figures("b", ["x"]), keys_of=keys.__getitem__)
    assert [key.name for key in found.missing_keys] == ["A"]


def test_the_schema_is_asked_for_only_where_the_model_speaks_it(make_facts):
    speaks = planned(figures("a", ["x"], facts=make_facts()), schema=SCHEMA).probes[0]
    silent = planned(
        figures("a", ["x"], facts=make_facts(capabilities=frozenset())), schema=SCHEMA
    ).probes[0]
    unknown = planned(figures("a", ["x"]), schema=SCHEMA).probes[0]
    assert (speaks.native_schema, speaks.call(0).output_schema) == (True, SCHEMA)
    for probe in (silent, unknown):
        assert (probe.native_schema, probe.call(0).output_schema, probe.output_schema) == (
            False,
            None,
            SCHEMA,
        )


SIZES = (
    RequestSize(share=Share("0.9"), input_tokens=10, output_tokens=100),
    RequestSize(share=Share("0.1"), input_tokens=10, output_tokens=3000),
)


@pytest.mark.parametrize(
    ("demand", "expected"),
    [
        (None, 1024),
        (Demand(requests=1), 1024),
        (Demand(requests=1, output_tokens=300), 600),
        (Demand(requests=1, output_tokens=300, max_output_tokens=450), 450),
        (Demand(requests=1, sizes=SIZES), 3000),
        (Demand(requests=1, output_tokens=90_000), 8_000),
    ],
)
def test_answers_are_asked_for_as_long_as_declared(make_facts, demand, expected):
    declared = TaskClassDeclaration(route=(RouteEntry(model="x"),), demand=demand)
    assert longest_answer(declared, make_facts(max_output_tokens=8_000)) == expected
    assert longest_answer(declared, make_facts(max_output_tokens=8_000), generic=True) == min(
        expected, 1024
    )


def test_one_call_holds_all_inputs_of_an_embedding():
    (probe,) = planned(figures("b", ["e"], mode="embedding")).probes
    assert len(probe.calls) == 1
    assert len(probe.calls[0].inputs) == 8
