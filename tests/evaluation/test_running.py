"""The runner: order, money, time, retries, pauses and Ctrl-C, with a clock that is handed in."""

import asyncio
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from multillm_gov.evaluation.budget import Budget
from multillm_gov.evaluation.client import Answer
from multillm_gov.evaluation.pacing import RunConditions, RunLimits, wait_before_retry
from multillm_gov.evaluation.running import Runner


def run(probes, client, clock, limit=None, pace=None, **given):
    budget = Budget(None if limit is None else Decimal(limit))
    runner = Runner(
        probes,
        client,
        RunConditions(limits=pace or RunLimits(), budget=budget, time=clock.time),
        **given,
    )
    return asyncio.run(runner.run())


def test_results_stand_in_the_order_of_the_plan_whoever_answers_first(
    make_probe, make_answer, scripted, clock
):
    probes = [make_probe(model=f"openai/m{number}", samples=2) for number in range(20)]

    class Backwards(scripted):
        async def send(self, call):
            await asyncio.sleep(0.02 - int(call.model.removeprefix("openai/m")) / 1000)
            return await super().send(call)

    client = Backwards(lambda call, _: make_answer(served_model=call.model))
    done = run(probes, client, clock)
    assert done.ending == "complete"
    assert [each.probe.model for each in done.observations] == [probe.model for probe in probes]
    assert [answer.served_model for each in done.observations for answer in each.answers] == [
        probe.model for probe in probes for _ in range(2)
    ]


def test_nothing_is_kept_of_texts_and_vectors(make_probe, make_answer, scripted, clock):
    client = scripted(lambda *_: make_answer(text="secret words", vectors=((1.0, 2.0),)))
    done = run([make_probe()], client, clock)
    assert {(answer.text, answer.vectors) for answer in done.observations[0].answers} == {("", ())}
    assert "secret words" not in repr(done)


def test_texts_are_handed_on_where_someone_asks(make_probe, make_answer, scripted, clock):
    told = []
    client = scripted(lambda _, number: make_answer(text=f"answer {number}"))
    run(
        [make_probe()],
        client,
        clock,
        on_answer=lambda _, sample, answer: told.append((sample, answer.text)),
    )
    assert sorted(told) == [(0, "answer 0"), (1, "answer 1"), (2, "answer 2")]


def test_concurrency_overall_and_per_provider(make_probe, make_answer, scripted, clock):
    probes = [make_probe(provider=name, samples=10) for name in ("a", "b")]
    client = scripted(lambda *_: make_answer(), wait=0.005)
    run(probes, client, clock, pace=RunLimits(concurrency=5))
    assert client.most_flying == 5
    client = scripted(lambda *_: make_answer(), wait=0.005)
    run(probes, client, clock, pace=RunLimits(concurrency=8, provider_concurrency=2))
    assert client.most_flying == 4


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_spending_never_exceeds_the_limit_whatever_is_answered(
    data, make_probe, make_answer, make_failure, make_clock
):
    clock = make_clock()
    money = st.integers(0, 100).map(lambda cents: Decimal(cents) / 100)
    worsts = data.draw(st.lists(money, min_size=1, max_size=6))
    limit = data.draw(money.map(lambda each: each * 3))
    concurrency = data.draw(st.integers(1, 6))
    probes = [
        make_probe(model=f"m{number}", worst_usd=worst, samples=data.draw(st.integers(1, 5)))
        for number, worst in enumerate(worsts)
    ]
    spent, flying, most = Decimal(0), {}, Decimal(0)

    class Client:
        async def send(self, call):
            nonlocal spent, most
            worst = worsts[int(call.model.removeprefix("m"))]
            key = object()
            flying[key] = worst
            most = max(most, spent + sum(flying.values()))
            for _ in range(data.draw(st.integers(0, 3))):
                await asyncio.sleep(0)
            del flying[key]
            kind = data.draw(st.sampled_from(["answer", "unknown", "billed", "free"]))
            if kind == "answer":
                cost = worst * data.draw(st.integers(0, 4)) / 4
                spent += cost
                return make_answer(usd=cost)
            if kind == "free":
                return make_failure(data.draw(st.sampled_from(["rate-limited", "provider-fault"])))
            spent += worst
            return (
                make_answer(usd=None)
                if kind == "unknown"
                else make_failure("timeout", may_bill=True)
            )

        async def close(self):
            pass

    probes = [
        replace(probe, calls=(replace(probe.calls[0], model=probe.model),)) for probe in probes
    ]
    budget = Budget(limit)
    runner = Runner(
        probes,
        Client(),
        RunConditions(limits=RunLimits(concurrency=concurrency), budget=budget, time=clock.time),
    )
    done = asyncio.run(runner.run())
    assert most <= limit, "sent and in flight, each at its worst"
    assert spent == done.spent_usd <= limit
    assert budget.reserved == 0
    missing = sum(
        probe.samples - len(each.seen)
        for probe, each in zip(probes, done.observations, strict=True)
    )
    assert (done.ending == "complete") == (missing == 0)
    if done.ending == "budget":
        assert limit - spent < max(worsts), (
            "it ends only where the dearest call did not fit any more"
        )


