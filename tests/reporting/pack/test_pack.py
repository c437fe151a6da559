"""The board pack over many portfolios: nothing red that page two does not name, no identifier,
every open error decided or owned, and every figure the same as in the other commands."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import msgspec
import pytest

from multillm_gov.content import Block, Cell, HeatMap, Items, Paragraph, Table
from multillm_gov.finding import Severity
from multillm_gov.languages.language import find_language, language_codes
from multillm_gov.rendering.renderers import renderer
from multillm_gov.report import Report, Section
from multillm_gov.reporting.check.report import report_check
from multillm_gov.reporting.pack.causes import Cause, Standing, causes_of
from multillm_gov.reporting.pack.decisions import MOST_DECISIONS
from multillm_gov.reporting.pack.edition import Edition
from multillm_gov.reporting.pack.options import options_of
from multillm_gov.reporting.stress.report import report_stress
from multillm_gov.risk.portfolio_risk import measure_risk
from multillm_gov.risk.stress.scenario_book import scenarios_of
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.rules.engine.registry import all_rules, rule_names
from multillm_gov.rules.policy_limits import policy_limits
from multillm_gov.workflows.report import stand
from portfolios import ACME_ALLOCATION, ACME_CATALOG, assessed, packed, replaced, retiring

AUDIENCES = ("board", "risk", "procurement", "engineering", "audit")
LOOSE = """\
organization: Example
appetite:
  max_vendor_share_of_spend: 0.9
  max_vendor_share_of_value: 0.9
  min_effective_vendors: 1
  min_effective_clouds: 1
  min_value_with_independent_fallback: 0
  max_price_shock_share: 0.9
  max_monthly_spend: 50000
migration_lead_days: 0
risk: {max_outage_loss_share: 1, max_cost_at_risk_share: 1}
"""
POLICIES = """\
policies:
  one-vendor: {rule: concentration, max_share: 0.4, title: No single maker, because: Board, controls: [DORA Art. 29]}
  caps-everywhere: {rule: cap-missing, enforcement: hard-mandatory}
waivers:
  - {policy: caps-everywhere, subject: scoring, reason: pending, approved_by: cfo, expires: 2026-12-31}
  - {policy: one-vendor, subject: acme, reason: tender, approved_by: cro, expires: 2026-10-01}
