"""Changes of what a portfolio is held to: its policies, whom they cover, and its settings."""

from collections.abc import Iterator

from multillm_gov.changes.change import Change
from multillm_gov.changes.coverage import compare_coverage
from multillm_gov.changes.pairing import pair_policies, pair_task_classes
from multillm_gov.changes.parameters import RuleLookup, as_written
from multillm_gov.changes.policies import compare_policies
from multillm_gov.changes.settings import compare_settings
from multillm_gov.portfolio.policy import EVERYTHING
from multillm_gov.portfolio.portfolio import Portfolio


def compare_limits(
    before: Portfolio, after: Portfolio, rules: RuleLookup = as_written
) -> Iterator[Change]:
    """What `compare` says of policies and settings, for declared portfolios that need not be measured.

    Args:
        before: The earlier portfolio.
        after: The later one.
        rules: Tells a rule's name and default parameters, so that a limit left out is compared as
            it holds.
    """
    policies = pair_policies(before.policies, after.policies)
    yield from compare_policies(policies, rules)
    if any(policy.declared.applies_to != EVERYTHING for _, policy in policies.both):
        tasks = pair_task_classes(before.task_classes, after.task_classes)
        yield from compare_coverage(tasks.both, policies.both)
    yield from compare_settings(before.settings, after.settings)