def test_a_bound_that_is_broken_ends_the_run(make_probe, make_answer, scripted, clock):
    client = scripted(lambda *_: make_answer(usd=Decimal("0.5")))
    done = run([make_probe(samples=20)], client, clock, limit="100", pace=RunLimits(concurrency=1))
    assert done.ending == "budget"
    assert len(client.sent) == 1
    assert done.spent_usd == Decimal("0.5")


def test_a_call_waits_for_money_that_others_in_flight_may_give_back(
    make_probe, make_answer, scripted, clock
):
    client = scripted(lambda *_: make_answer(usd=Decimal("0.001")), wait=0.002)
    done = run([make_probe(samples=9)], client, clock, limit="0.02", pace=RunLimits(concurrency=4))
    assert done.ending == "complete"
    assert client.most_flying == 2
    assert done.spent_usd == Decimal("0.009")


@pytest.mark.parametrize("verdict", ["rate-limited", "unreachable", "provider-fault"])
def test_what_may_be_gone_a_moment_later_is_sent_again(
    make_probe, make_answer, make_failure, scripted, clock, verdict
):
    client = scripted(lambda _, number: make_failure(verdict) if number < 2 else make_answer())
    done = run([make_probe(samples=1)], client, clock)
    (seen,) = done.observations[0].seen
    assert isinstance(seen.result, Answer)
    assert (seen.attempts, done.calls) == (3, 3)
    assert clock.slept == [0.25, 0.5], "half of 0.5 and of 1 second"


@pytest.mark.parametrize(
    "verdict", ["credentials", "not-found", "retired", "timeout", "refused-by-filter", "context"]
)
def test_what_would_fail_again_is_sent_once(make_probe, make_failure, scripted, clock, verdict):
    client = scripted(lambda *_: make_failure(verdict))
    done = run([make_probe(samples=1)], client, clock)
    assert [each.verdict for each in done.observations[0].failures] == [verdict]
    assert len(client.sent) == 1


def test_what_may_be_billed_is_never_sent_again(make_probe, make_failure, scripted, clock):
    client = scripted(lambda *_: make_failure("provider-fault", may_bill=True))
    done = run([make_probe(samples=1)], client, clock)
    assert len(client.sent) == 1
    assert done.spent_usd == Decimal("0.01")


def test_retries_are_bounded(make_probe, make_failure, scripted, clock):
    client = scripted(lambda *_: make_failure("provider-fault"))
    done = run([make_probe(samples=2)], client, clock, pace=RunLimits(attempts=4))
    assert len(client.sent) == 8
    assert done.spent_usd == 0


def test_retry_after_is_kept_by_every_call_to_that_provider(
    make_probe, make_answer, make_failure, scripted, clock
):
    sent = []

    def give(call, number):
        sent.append((call.model, clock.seconds))
        return (
            make_failure("rate-limited", retry_after_seconds=7.0) if number == 0 else make_answer()
        )

    probes = [make_probe(model="openai/a", samples=3)]
    run(probes, scripted(give), clock, pace=RunLimits(concurrency=1))
    assert sent[0][1] == 0
    assert all(at >= 7.0 for _, at in sent[1:])