"""  # noqa: E501
DEAD = retiring(ACME_CATALOG, "beta/y").replace("2027-01-14", "2026-07-23")
FAILED = "drills: [{task_class: articles, date: 2026-11-20, result: fails}]\n"
UNKNOWN = "route: [{model: no/such-one}]"
MODELS = ("acme/x", "beta/y", "gamma/z")
MANY = "owner: team-a\ntask_classes:\n" + "".join(
    f"  task-class-number-{n:03}:\n    route: [{{model: {MODELS[n % 3]}}}]\n"
    f"    demand: {{requests: {1000 * n + 1}, input_tokens: 100}}\n"
    f"    cost_of_wrong_model: {{value_at_stake: {100 * n}}}\n    spend_cap: {{monthly: 5}}\n"
    for n in range(200)
)
TITLED = replaced(
    ACME_ALLOCATION,
    ("  articles:\n", "  articles:\n    title: Atención al cliente\n"),
    ("  scoring:\n", "  scoring:\n    title: 顧客対応 שלום\n"),
)
PORTFOLIOS: dict[str, dict[str, str]] = {
    "plain": {},
    "calm": {"govern.yaml": LOOSE, "allocations/a.yaml": ACME_ALLOCATION},
    "dead": {"catalog/models.yaml": DEAD, "evidence/d.yaml": FAILED},
    "over cap": {"allocations/a.yaml": ACME_ALLOCATION.replace("monthly: 7000", "monthly: 10")},
    "error beside held limits": {
        "govern.yaml": LOOSE,
        "allocations/a.yaml": ACME_ALLOCATION.replace("monthly: 4000", "monthly: 10"),
    },
    "retired beside held limits": {"govern.yaml": LOOSE, "catalog/models.yaml": DEAD},
    "unknown model": {
        "allocations/a.yaml": ACME_ALLOCATION.replace(
            "[{model: gamma/z}]", "[{model: no/such-one}]"
        )
    },
    "policies": {"policies/p.yaml": POLICIES},
    "titles": {"allocations/a.yaml": TITLED},
    "nothing": {"allocations/a.yaml": "", "catalog/models.yaml": ""},
    "undeclared": {
        "allocations/a.yaml": "task_classes:\n  only-one:\n    route: [{model: acme/x}]\n"
    },
    "broken file": {"allocations/b.yaml": "task_classes: [\n"},
    "two hundred": {"allocations/a.yaml": MANY},
}
NAMES = list(PORTFOLIOS)


@cache
def judged(name: str) -> Assessment:
    files = {"allocations/a.yaml": ACME_ALLOCATION, "catalog/models.yaml": ACME_CATALOG}
    return assessed(
        {**files, "govern.yaml": "organization: Example\n", **PORTFOLIOS[name]}, "ab" * 20
    )


@cache
def pack(name: str, audience: str = "board", language: str = "en") -> Report:
    return packed(judged(name), None, audience, language)  # type: ignore[arg-type]


def texts(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Table):
            yield block.title
            yield from (column.title for column in block.columns)
            yield from (cell.text for row in block.rows for cell in row)
            if not block.rows:
                yield block.empty
        elif isinstance(block, HeatMap):
            yield from (block.title, block.summary, *block.columns)
            yield from (
                text for row in block.rows for text in (row.label, *(c.text for c in row.cells))
            )
        elif isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Items):
            yield from block.items


def words(report: Report) -> list[str]:
    """Everything that a reader of pages may read, apart from sources and versions."""
    found = [report.title, report.summary, *(f"{a} {b}" for a, b in report.facts)]
    for part in report.sections:
        found += [part.title, *texts(part.blocks)]
    return found


def section(report: Report, name: str) -> Section:
    return next(part for part in report.sections if part.id == name)


def red(part: Section) -> list[str]:
    cells: list[Cell] = []
    for block in part.blocks:
        if isinstance(block, Table):
            cells += [cell for row in block.rows for cell in row]
        elif isinstance(block, HeatMap):
            cells += [cell for row in block.rows for cell in row.cells]
    return [cell.text for cell in cells if cell.status == "bad"]


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_red_that_page_two_does_not_name(name: str, audience: str) -> None:
    report = pack(name, audience)
    first, *others = report.sections
    reds = [text for part in others if part.id != "findings" for text in red(part)]
    named = red(first) or report.decisions or report.management
    assert not reds or named, reds
    outside = [one.id for one in report.limits if one.judgment == "outside"]
    assert len(red(first)) == len(outside), "each limit outside has its row on page two"


@pytest.mark.parametrize("name", NAMES)
def test_no_decisions_is_never_said_beside_an_open_error(name: str) -> None:
    report, assessment = pack(name), judged(name)
    errors = [f for f in assessment.findings if f.active and f.severity is Severity.ERROR]
    silent = "No decisions required" in report.summary
    assert silent == (not report.decisions and not report.management)
    assert not (silent and errors)
    assert not (silent and any(one.judgment == "outside" for one in report.limits))
    assert len(report.decisions) <= MOST_DECISIONS


@pytest.mark.parametrize("name", NAMES)
def test_every_error_and_every_limit_outside_belongs_to_one_cause(name: str) -> None:
    standing = stand(judged(name))
    causes = causes_of(standing.assessment, standing.risk, standing.records)
    decided = [error.fingerprint for cause in causes for error in cause.errors]
    errors = [
        finding.fingerprint
        for finding in standing.assessment.findings
        if finding.active and finding.severity is Severity.ERROR
    ]
    assert sorted(decided) == sorted(errors)
    covered = [record.id for cause in causes for record in cause.limits]
    outside = {r.id for r in standing.records if r.judgment == "outside"} - {"already-broken"}
    assert sorted(covered) == sorted(outside)
    assert len({cause.id for cause in causes}) == len(causes), "one decision per cause"


@pytest.mark.parametrize("name", NAMES)
def test_not_judged_is_never_green(name: str) -> None:
    report = pack(name)
    for one in report.limits:
        assert one.judgment != "within" or one.value is not None
        assert one.status != "good" or one.value is not None
    for part in report.sections:
        for block in part.blocks:
            if isinstance(block, Table):
                for row in block.rows:
                    texts_of = {cell.text for cell in row}
                    if texts_of & {"not judged", "not known", "no figure"}:
                        assert not [
                            cell.text
                            for cell in row
                            if cell.status == "good" and cell.text in {"not judged", "no figure"}
                        ]


IDENTIFIER = re.compile(
    r"`|\bGOV\d{3}\b|\bgovern [a-z]|--[a-z]|\.ya?ml\b|\b[a-z]+_[a-z_]+\b|\b[a-z]+\.[a-z]+_[a-z]+\b"
)


@pytest.mark.parametrize("language", language_codes())
@pytest.mark.parametrize("audience", [one for one in AUDIENCES if one != "engineering"])
@pytest.mark.parametrize("name", NAMES)
def test_no_identifier_reaches_a_reader(name: str, audience: str, language: str) -> None:
    report, state = pack(name, audience, language), judged(name).state
    known = {task.name for task in state.portfolio.task_classes if re.search(r"[-_/]", task.name)}
    known |= {model for task in state.portfolio.task_classes for model in task.models}
    known |= {policy.name for policy in state.portfolio.policies}
    for text in words(report):
        assert not IDENTIFIER.search(text), text
        assert not [one for one in known if one in text], text


def test_titles_of_task_classes_in_any_script_are_used() -> None:
    text = " ".join(words(pack("titles")))
    assert "Atención al cliente" in text
    assert "顧客対応 שלום" in text
    assert "Articles" not in text


@pytest.mark.parametrize("name", [name for name in NAMES if name != "two hundred"])
def test_figures_are_those_of_check_and_stress(name: str) -> None:
    """One register: no command has another figure for the same limit, whatever the size."""
    assessment, report = judged(name), pack(name)
    own = {one.id: one for one in report.limits}
    for other in report_check(assessment, fail_on=None).limits:
        assert own[other.id] == other
    state = assessment.state
    risk = measure_risk(state, scenarios_of(state.scenarios), whole=True)
    limits = report_stress(risk, (), policies=policy_limits(assessment)).limits
    stress = {one.id: one for one in limits}
    assert set(stress) == set(own)
    for name_of, other in stress.items():
        assert own[name_of].value == pytest.approx(other.value), name_of
        assert own[name_of].judgment == other.judgment


def test_a_dead_fallback_and_a_failed_drill_count_for_nothing() -> None:
    """F2: articles falls back on a model, its newest drill failed; nothing is proved."""
    report = pack("dead")
    record = next(one for one in report.limits if one.id == "independent-fallback")
    assert record.value == 0
    assert (record.facts["declared"], record.facts["usable"], record.facts["proved"]) == (
        pytest.approx(73 / 116.8),
        0,
        0,
    )
    said = " ".join(texts(section(report, "facts").blocks))
    assert "62.5% as declared, 0% would run today, 0% proved by a drill" in said
    assert "failed its newest drill, on 20 November 2026" in said


def test_what_is_dead_already_is_so_in_every_scenario() -> None:
    """F4, F5: a retired model's service is red throughout, and its loss is no outage."""
    part = section(pack("dead", "risk"), "scenarios")
    heat = next(block for block in part.blocks if isinstance(block, HeatMap))
    column = heat.columns.index("Articles")
    assert {row.cells[column].text for row in heat.rows} == {"down already"}
    assert {row.cells[column].status for row in heat.rows} == {"bad"}
    said = " ".join(texts(part.blocks))
    assert "Retired models that are still routed to cost" in said
    assert "Outages proper" in said


