"""What a stranger's portfolio cannot do: fill the memory, or have anything but its own files
sent."""

from datetime import date

import pytest

from multillm_gov.errors import SourceError, UnableError
from multillm_gov.workflows.evaluation import plan as plans
from multillm_gov.workflows.evaluation.dry_run import DryRunOptions, plan_dry_run
from multillm_gov.workflows.evaluation.inputs import MOST_CANARIES
from multillm_gov.workflows.evaluation.sending import SendingOptions

DAY = date(2026, 11, 24)


def test_a_plan_holds_so_many_probes(portfolio, monkeypatch):
    monkeypatch.setattr(plans, "MOST_PROBES", 5)
    with pytest.raises(UnableError, match="may be 6 probes; one run holds 5"):
        plan_dry_run(DryRunOptions(sending=SendingOptions(offline=True)), as_of=DAY, root=portfolio)
    assert plan_dry_run(
        DryRunOptions(sending=SendingOptions(offline=True), tasks=frozenset({"triage"})),
        as_of=DAY,
        root=portfolio,
    ).plan.probes


def test_so_many_canaries_are_filled_in(portfolio):
    path = portfolio / "prompts/triage.md"
    canaries = "".join(f"  - {{ticket: number {number}}}\n" for number in range(90))
    path.write_text(path.read_text().replace("canaries:\n", f"canaries:\n{canaries}"))
    plan = plan_dry_run(
        DryRunOptions(sending=SendingOptions(offline=True), samples=200), as_of=DAY, root=portfolio
    ).plan
    assert len(plan.probes[0].calls) == MOST_CANARIES


def test_a_prompt_that_asks_for_too_much_is_refused_before_anything_is_sent(portfolio):
    path = portfolio / "prompts/triage.md"
    loop = "{% for a in ticket %}" * 6 + "x" + "{% endfor %}" * 6
    path.write_text(
        path.read_text().replace("{{ ticket }}", loop).replace("My bill is wrong", "b" * 1_000)
    )
    with pytest.raises(SourceError, match=r"prompts/triage\.md"):
        plan_dry_run(DryRunOptions(sending=SendingOptions(offline=True)), as_of=DAY, root=portfolio)


@pytest.mark.parametrize("path", ["../secret.md", "/etc/hostname", "prompts/link.md"])
def test_nothing_outside_of_the_portfolio_is_sent(portfolio, tmp_path, path):
    (tmp_path / "secret.md").write_text("the company's secret")
    (portfolio / "prompts/link.md").symlink_to(tmp_path / "secret.md")
    allocation = portfolio / "allocations/support.yaml"
    allocation.write_text(allocation.read_text().replace("prompts/triage.md", path))
    plan = plan_dry_run(
        DryRunOptions(sending=SendingOptions(offline=True), tasks=frozenset({"triage"})),
        as_of=DAY,
        root=portfolio,
    ).plan
    assert {probe.origin for probe in plan.probes} == {"generic"}
    assert "secret" not in repr([probe.calls for probe in plan.probes])