def test_a_provider_that_pauses_holds_up_no_other(
    make_probe, make_answer, make_failure, scripted, clock
):
    sent = []

    def give(call, number):
        sent.append(call.model)
        first = call.model == "a" and sent.count("a") == 1
        return make_failure("rate-limited", retry_after_seconds=30.0) if first else make_answer()

    probes = [make_probe(model=name, provider=name, samples=2) for name in "ab"]
    probes = [
        replace(probe, calls=(replace(probe.calls[0], model=probe.model),)) for probe in probes
    ]
    run(probes, scripted(give), clock, pace=RunLimits(concurrency=2, provider_concurrency=1))
    assert sent == ["a", "b", "b", "a", "a"]


def test_a_provider_that_asks_for_too_much_patience_is_told_as_it_is(
    make_probe, make_failure, scripted, clock
):
    client = scripted(lambda *_: make_failure("rate-limited", retry_after_seconds=3600.0))
    done = run([make_probe(samples=1)], client, clock)
    assert len(client.sent) == 1
    assert clock.slept == []
    assert done.observations[0].failures[0].verdict == "rate-limited"


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 9), st.none() | st.floats(0, 60))
def test_a_wait_is_jittered_bounded_and_never_shorter_than_asked(chance, attempt, asked):
    from multillm_gov.evaluation.client import CallFailure

    failure = CallFailure(
        verdict="rate-limited", message="", seconds=0, may_bill=False, retry_after_seconds=asked
    )
    wait = wait_before_retry(failure, attempt, RunLimits(attempts=10), chance)
    assert wait is not None
    assert (asked or 0) <= wait <= (asked or 0) + min(20.0, 0.5 * 2 ** (attempt - 1))


def test_the_total_time_ends_a_run_with_what_is_known(make_probe, make_answer, scripted, clock):
    class Slow(scripted):
        async def send(self, call):
            if len(self.sent) >= 4:
                await asyncio.sleep(30)
            return await super().send(call)

    done = run(
        [make_probe(samples=10)],
        Slow(lambda *_: make_answer()),
        clock,
        pace=RunLimits(concurrency=2, total_seconds=0.2),
    )
    assert done.ending == "time"
    assert len(done.observations[0].seen) == 4


def test_a_client_that_hangs_is_given_up(make_probe, make_answer, scripted, clock, altered):
    class Hanging(scripted):
        async def send(self, call):
            await asyncio.sleep(30)

    probe = make_probe(samples=1)
    probe = altered(probe, calls=(altered(probe.calls[0], timeout_seconds=0.05),))
    done = run(
        [probe], Hanging(lambda *_: make_answer()), clock, pace=RunLimits(grace_seconds=0.05)
    )
    assert [each.verdict for each in done.observations[0].failures] == ["timeout"]
    assert done.spent_usd == Decimal("0.01"), "it may be billed, so its worst case counts"


def test_ctrl_c_returns_what_is_known(make_probe, make_answer, scripted, clock):
    class Slow(scripted):
        async def send(self, call):
            if len(self.sent) >= 4:
                await asyncio.sleep(30)
            return await super().send(call)

    async def interrupted():
        budget = Budget(Decimal(1))
        client = Slow(lambda *_: make_answer())
        pace = RunLimits(concurrency=2)
        conditions = RunConditions(limits=pace, budget=budget, time=clock.time)
        runner = Runner([make_probe(samples=9)], client, conditions)
        task = asyncio.ensure_future(runner.run())
        await asyncio.sleep(0.1)
        task.cancel()
        return await task, budget

    done, budget = asyncio.run(interrupted())
    assert done.ending == "interrupted"
    assert len(done.observations[0].answers) == 4
    assert budget.reserved == 0
    assert done.spent_usd == Decimal("0.0012") + 2 * Decimal("0.01"), (
        "what was in flight may be billed"
    )


def test_a_defect_of_a_client_is_no_verdict(make_probe, scripted, clock):
    def give(call, number):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run([make_probe()], scripted(give), clock)


def test_progress_counts_every_sample(make_probe, make_answer, scripted, clock):
    told = []
    client = scripted(lambda *_: make_answer())
    run([make_probe(samples=3), make_probe(samples=2)], client, clock, on_progress=told.append)
    assert [(each.done, each.total) for each in told] == [(number, 5) for number in range(1, 6)]
    assert told[-1].spent_usd == Decimal("0.0015")