def test_the_heat_map_foots_and_counts_what_is_cut() -> None:
    """F15, F16: a row's total is the sum of its cells; other services have a column."""
    part = section(pack("two hundred", "risk"), "scenarios")
    heat = next(block for block in part.blocks if isinstance(block, HeatMap))
    assert heat.columns[-2:] == ("194 others", "Total")
    assert re.search(r"\d+ of \d+ scenarios", heat.title)
    assert all(len(row.cells) == len(heat.columns) for row in heat.rows)


def test_a_moved_limit_is_shown_beside_the_figure_and_comes_first() -> None:
    """F6: with the limit before, in the list of what changed and as a decision to confirm."""
    files = {"allocations/a.yaml": ACME_ALLOCATION, "catalog/models.yaml": ACME_CATALOG}
    limits = ("0.50", "0.70")
    then, now = (
        assessed({**files, "govern.yaml": f"appetite: {{max_vendor_share_of_spend: {one}}}\n"})
        for one in limits
    )
    report = packed(now, then)
    rows = section(report, "position").blocks
    table = next(block for block in rows if isinstance(block, Table))
    row = next(row for row in table.rows if row[0].text == "Largest maker, share of spend")
    assert row[3].text == "at most 70% (was 50%)"
    changed = next(block for block in rows if isinstance(block, Items))
    assert any(
        "limits moved: Largest maker, share of spend 50% → 70%" in one for one in changed.items
    )
    assert "loosened" in [one.id for one in report.decisions]


