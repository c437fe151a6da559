"""``govern test``: read the cases, judge the portfolio for each, compare with what is expected."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov import exits
from multillm_gov.documents.document import Document, SourceFile, locate
from multillm_gov.documents.layout import POLICY_TESTS
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.errors import SourceError
from multillm_gov.finding import Finding, Flaw, Severity
from multillm_gov.location import Location
from multillm_gov.portfolio.policy_test import PlacedPolicyTest, load_policy_tests
from multillm_gov.rules.engine.assessment import Assessment, assess
from multillm_gov.rules.engine.registry import all_rules, rule_names
from multillm_gov.sources.disk import read_policy_tests
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.sources.root import split_paths, within
from multillm_gov.sources.sparse import read_working_tree
from multillm_gov.state.loading import load_state
from multillm_gov.state.state import State
from multillm_gov.words import code, did_you_mean
from multillm_gov.workflows.gate import gate
from multillm_gov.workflows.policy_tests.coverage import CoverageLedger, Covered, percent
from multillm_gov.workflows.policy_tests.matching import (
    Match,
    format_expected,
    match,
    names_under_test,
    unknown_names,
)
from multillm_gov.workflows.policy_tests.overlaying import OverlaidPortfolio

MOST_CASES = 2_000
"""Cases of one run."""

Progress = Callable[[int, int], None]
"""Called before each case with its number, from 1, and how many there are."""


class PolicyTestOutcome(Struct, frozen=True, kw_only=True):
    """The result of one case."""

    name: str
    location: Location
    missing: tuple[str, ...] = ()
    """Expectations that no finding meets, in words."""
    unexpected: tuple[Finding, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    """Why the case cannot be run as it is written."""

    @property
    def passed(self) -> bool:
        """Whether the findings are the expected ones."""
        return not (self.missing or self.unexpected or self.flaws)


class PolicyTestRun(Struct, frozen=True, kw_only=True):
    """All cases of one call."""

    outcomes: tuple[PolicyTestOutcome, ...]
    flaws: tuple[Flaw, ...]
    """What is wrong with the files of cases themselves."""
    as_of: date
    covered: tuple[Covered, ...] | None = None
    """``None``: coverage was not requested."""
    min_coverage: int | None = None

    @property
    def failed(self) -> int:
        """Cases that did not pass."""
        return sum(not outcome.passed for outcome in self.outcomes)

    @property
    def coverage_percent(self) -> int | None:
        """See `coverage.percent`."""
        return None if self.covered is None else percent(self.covered)

    @property
    def exit_code(self) -> int:
        """1 if a case fails, a file of cases cannot be read, or coverage is below the minimum."""
        short = self.min_coverage is not None and (self.coverage_percent or 0) < self.min_coverage
        return exits.FINDINGS if self.failed or self.flaws or short else exits.CLEAN


def run_policy_tests(
    paths: Sequence[Path],
    *,
    as_of: date,
    root: Path | None = None,
    coverage: bool = False,
    min_coverage: int | None = None,
    progress: Progress = lambda _number, _count: None,
) -> PolicyTestRun:
    """Run the cases in ``tests/policies`` of a portfolio, or those of them in ``paths``.

    Raises:
        SourceError: no portfolio there, a path outside it, or no case in ``paths``.
        CatalogError: the lock or the price map cannot be read.
    """
    top, filters = split_paths(paths, root)
    documents, flaws = _read_cases(*read_policy_tests(top), filters)
    cases, found = load_policy_tests(documents)
    flaws = (*flaws, *found)
    if not cases and not flaws:
        raise SourceError(
            f"No policy test in `{POLICY_TESTS}`" + (" among these paths" if filters else ""),
            "Write one; see docs/policy-tests.md. `govern init` adds an example.",
        )
    runner = _Runner(top, documents, as_of)
    ledger = (
        CoverageLedger(runner.portfolio(as_of)) if coverage or min_coverage is not None else None
    )
    outcomes = []
    for number, case in enumerate(cases[:MOST_CASES], 1):
        progress(number, min(len(cases), MOST_CASES))
        outcomes.append(runner.run(case, ledger))
    flaws = (*flaws, *(_too_many(case, documents) for case in cases[MOST_CASES : MOST_CASES + 1]))
    return PolicyTestRun(
        outcomes=tuple(outcomes),
        flaws=flaws,
        as_of=as_of,
        covered=ledger.covered() if ledger is not None else None,
        min_coverage=min_coverage,
    )


def _read_cases(
    files: tuple[SourceFile, ...], flaws: tuple[Flaw, ...], filters: tuple[str, ...]
) -> tuple[dict[str, Document], tuple[Flaw, ...]]:
    documents: dict[str, Document] = {}
    found = [flaw for flaw in flaws if within(flaw.location.path, filters)]
    for file in files:
        if within(file.path, filters):
            document, mistakes = read_document(file)
            found.extend(mistakes)
            if document is not None:
                documents[file.path] = document
    return documents, tuple(found)


class _Runner:
    """Assesses the portfolio once per day, then each case, reusing what a case does not change."""

    def __init__(self, root: Path, cases: dict[str, Document], as_of: date) -> None:
        self._cases = cases
        self._as_of = as_of
        self._files, self._flaws = read_working_tree(root)
        self._price_map = cache(read_price_map)
        self._portfolios: dict[date, Assessment] = {}

    def portfolio(self, as_of: date) -> Assessment:
        """The portfolio as it stands."""
        if as_of not in self._portfolios:
            known = next((each.state for each in self._portfolios.values()), None)
            self._portfolios[as_of] = self._assessed(self._files, as_of, known)
        return self._portfolios[as_of]

    def run(self, case: PlacedPolicyTest, ledger: CoverageLedger | None) -> PolicyTestOutcome:
        as_of = case.declared.as_of or self._as_of
        standing = self.portfolio(as_of)
        overlaid = OverlaidPortfolio(case, self._cases[case.place.path], standing.state.documents)
        assessment = self._assessed(overlaid.files(self._files), as_of, standing.state)
        flaws = (*overlaid.flaws, *self._unknown(case, assessment.state))
        under_test = names_under_test(case.declared)
        unjudged = _unjudged(standing, assessment, overlaid, under_test)
        found = match(case.declared, assessment.findings, _least(assessment.state), unjudged)
        if ledger is not None and not flaws and not found.missing and not found.unexpected:
            ledger.note(assessment, under_test, found.matched)
        return self._outcome(case, found, flaws, overlaid)

    def _assessed(
        self, files: Iterable[SourceFile], as_of: date, known: State | None
    ) -> Assessment:
        read = self._price_map
        return assess(load_state(files, self._flaws, as_of=as_of, price_map=read, known=known))

    def _outcome(
        self,
        case: PlacedPolicyTest,
        found: Match,
        flaws: tuple[Flaw, ...],
        overlaid: OverlaidPortfolio,
    ) -> PolicyTestOutcome:
        return PolicyTestOutcome(
            name=case.declared.name,
            location=locate(case.place.at("name"), self._cases),
            missing=tuple(map(format_expected, found.missing)),
            unexpected=tuple(
                replace(finding, location=overlaid.written_at(finding.location))
                for finding in found.unexpected
            ),
            flaws=flaws,
        )

    def _unknown(self, case: PlacedPolicyTest, state: State) -> tuple[Flaw, ...]:
        policies = [policy.name for policy in state.portfolio.policies]
        known = [*policies, *(name for pair in rule_names().items() for name in pair)]
        return tuple(
            Flaw(
                kind="schema",
                message=f"{code(name)} is not a policy of this portfolio or a "
                f"rule{did_you_mean(name, known)}",
                location=locate(case.place.at("name"), self._cases),
                remedy="Correct the name in `only` or `expect`.",
                subject=case.declared.name,
            )
            for name in unknown_names(case.declared, policies)
        )


def _least(state: State) -> Severity:
    """The gate of the portfolio; one that never fails means errors here."""
    return gate(state.portfolio.settings, None) or Severity.ERROR


def _unjudged(
    standing: Assessment,
    assessment: Assessment,
    overlaid: OverlaidPortfolio,
    under_test: frozenset[str],
) -> frozenset[str]:
    """Findings about what cannot be read: from the overlay, or about a policy under test."""
    before = {finding.fingerprint for finding in standing.findings}
    flawed = {rule.id for rule in all_rules() if rule.claims}
    claimed = (finding for finding in assessment.findings if finding.rule in flawed)
    return frozenset(
        one.fingerprint
        for one in claimed
        if one.subject in under_test
        or (one.fingerprint not in before and overlaid.overlays(one.location))
    )


def _too_many(case: PlacedPolicyTest, documents: dict[str, Document]) -> Flaw:
    return Flaw(
        kind="schema",
        message=f"more than {MOST_CASES:,} cases; this case and all later ones are not run",
        location=locate(case.place, documents),
        remedy="Run one file at a time: `govern test tests/policies/FILE.yaml`.",
    )
