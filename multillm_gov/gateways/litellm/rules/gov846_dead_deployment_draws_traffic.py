"""GOV846: a deployment that cannot answer draws no traffic."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, deployment_subject
from multillm_gov.gateways.litellm.shares import picks_by, strategy_of
from multillm_gov.words import code


def check(context: LintContext) -> Iterator[Violation]:
    """Yield retired models that get the largest share of a group's draws."""
    if strategy_of(context) != "simple-shuffle":
        return
    for group, members in context.configuration.groups.items():
        key = picks_by(context, members)
        if len(members) < 2 or key is None:
            continue
        total = sum(member.number(key) or 0 for member in members)
        for member in members:
            share = (member.number(key) or 0) / total if total > 0 else 0
            facts = context.facts(member)
            if facts is None or facts.lifecycle.snapshot:  # GOV865: not known of floating names
                continue
            if facts.ended_on(context.as_of) and share >= 1 / len(members):
                yield Violation(
                    message=f"{code(member.model)} is retired and draws {share:.0%} of the "
                    f"requests to {code(group)} by its `{key}`",
                    place=member.parameter(key),
                    subject=deployment_subject(member),
                    remedy="Remove the deployment; the others then get its share.",
                    figures={"share": round(share, 4)},
                )


RULE = LintRule(
    id="GOV846",
    name="dead-deployment-draws-traffic",
    title="Retired deployment draws traffic",
    why=(
        "`rpm` and `tpm` are weights to `simple-shuffle`. A deployment that was deleted keeps its "
        "large limit, gets most requests and answers 404, while its siblings idle."
    ),
    remediation="Remove what no longer answers.",
    severity=Severity.ERROR,
    source="BerriAI/litellm #3884; the router of 1.110.2: 98 of 100 draws go to the larger `rpm`",
    trap="#3884",
    check=check,
)