@pytest.mark.parametrize(
    ("priced", "year"),
    [("", "not known"), ("usd_per_million_tokens: {input: 1, output: 2}, ", "at least 24,000 USD")],
)
def test_a_year_without_a_known_cost_is_no_figure(priced: str, year: str) -> None:
    demand = "demand: {requests: 1000000, input_tokens: 1000, output_tokens: 500}"
    report = packed(
        assessed(
            {
                "allocations/a.yaml": "owner: o\ntask_classes:\n"
                f"  known: {{route: [{{model: custom/k}}], {demand}}}\n"
                f"  other: {{route: [{{model: custom/o}}], {demand}}}\n",
                "catalog/m.yaml": "models:\n"
                f"  custom/k: {{{priced}mode: chat}}\n  custom/o: {{mode: chat}}\n",
            }
        )
    )
    texts = [block.text for block in section(report, "cost").blocks if isinstance(block, Paragraph)]
    assert texts[0].startswith(f"Forecast over twelve months: {year}.")


def test_decisions_have_options_with_effects_and_their_price() -> None:
    report = pack("dead")
    first = report.decisions[0]
    assert (first.id, first.due) == ("retired-models", date(2026, 11, 24))
    moves = [option for option in first.options if not option.acceptance]
    assert moves[0].words == "Move Articles to Y, as the makers propose"
    assert float(moves[0].cost_per_month or 0) == pytest.approx(-3000)
    assert (moves[0].expected_loss or 0) < 0
    assert {effect.limit for effect in moves[0].effects} >= {"retired-models", "forecast-spend"}
    accepted = [option for option in first.options if option.acceptance]
    assert len(accepted) == 1
    assert "876,000 USD a year" in accepted[0].words, "73,000 a month, twelve months"
    assert first.recommended is not None
    assert not first.options[first.recommended].acceptance
    assert first.nothing


@pytest.mark.parametrize("name", NAMES)
def test_no_option_moves_a_limit_to_where_the_figure_stands(name: str) -> None:
    """F18: loosening is a dated acceptance with its price, never an option of equal rank."""
    for one in pack(name).decisions:
        for option in one.options:
            assert "set the limit" not in option.words.lower()
            assert "Not known" not in option.words
            assert not option.acceptance or "________" in option.words


