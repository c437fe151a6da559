"""Which policies the cases cover, and which limits they approach from both sides.

A policy is covered when a case expects a finding of it and gets it (it fails), and when a case
names it and gets none (it passes). A limit, a number among a policy's parameters, is approached
from outside when some finding of a case would vanish were the limit a tenth larger or smaller (it
just fails), and from inside when a finding would appear (it just passes). Both are found by judging
the very same state again, so they hold for rules of any kind.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.documents.document import locate
from multillm_gov.documents.shape import convert
from multillm_gov.finding import Finding
from multillm_gov.location import Location, Pointer
from multillm_gov.portfolio.policy import Policy
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.rules.engine.judgment import judge
from multillm_gov.rules.engine.registry import find_rule
from multillm_gov.rules.engine.rule import Rule

NEARNESS = Decimal("0.1")
"""How far a limit is moved to see whether a case approaches it."""
MOST_LIMITS = 20
"""Numbers of one policy that are moved."""


class Covered(Struct, frozen=True, kw_only=True):
    """A policy, or one of its limits, and the sides that cases cover."""

    policy: str
    limit: str = ""
    """Name of the parameter, ``outer.inner``; empty: the policy as a whole."""
    outside: bool
    """A case in which it (just) fails."""
    inside: bool
    """A case in which it (just) passes."""
    location: Location

    @property
    def points(self) -> int:
        """How many of the two sides are covered."""
        return self.outside + self.inside


class CoverageLedger:
    """Collects, case by case, what is covered."""

    def __init__(self, portfolio: Assessment) -> None:
        """``portfolio`` is the state without an overlay: its policies are to be covered."""
        self._portfolio = portfolio
        self._sides: dict[tuple[str, str], list[bool]] = {}
        for policy in portfolio.state.portfolio.policies:
            if find_rule(policy.declared.rule) is not None:
                self._sides[policy.name, ""] = [False, False]
                for pointer, _ in _limits(policy.parameters):
                    self._sides[policy.name, _format(pointer)] = [False, False]

    def note(
        self, assessment: Assessment, under_test: frozenset[str], matched: tuple[Finding, ...]
    ) -> None:
        """Note one passed case: its state, what is under test, and its expected findings."""
        for policy in assessment.state.portfolio.policies:
            rule = find_rule(policy.declared.rule)
            if (
                rule is None
                or (policy.name, "") not in self._sides
                or not under_test & {policy.name, rule.id, rule.name}
            ):
                continue
            fired = any(finding.policy == policy.name for finding in assessment.findings)
            self._mark(
                policy.name,
                "",
                fired and any(each.policy == policy.name for each in matched),
                not fired,
            )
            texts = _findings(assessment, policy, rule)
            for pointer, value in _limits(policy.parameters):
                moved = tuple(_moved(assessment, policy, rule, pointer, value))
                name = _format(pointer)
                self._mark(
                    policy.name,
                    name,
                    any(texts - each for each in moved),
                    any(each - texts for each in moved),
                )

    def covered(self) -> tuple[Covered, ...]:
        """Policies as declared, each followed by its limits."""
        places = {policy.name: policy.place for policy in self._portfolio.state.portfolio.policies}
        return tuple(
            Covered(
                policy=policy,
                limit=limit,
                outside=outside,
                inside=inside,
                location=locate(places[policy].key(), self._portfolio.state.documents),
            )
            for (policy, limit), (outside, inside) in self._sides.items()
        )

    def _mark(self, policy: str, limit: str, outside: bool, inside: bool) -> None:
        sides = self._sides.get((policy, limit))
        if sides is not None:
            sides[0] |= outside
            sides[1] |= inside


def percent(covered: tuple[Covered, ...]) -> int:
    """Percentage of covered sides, rounded down; 100 if there is nothing to cover."""
    return 100 * sum(each.points for each in covered) // (2 * len(covered)) if covered else 100


def _limits(parameters: dict[str, Any]) -> Iterator[tuple[Pointer, int | float]]:
    """The numbers among the parameters, at most `MOST_LIMITS`."""
    return islice(_numbers(parameters, ()), MOST_LIMITS)


def _numbers(value: Any, pointer: Pointer) -> Iterator[tuple[Pointer, int | float]]:  # noqa: ANN401
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield pointer, value
    elif isinstance(value, dict | list):
        for step, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _numbers(item, (*pointer, step))


def _moved(
    assessment: Assessment, policy: Policy, rule: Rule, pointer: Pointer, value: float
) -> Iterator[frozenset[str]]:
    """Findings with one limit a tenth smaller, then larger, where the rule accepts it."""
    document = assessment.state.documents[policy.place.path]
    exact = Decimal(str(value))
    step = abs(exact) * NEARNESS or Decimal("0.01")
    if isinstance(value, int):
        step = max(step.to_integral_value(), Decimal(1))
    for number in (exact - step, exact + step):
        parameters = _with(
            policy.parameters, pointer, int(number) if isinstance(value, int) else float(number)
        )
        if (
            convert(
                document, policy.place.pointer, rule.parameters, value=parameters, explain=False
            )[0]
            is not None
        ):
            yield _findings(assessment, replace(policy, parameters=parameters), rule)


def _findings(assessment: Assessment, policy: Policy, rule: Rule) -> frozenset[str]:
    """Fingerprints of the findings of one policy alone, waived or not."""
    state = assessment.state
    alone = replace(state, portfolio=replace(state.portfolio, policies=(policy,), waivers=()))
    return frozenset(
        finding.fingerprint
        for finding in judge(
            alone,
            rules=(rule,),
            contents=assessment.contents,
            introductions=assessment.introductions,
        ).findings
        if finding.policy == policy.name
    )


def _with(value: Any, pointer: Pointer, number: float) -> Any:  # noqa: ANN401
    if not pointer:
        return number
    step, *rest = pointer
    if isinstance(value, dict):
        return {**value, step: _with(value[step], tuple(rest), number)}
    return [
        _with(item, tuple(rest), number) if index == step else item
        for index, item in enumerate(value)
    ]


def _format(pointer: Pointer) -> str:
    return ".".join(map(str, pointer))
