"""The claim on a published table (method 6.2 and 6.3), and tables of other shapes."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.stats import binomtest

from multillm_gov.errors import SourceError, UsageError
from multillm_gov.optimization.claim.baselines import outcome, select
from multillm_gov.optimization.claim.cascades import cascade_savings, total_saving
from multillm_gov.optimization.claim.figures import TableFigures, table_figures
from multillm_gov.optimization.claim.scores import Scores, mean_quality, scores_of
from multillm_gov.optimization.claim.table import read_claim_table
from multillm_gov.optimization.claim.table_problem import (
    accuracies,
    class_floors,
    limited,
    mean_floor,
    table_problem,
)
from multillm_gov.optimization.claim.trial import run_trial
from multillm_gov.optimization.claim.verdict import Terms
from multillm_gov.optimization.solving import solve
from multillm_gov.workflows.optimization.claim import ClaimOptions, try_claim_on_table

FRUGAL = "frugalgpt_2024_task_model.csv"


@pytest.fixture(scope="module")
def table(corpus: Path) -> Path:
    return corpus / "benchmarks" / FRUGAL


@pytest.fixture(scope="module")
def frugal(table: Path) -> Scores:
    return scores_of(read_claim_table(table.read_bytes(), FRUGAL))


@pytest.fixture(scope="module")
def figures(frugal: Scores) -> TableFigures:
    return table_figures(frugal)


def test_floors_and_caps_of_the_published_table(
    figures: TableFigures, oracles: dict[str, Any]
) -> None:
    known = oracles["frugalgpt_test_1000_per_class"]
    assert figures.best == known["best_single"]
    assert figures.best_cost == pytest.approx(known["best_single_cost"], abs=1e-12)
    assert figures.best_quality == pytest.approx(known["best_single_quality"], abs=1e-12)
    assert figures.class_floor_cost == pytest.approx(known["class_floor_lp"], rel=1e-6)
    assert figures.mean_floor_cost == pytest.approx(known["mean_floor_lp"], rel=1e-6)
    assert figures.highest_quality == pytest.approx(known["max_mean_accuracy"], abs=1e-12)
    for cap in figures.caps:
        expected = known[f"maker_cap_{cap.basis}"].get(f"{cap.cap:g}")
        assert cap.cost == pytest.approx(expected, abs=1e-6), cap


def test_frontier_of_the_published_table(
    figures: TableFigures, frugal: Scores, oracles: dict[str, Any]
) -> None:
    known = oracles["frugalgpt_test_1000_per_class"]["pareto_mean_accuracy"]
    problem = table_problem(frugal)
    accuracy = accuracies(frugal, problem)
    by_quality = {round(point.quality, 6): point.cost for point in figures.frontier}
    for text, expected in known.items():
        floor = mean_floor(problem, accuracy, frugal.requests, float(text))
        answer = solve(limited(problem, [floor]))
        if expected is None:
            assert answer.shares is None
        else:
            assert answer.cost == pytest.approx(expected, abs=1e-6)
            assert by_quality[float(text)] == pytest.approx(expected, abs=1e-6)
    costs = [point.cost for point in figures.frontier]
    assert costs == sorted(costs)


def test_selection_on_one_part_and_score_on_the_other(
    frugal: Scores, oracles: dict[str, Any]
) -> None:
    known = oracles["frugalgpt_test_1000_per_class"]["train_to_test"]
    trial = run_trial(frugal, Terms(draws=300))
    best = next(one for one in trial.against if one.name == "best quality")
    assert best.models == (known["baseline"],)
    assert best.cost == pytest.approx(known["baseline_cost"], abs=1e-6)
    assert best.quality == pytest.approx(known["baseline_quality"], abs=1e-6)
    assert trial.result.cost == pytest.approx(known["milp_cost"], abs=1e-9)
    assert trial.result.quality == pytest.approx(known["milp_quality"], abs=1e-12)
    assert best.saving == pytest.approx(known["milp_saving"], abs=1e-12)
    assert best.difference == pytest.approx(0.01560, abs=1e-5)
    # Whole task classes by the solver: the same choice.
    problem = table_problem(frugal, held_out=False)
    accuracy = accuracies(frugal, problem, held_out=False)
    floors = class_floors(problem, accuracy, np.array(trial.floors))
    from msgspec.structs import replace

    chosen = solve(replace(limited(problem, floors), whole=True)).found
    used = [problem.names[option] for option in np.flatnonzero(chosen > 0.5)]
    assert tuple(used) == trial.portfolio
    # Splits that sit exactly on the floor, and the best model of every class (method 6.2).
    split = solve(limited(problem, floors)).found
    columns = [frugal.models.index(name) for name in problem.names]
    unit = frugal.scored_costs[problem.task_of, columns] * frugal.requests[problem.task_of]
    assert float(split @ unit) == pytest.approx(12.742416, abs=1e-5)
    seen = frugal.scored[problem.task_of, columns]
    share = frugal.requests[problem.task_of] / frugal.requests.sum()
    assert float(split @ (seen * share)) == pytest.approx(0.744396, abs=1e-6)
    top = outcome(
        np.argmax(frugal.chosen, axis=1), frugal.scored, frugal.scored_costs, frugal.requests
    )
    assert (top.cost, top.quality) == pytest.approx((15.577609, 0.765512), abs=1e-6)


def test_probabilities_of_the_published_table(frugal: Scores) -> None:
    """Method 0 has 193 and 254 of 300 redraws of both parts, .643 and .847, without a seed.

    Both agree with many more redraws of both parts. Were the selection not drawn anew, every redraw
    would save 65.7%: 193 of 300 rule that reading out.
    """
    many = run_trial(frugal, Terms(draws=8_000, seed=7))
    best = next(one for one in many.against if one.name == "best quality")
    assert best.saves_likelihood is not None
    assert best.keeps_likelihood is not None
    assert binomtest(193, 300, best.saves_likelihood).pvalue > 0.3
    assert binomtest(254, 300, best.keeps_likelihood).pvalue > 0.3
    assert (best.saves_likelihood, best.keeps_likelihood) == pytest.approx((0.63, 0.84), abs=0.01)
    fixed = select(frugal, frugal.chosen)
    costs = frugal.scored_costs[np.arange(5), fixed.portfolio].sum()
    assert 1 - costs / frugal.scored_costs[:, fixed.best].sum() > 0.25
    assert binomtest(193, 300, 0.999).pvalue < 1e-9
    # Of 300 redraws a share has a standard error of 2 to 3 points: both lie within one.
    for printed, ours in ((0.643, best.saves_likelihood), (0.847, best.keeps_likelihood)):
        error = (ours * (1 - ours) / 300) ** 0.5
        assert 0.02 < error < 0.03
        assert abs(printed - ours) < error


def test_routers_of_the_published_table(table: Path, frugal: Scores) -> None:
    """Method 6.2: cascades against the best single model of each task class, on the test part."""
    rows = read_claim_table(table.read_bytes(), FRUGAL, routers=True)
    assert {row.model.split(" (")[0] for row in rows} == {"FrugalGPT"}
    found = {one.task: one for one in cascade_savings(frugal, rows)}
    printed = {"AGNEWS": 0.723, "COQA": -0.006, "HEADLINES": 0.942}
    printed |= {"OVERRULING": 0.573, "SCIQ": 0.884}
    for task, saving in printed.items():
        assert found[task].saving == pytest.approx(saving, abs=5e-4), task
    assert sum(one.best_cost for one in found.values()) == pytest.approx(0.02276977, abs=5e-9)
    assert sum(one.router_cost or 0 for one in found.values()) == pytest.approx(
        0.003168527, abs=5e-10
    )
    assert total_saving(tuple(found.values())) == pytest.approx(0.8608, abs=5e-5)
    report, result = try_claim_on_table(table, ClaimOptions(), as_of=date(2026, 11, 30))
    assert len(result.cascades) == 5
    assert "routers" in {section.id for section in report.sections}
    assert result.trial.portfolio == run_trial(frugal, Terms(draws=1)).portfolio


def test_a_router_that_is_less_accurate_saves_nothing() -> None:
    data = (
        b"task,model,accuracy,cost,n,kind\na,x,.9,1,10,\na,r,.89,.1,10,router\n"
        b"b,x,.9,1,10,\nb,r,.9,.5,10,router\nb,r,.95,.7,10,router\n"
    )
    scores = scores_of(read_claim_table(data, "t.csv"))
    first, second = cascade_savings(scores, read_claim_table(data, "t.csv", routers=True))
    assert first.saving is None
    assert second.saving == pytest.approx(0.5)
    assert total_saving((first, second)) is None
    assert cascade_savings(scores, ()) == ()
    with pytest.raises(SourceError, match="no single model"):
        read_claim_table(b"task,model,accuracy,cost,kind\na,r,.5,1,router\n", "t.csv")


def test_the_verdict_on_the_published_table(frugal: Scores) -> None:
    trial = run_trial(frugal)
    best = next(one for one in trial.against if one.name == "best quality")
    assert best.saves_likelihood == pytest.approx(0.633, abs=5e-4)
    assert best.keeps_likelihood == pytest.approx(0.839, abs=5e-4)
    assert trial.verdict == "not supported"
    assert "gpt-4-turbo" in trial.reason
    assert trial.hindsight.models == ("gemini-1.5-flash",)
    assert trial.hindsight.saving == pytest.approx(0.0, abs=1e-12)


def test_the_verdict_can_be_each_of_the_four() -> None:
    def rows(*accuracy: tuple[float, float], cases: int = 20_000) -> Scores:
        lines = ["task,model,accuracy,cost,n"]
        for model, cost, scores in zip(("dear", "cheap"), (10, 1), accuracy, strict=True):
            for task, score in zip(("a", "b"), scores, strict=True):
                lines.append(f"{task},{model},{score},{cost},{cases or ''}")
        return scores_of(read_claim_table("\n".join(lines).encode(), "t.csv"))

    # The cheap model is as good in one class and far worse in the other: half the work is cheap.
    supported = run_trial(rows((0.90, 0.90), (0.95, 0.50)), Terms(draws=200))
    assert supported.verdict == "supported"
    # One model alone meets both floors for less: the portfolio is no cheaper than it.
    one = run_trial(rows((0.9, 0.9), (0.92, 0.92)), Terms(draws=200))
    assert one.verdict == "not supported"
    unknown = run_trial(rows((0.90, 0.90), (0.95, 0.50), cases=0), Terms(draws=200))
    assert unknown.verdict == "not judged"
    scores = rows((0.90, 0.90), (0.92, 0.92))
    incumbent = np.array([[0.0, 1.0], [0.0, 1.0]])  # alphabetical: cheap, dear
    depends = run_trial(scores, Terms(draws=200), incumbent=incumbent)
    assert depends.verdict == "depends on the baseline"
    assert "incumbent (dear)" in depends.reason


def test_costs_besides_tokens_count() -> None:
    data = (
        b"task,model,accuracy,cost,n\na,x,0.9,10,900\na,y,0.9,1,900\nb,x,0.9,10,900\nb,y,0.2,1,900"
    )
    scores = scores_of(read_claim_table(data, "t.csv"), requests=10)
    plain, burdened = (
        run_trial(scores, Terms(draws=50, extra_costs=extra)) for extra in (0.0, 60.0)
    )
    best = [next(o for o in t.against if o.name == "best quality") for t in (plain, burdened)]
    assert best[0].saving - best[1].saving == pytest.approx(60 / 200)


def test_budgets_show_where_requests_go(figures: TableFigures) -> None:
    shares = [point.dearest_share for point in figures.collapse]
    assert figures.dearest == "gpt-4-turbo"
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == pytest.approx(0.4)
    # The last doubling of the budget moves more requests there, and unseen quality falls.
    assert figures.collapse[-1].quality < figures.collapse[-3].quality


def test_leaderboards_are_read(corpus: Path) -> None:
    name = "aider_polyglot_leaderboard.yml"
    rows = read_claim_table((corpus / "benchmarks" / name).read_bytes(), name)
    assert len(rows) == 69
    scores = scores_of(rows)
    assert len(scores.models) == 51
    assert len(scores.without_cost) == 18  # a total cost of 0 is not known
    assert scores.has_cases
    best = select(scores, scores.chosen).best
    assert scores.models[best] == "gpt-5 (high)"
    assert scores.scored_costs[0, best] == pytest.approx(29.0829 / 225)
    name = "bfcl_data_overall.csv"
    data = (corpus / "benchmarks" / name).read_bytes()
    scores = scores_of(read_claim_table(data, name))
    assert (len(scores.models), scores.per_run, scores.has_cases) == (109, True, False)
    assert mean_quality(scores.scored, scores.requests).max() == pytest.approx(0.7747)
    parts = scores_of(read_claim_table(data, name, sub_scores=True))
    assert parts.tasks == ("live", "memory", "multi turn", "non-live", "web search")
    assert run_trial(scores).verdict == "not judged"


@pytest.mark.parametrize("name", ["aider_polyglot_leaderboard.yml", "bfcl_data_overall.csv"])
@pytest.mark.parametrize("floor", [0.5, 0.65, 0.7, 0.75])
def test_leaderboards_agree_with_another_solver(corpus: Path, name: str, floor: float) -> None:
    scores = scores_of(read_claim_table((corpus / "benchmarks" / name).read_bytes(), name))
    figures = table_figures(scores, np.array([floor]))
    accuracy = scores.scored[0]
    costs = scores.scored_costs[0] * scores.requests[0]
    vendors = np.array(scores.vendors)
    by_vendor = np.array([vendors == vendor for vendor in sorted(set(vendors))], dtype=float)

    def least(rows: np.ndarray, bounds: np.ndarray) -> float | None:
        found = linprog(
            costs,
            A_ub=np.vstack([-accuracy, rows]),
            b_ub=np.append(-floor, bounds),
            A_eq=np.ones((1, len(costs))),
            b_eq=[1.0],
        )
        return float(found.fun) if found.status == 0 else None

    free = least(np.zeros((1, len(costs))), np.zeros(1))
    assert (figures.class_floor_cost, figures.mean_floor_cost) == pytest.approx((free, free))
    for price in figures.caps:
        expected = (
            least(by_vendor, np.full(len(by_vendor), price.cap))
            if price.basis == "requests"
            else least((by_vendor - price.cap) * costs, np.zeros(len(by_vendor)))
        )
        assert (price.cost is None) == (expected is None)
        if price.cost is not None:
            assert price.cost == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", SourceError),
        ("task,accuracy,cost\na,0.5,1", UsageError),
        ("task,model,accuracy,cost\na,x,half,1", SourceError),
        ("task,model,accuracy,cost\na,x,0.5,-1", SourceError),
        ("task,model,accuracy,cost\na,x,-0.5,1", SourceError),
        ("task,model,accuracy,cost\na,x,0.5,0", SourceError),
        ("task,model,accuracy\na,x,0.5", SourceError),
    ],
)
def test_tables_that_are_none_are_refused(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        scores_of(read_claim_table(text.encode(), "t.csv"))


def test_spellings_of_one_table_agree() -> None:
    plain = "task,model,accuracy,cost,n\na,x,0.5,0.01,100\na,y,0.25,0.002,100\n"
    others = (
        "Dataset;x".replace(";x", ",Model,Acc,Total_Cost,Cases\na,x,50%,1.0,100\na,y,25%,0.2,100"),
        "task,model,score,cost,n\na,x,50,$0.01,100\na,y,25,$0.002,100",
        (
            "\ufefftask,model,accuracy,cost,n,kind\na,x,.5,1e-2,100,single\na,r,.9,1,9,router\n"
            "a,y,.25,2e-3,100,"
        ),
    )
    expected = scores_of(read_claim_table(plain.encode(), "t.csv"))
    for text in others:
        found = scores_of(read_claim_table(text.encode(), "t.csv"))
        assert found.models == expected.models
        assert np.allclose(found.chosen, expected.chosen)
        assert np.allclose(found.chosen_costs, expected.chosen_costs)


def test_parts_may_stand_in_rows_of_their_own() -> None:
    data = b"task,model,split,accuracy,cost,n\na,x,train,.5,1,10\na,x,test,.6,2,20\n"
    (row,) = read_claim_table(data, "t.csv")
    assert row.selection.accuracy == 0.5
    assert row.held_out is not None
    assert (row.held_out.accuracy, row.held_out.cost, row.held_out.cases) == (0.6, 2.0, 20)


def test_the_report_names_a_baseline_in_every_sentence_of_the_summary(table: Path) -> None:
    options = ClaimOptions(incumbent="gpt-4o-mini")
    report, result = try_claim_on_table(table, options, as_of=date(2026, 11, 30))
    for sentence in report.summary.split(". "):
        assert any(name in sentence for name in ("gpt-4-turbo", "gpt-4o-mini", "gemini-1.5-flash"))
    assert result.trial.verdict == "not supported"
    assert report.outcome == "not judged"
    assert report.verdict.exit_code == 0


_HEAD = "task,model,accuracy,cost,n\n"
_PARTS_HEAD = "task,model,train_accuracy,train_cost,train_n,test_accuracy,test_cost,test_n\n"


@pytest.mark.parametrize(
    "text",
    [
        _HEAD + "A,x,0.9,1,100\nB,y,0.8,2,100\n",  # no model is in both task classes
        _HEAD + "A,x,0.9,1,1e300\nA,y,0.8,2,100\n",
        _HEAD + "A,x,0.9,1,100000000000000000000\n",
        _HEAD + "A,x,0.9,1e308,100\n",
        _HEAD + "A,x,0.9,2e-320,100\n",
        _HEAD + f"A,x,{'1' * 60_000}x,1,100\n",
        _HEAD + f"A,x,0.9,{'1' * 60_000}x,100\n",
        "task,model,accuracy,total_cost,n\nA,x,0.9,1,100\nA,y,0.8,2,\n",  # of cases and of a run
        "task,model,split,accuracy,cost,n\nA,x,train,.9,1,9\nA,x,test,.9,1,9\nA,x,train,.1,7,9\n",
    ],
)
def test_tables_that_cannot_be_compared_are_refused_at_once(tmp_path: Path, text: str) -> None:
    table = tmp_path / "table.csv"
    table.write_text(text)
    with pytest.raises(SourceError):
        try_claim_on_table(table, ClaimOptions(), as_of=date(2026, 11, 24))


def _report(folder: Path, text: str, options: ClaimOptions | None = None) -> str:
    table = folder / "table.csv"
    table.write_text(text)
    report, _ = try_claim_on_table(table, options or ClaimOptions(), as_of=date(2026, 11, 24))
    return str(report)


def test_scores_of_0_are_scores(tmp_path: Path) -> None:
    assert "not supported" in _report(tmp_path, _HEAD + "A,x,0,1,10\nA,y,0,2,10\n")


def test_a_row_without_one_of_two_parts_is_named_and_leaves_the_parts_apart() -> None:
    text = _PARTS_HEAD + "A,x,90,1,100,91,1,100\nA,y,80,2,100,81,2,100\nA,z,99,1,100,99,,100\n"
    scores = scores_of(read_claim_table(text.encode(), "t.csv"))
    assert scores.held_out
    assert scores.without_cost == ("z",)
    assert scores.scored[0].tolist() == [0.91, 0.81]


def test_a_floor_that_no_model_meets_is_said(tmp_path: Path) -> None:
    text = _HEAD + "A,x,.9,1,100\nA,y,.8,2,100\nB,x,.7,2,100\nB,y,.8,2,100\n"
    said = _report(tmp_path, text, ClaimOptions(floor=0.85))
    assert "No model meets the floor of `B`, so no portfolio keeps every floor." in said
    assert "No model meets" not in _report(tmp_path, text, ClaimOptions(floor=0.75))


def test_amounts_of_a_table_are_not_of_a_month(table: Path, tmp_path: Path) -> None:
    report, result = try_claim_on_table(table, ClaimOptions(), as_of=date(2026, 11, 24))
    assert result.trial.result.cost == pytest.approx(14.539552, abs=1e-6)
    assert "a month" not in str(report)
    assert "Costs are of 1,000 requests of each task class." in str(report)
    verdict = next(one for one in report.headline if one.id == "claim_verdict")
    assert not verdict.limit  # what has a limit shows a status, and the value is the status
    text = "Model,Overall Acc,Total Cost ($)\nx,90%,86.55\ny,80%,4\n"
    said = _report(tmp_path, text)
    assert "86.55 USD" in said
    assert "86,550" not in said
    assert "a month" not in said


def test_an_incumbent_without_a_row_in_each_task_class_is_refused(tmp_path: Path) -> None:
    text = _HEAD + "A,x,0.9,1,100\nB,x,0.8,2,100\nB,y,0.8,2,100\n"
    with pytest.raises(UsageError):
        _report(tmp_path, text, ClaimOptions(incumbent="y"))


def test_what_a_table_does_not_say_is_called_assumed(corpus: Path, table: Path) -> None:
    overall = corpus / "benchmarks" / "bfcl_data_overall.csv"
    options = ClaimOptions(sub_scores=True, cases=1_000)
    report, _ = try_claim_on_table(overall, options, as_of=date(2026, 11, 24))
    assert "Assumed: a case costs the same in every task class" in report.summary
    assert "Assumed: 1,000 cases where the table has no number of cases." in report.summary
    report, _ = try_claim_on_table(table, ClaimOptions(cases=9), as_of=date(2026, 11, 24))
    assert "Assumed" not in report.summary