def facts_behind_options(standing: Standing, cause: Cause) -> dict[str, bool]:
    """Whether that without which an option is no way out is so, by kind of the option."""
    drills, waivers = standing.risk.state.drills, standing.assessment.waivers
    return {
        "repeat-drill": any(placed[0].drill.result == "fails" for placed in drills.values()),
        "run-drill": any(task.task.name not in drills for task in cause.tasks),
        "contract": any(limit.subject[0] == "vendor" for limit in cause.limits),
        "fund-capacity": any(limit.id == "worst-scenario" for limit in cause.limits),
        "renew-waivers": any(outcome.covered for outcome in waivers),
        "grant-again": any(each.state == "expired" and each.matched for each in waivers),
    }


@pytest.mark.parametrize("name", PORTFOLIOS)
def test_every_option_rests_on_a_fact(name: str) -> None:
    standing = stand(judged(name))
    edition = Edition(standing.assessment.state, find_language("en"))
    for cause in causes_of(standing.assessment, standing.risk, standing.records):
        words = [option.words for option in options_of(cause, standing, edition)[0]]
        assert words, cause.id
        for kind, holds in facts_behind_options(standing, cause).items():
            start = edition.language.texts[f"option.{kind}"].partition("{")[0]
            if any(each.startswith(start) for each in words):
                assert holds, (cause.id, kind, words)


def test_a_drill_is_repeated_only_where_the_newest_one_failed() -> None:
    """Survived, of an earlier chain, or after the day: no failed drill; never run: a first one."""
    survived = FAILED.replace("fails", "survives")
    earlier = FAILED.replace("result: fails", "result: fails, chain: [acme/x, acme/old]")
    later = FAILED.replace("2026-11-20", "2027-11-20")
    for text, repeats in ((FAILED, True), (survived, False), (earlier, False), (later, False)):
        files = {"catalog/models.yaml": DEAD, "evidence/d.yaml": text}
        report = packed(
            assessed({"allocations/a.yaml": ACME_ALLOCATION, "govern.yaml": "{}\n", **files})
        )
        words = [option.words for each in report.decisions for option in each.options]
        assert any("failed drill" in each for each in words) is repeats, (text, words)


def test_decisions_of_the_last_pack_are_followed_up() -> None:
    report = packed(judged("plain"), judged("dead"))
    table = next(
        block
        for block in section(report, "decisions").blocks
        if isinstance(block, Table) and block.title == "Decisions of the last pack"
    )
    outcomes = {row[0].text: row[1].text for row in table.rows}
    assert outcomes["Restore 1 service that is routed to a retired model"] == "done"
    assert "open" in outcomes.values()


@pytest.mark.parametrize("audience", AUDIENCES)
def test_each_audience_has_page_two_first_and_its_own_sections(audience: str) -> None:
    report = pack("dead", audience)
    ids = [part.id for part in report.sections]
    assert ids[0] == "position"
    assert len(set(ids)) >= len(ids) - 3
    wanted = {
        "board": {"decisions", "facts", "suppliers", "cost", "register", "waivers"},
        "risk": {"scenarios", "lifecycle", "quality", "events", "completeness"},
        "procurement": {"exit", "data", "lifecycle", "cost"},
        "engineering": {"exposure", "findings", "repricing"},
        "audit": {"reconciliation", "controls", "register", "waivers", "completeness"},
    }
    assert wanted[audience] <= set(ids)


def test_the_reconciliation_adds_up() -> None:
    for name in ("plain", "over cap", "two hundred"):
        part = section(pack(name, "audit"), "reconciliation")
        table = next(block for block in part.blocks if isinstance(block, Table))
        assert {row[2].text for row in table.rows} == {"0.00"}
        assert len({row[1].text for row in table.rows}) == 1


def test_money_tables_have_totals_and_count_the_others() -> None:
    table = next(
        block for block in section(pack("two hundred"), "cost").blocks if isinstance(block, Table)
    )
    assert [row[0].text for row in table.rows[-2:]] == ["194 others", "Total"]
    assert section(pack("plain"), "cost").blocks[0].rows[-1][1].text == "10,000"  # type: ignore[union-attr]


def test_quality_is_in_points_with_interval_and_age() -> None:
    """F21, F22: the score, its interval, the floor, cases and age."""
    allocation = ACME_ALLOCATION.replace(
        "  articles:\n", "  articles:\n    quality: {floor: 0.92}\n"
    )
    evidence = (
        "records: [{task_class: articles, model: acme/x, date: 2026-09-20, sample_size: 120, "
        "score: 0.883}]\n"
    )
    assessment = assessed(
        {
            "allocations/a.yaml": allocation,
            "catalog/models.yaml": ACME_CATALOG,
            "evidence/e.yaml": evidence,
        }
    )
    part = section(packed(assessment, None, "risk"), "quality")
    table = next(block for block in part.blocks if isinstance(block, Table))
    assert [cell.text for cell in table.rows[0]] == [
        "Articles",
        "X",
        "88.3% (81.3% to 92.9%)",
        "92.0%",
        "120",
        "65 days",
        "below the floor",
    ]
    assert "No result on our own cases for 2 services" in " ".join(texts(part.blocks))


def test_waivers_are_a_register_with_their_state() -> None:
    """F19: expired, and one that excepts nothing, are said so, red; none is asked to be renewed."""
    part = section(pack("policies"), "waivers")
    table = next(block for block in part.blocks if isinstance(block, Table))
    states = {row[0].text: row[2] for row in table.rows}
    assert states["No single maker"].status == "bad"
    assert len(table.rows) == 2


def test_controls_are_listed_with_policies() -> None:
    part = section(pack("policies", "audit"), "controls")
    table = next(block for block in part.blocks if isinstance(block, Table))
    assert [cell.text for cell in table.rows[0]][:2] == ["DORA Art. 29", "No single maker"]


def test_data_and_exit_say_what_is_missing() -> None:
    report = pack("plain", "procurement")
    assert "nothing is declared" in " ".join(texts(section(report, "exit").blocks))
    assert "lack a fact" in " ".join(texts(section(report, "data").blocks))


def test_exit_readiness_comes_from_the_catalog() -> None:
    vendors = (
        "vendors:\n  acme: {name: Acme Corp, substitutability: highly complex, exit_plan: true, "
        "exit_plan_tested: 2026-03-01, alternatives: [beta], discontinuation_impact: high}\n"
    )
    assessment = assessed(
        {"allocations/a.yaml": ACME_ALLOCATION, "catalog/models.yaml": ACME_CATALOG + vendors}
    )
    part = section(packed(assessment, None, "procurement"), "exit")
    table = next(block for block in part.blocks if isinstance(block, Table))
    assert [cell.text for cell in table.rows[0]] == [
        "Acme Corp",
        "highly complex",
        "yes",
        "1 March 2026",
        "Beta",
        "high",
    ]


def test_front_matter_is_declared_or_a_line_to_fill_in() -> None:
    front = dict(pack("dead").facts)
    assert front["Purpose"] == "For decision"
    assert front["Meeting"] == "________"
    settings = (
        f"{LOOSE}pack: {{meeting: Audit committee, classification: Confidential, "
        "prepared_by: Risk office}\n"
    )
    calm = assessed(
        {
            "govern.yaml": settings,
            "allocations/a.yaml": ACME_ALLOCATION,
            "catalog/models.yaml": ACME_CATALOG,
        }
    )
    front = dict(packed(calm, calm).facts)
    assert (front["Purpose"], front["Meeting"]) == ("For assurance", "Audit committee")
    assert front["Classification"] == "Confidential"
    assert front["Period"] == "6 July 2026 (last pack) to 24 November 2026"


def test_limits_as_shipped_are_counted_until_somebody_adopts_them() -> None:
    said = " ".join(texts(section(pack("plain"), "position").blocks))
    assert re.search(r"\d+ of \d+ limits are as the tool ships them", said)


def test_same_input_same_pack_and_a_language_changes_no_figure() -> None:
    assert packed(judged("dead"), None) == packed(judged("dead"), None)
    for code in language_codes():
        other = pack("dead", "board", code)
        assert other.limits == pack("dead").limits
        assert [one.id for one in other.decisions] == [one.id for one in pack("dead").decisions]


def test_every_language_is_complete() -> None:
    english = find_language("en")
    fields = re.compile(r"\{(\w+)\}")
    for code in language_codes():
        language = find_language(code)
        assert set(language.texts) == set(english.texts)
        assert set(language.countries) == set(english.countries)
        for key, text in english.texts.items():
            for part in language.texts[key].split("|"):
                assert set(fields.findall(part)) <= set(fields.findall(text)), (code, key)
        if code != "en":
            assert set(language.rules) == set(rule_names())
            limits = {f"{rule.id}.{name}" for rule in all_rules() for name in rule.limits}
            assert set(language.limits) == limits
            book = {one.name for one in scenarios_of(())}
            assert set(language.scenarios) == book
            same = [k for k, t in language.texts.items() if t == english.texts[k] and t.isalpha()]
            assert len(same) < 12, same


def said(value: object) -> Iterator[str]:
    """Every text of a report's part that a reader sees."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Table):
        yield value.title
        yield from said((value.columns, value.rows) if value.rows else value.empty)
    elif isinstance(value, tuple):
        for part in value:
            yield from said(part)
    elif isinstance(value, msgspec.Struct):
        hidden = {"id", "status", "language", "tag"}
        for name in set(value.__struct_fields__) - hidden:
            yield from said(getattr(value, name))


FIGURES = re.compile(r"[\d.,%\s\u00a0−+]+")
WORDY = re.compile(r"[A-Za-z]{3}")


def proper(name: str) -> set[str]:
    """Words that no language translates: names of the portfolio's own, texts written in it."""
    state = judged(name).state
    data = (file.data.decode("utf-8", "replace") for file in state.files.values())
    written = " ".join([*data, *state.files])
    names = {*re.findall(r"[\w/.-]+", written), "govern", "LiteLLM", "No", "not", "Control"}
    parts = {part for one in names for part in re.split(r"[-_/. ]", one)}
    return {one.casefold() for one in names | parts}


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("name", NAMES)
def test_no_sentence_stays_in_english(name: str, audience: str) -> None:
    """What two editions share but for figures is a name, or a sentence of both catalogs."""
    both = [pack(name, audience, code) for code in ("en", "es")]
    english, spanish = (
        {*said((one.title, one.summary, one.facts, one.provenance, parts))}
        for one in both
        for parts in [tuple(part for part in one.sections if not part.language)]
    )
    alike = {
        FIGURES.sub(" ", text).strip()
        for key, text in find_language("en").texts.items()
        if text == find_language("es").texts[key]
    }
    known = proper(name)
    left = {
        text
        for text in english & spanish
        if WORDY.search(text) and text not in alike and not is_named(text, known)
    }
    assert left == set()


def is_named(text: str, known: set[str]) -> bool:
    """Whether all words of a text are names, or parts of digests."""
    words = re.findall(r"\w+", text)
    return all(
        word.casefold() in known or re.fullmatch(r"[0-9a-f]{12,}", word) or word.isdigit()
        for word in words
    )


@pytest.mark.parametrize("name", ["html", "markdown", "text", "xlsx", "pptx", "pdf"])
def test_every_format_of_a_pack_speaks_its_language(name: str) -> None:
    """No whole sentence of the English catalog, the mark of a draft and the verdict included."""
    report = msgspec.structs.replace(
        pack("dead", "board", "es"), draft=(find_language("es").say("draft.uncommitted"),)
    )
    written = plain_text(name, renderer(name)(report))
    assert "BORRADOR" in written
    spanish = find_language("es").texts
    found = [
        text
        for key, text in find_language("en").texts.items()
        if len(text) > 8 and "{" not in text and text != spanish[key]
        if re.search(rf"\b{re.escape(text)}\b", written)
    ]
    assert found == []
    assert not re.search(r"\bDRAFT\b|fails on|as of \d|Failed|Page \d", written)


def plain_text(name: str, data: bytes) -> str:
    if name == "pdf":
        pdfplumber = pytest.importorskip("pdfplumber")
        with pdfplumber.open(BytesIO(data)) as pdf:
            return " ".join(page.extract_text() for page in pdf.pages)
    if name in {"xlsx", "pptx"}:
        with ZipFile(BytesIO(data)) as archive:
            parts = [one for one in archive.namelist() if re.search(r"slides/|sheet", one)]
            parts += [one for one in archive.namelist() if one.endswith("sharedStrings.xml")]
            data = b" ".join(archive.read(one) for one in parts)
    if name in {"html", "xlsx", "pptx"}:
        data = re.sub(rb"<style>.*?</style>|<script.*?</script>", b"", data, flags=re.DOTALL)
        data = re.sub(rb"<[^>]+>", b" ", data)
    return data.decode("utf-8")


def test_a_sentence_of_another_language_would_be_found() -> None:
    known = proper("plain")
    assert not is_named("none: prices are those of the installed LiteLLM", known)
    assert not is_named("Over cap", known)
    assert is_named("Growth", known)


def test_details_for_engineers_say_that_they_are_in_english() -> None:
    found = pack("plain", "engineering", "es").sections
    first = next(part for part in found if part.language)
    assert first.language == "en"
    assert "en inglés" in " ".join(texts(first.blocks))
    assert not any(part.language for part in pack("plain", "engineering", "en").sections)
    assert not any(part.language for part in pack("plain", "board", "es").sections)


def test_a_language_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A throw-away one: English with every letter of its texts in capitals."""
    import multillm_gov.languages as family

    english = tomllib.loads((Path(family.__path__[0]) / "en.toml").read_text(encoding="utf-8"))
    english["texts"] = {key: loud(text) for key, text in english["texts"].items()}
    tables = {key: value for key, value in english.items() if isinstance(value, dict)}
    lines = [f"{key} = {json.dumps(english[key])}" for key in english if key not in tables]
    for title, rows in tables.items():
        lines += [f"[{title}]", *(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in rows.items())]
    (tmp_path / "xx.toml").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(family, "__path__", [*family.__path__, str(tmp_path)])
    assert "xx" in language_codes()
    report = packed(judged("dead"), None, "board", "xx")  # type: ignore[arg-type]
    assert report.summary.isupper()
    assert report.limits == pack("dead").limits


def loud(text: str) -> str:
    return "".join(
        part if part.startswith("{") else part.upper() for part in re.split(r"(\{\w+\})", text)
    )


def test_json_of_a_pack_has_limits_and_decisions() -> None:
    from multillm_gov.rendering.formats import json as format_json

    data: Mapping[str, object] = msgspec.json.decode(format_json.render(pack("dead")))
    assert len(data["limits"]) == len(pack("dead").limits)  # type: ignore[arg-type]
    assert data["decisions"][0]["id"] == "retired-models"  # type: ignore[index]


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_workbook_has_the_same_numbers_in_every_language(audience: str) -> None:
    """As numbers of cells, not as texts; those of details for engineers as well."""
    english, spanish = (numbers(pack("dead", audience, code)) for code in ("en", "es"))
    assert english == spanish
    assert len(english) > 40


def numbers(report: Report) -> list[float]:
    with ZipFile(BytesIO(renderer("xlsx")(report))) as archive:
        sheets = [one for one in archive.namelist() if one.startswith("xl/worksheets/sheet")]
        cells = [
            cell
            for one in sorted(sheets)
            for cell in re.findall(r"<c ([^>]*)>(.*?)</c>", archive.read(one).decode())
        ]
    values = (re.search(r"<v>([^<]*)</v>", inside) for attr, inside in cells if 't="s"' not in attr)
    return [float(value[1]) for value in values if value]
