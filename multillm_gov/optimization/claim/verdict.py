"""What is claimed, what a comparison shows, and the verdict (method 6.5)."""

from typing import Literal

from msgspec import Struct

SAVING = 0.25
"""The saving that is claimed."""
MARGIN = 0.01
"""Non-inferiority margin of the mean quality (1 point), one-sided 95%."""
LIKELY = 0.90
DRAWS = 2_000
SEED = 1
ClaimVerdict = Literal["supported", "depends on the baseline", "not supported", "not judged"]
BaselineName = Literal[
    "incumbent",
    "best quality",
    "cheapest that meets every floor",
    "cheapest of comparable mean quality",
]
"""The last one is a further fact: no verdict rests on it."""


class Terms(Struct, frozen=True, kw_only=True):
    """What is claimed, and how it is drawn."""

    saving: float = SAVING
    margin: float = MARGIN
    draws: int = DRAWS
    seed: int = SEED
    extra_costs: float = 0.0
    """What the portfolio costs a month besides tokens: evaluation, contracts, lost cache hits."""


class Against(Struct, frozen=True, kw_only=True):
    """The portfolio compared with one baseline; intervals are 90%, ``None`` where not known."""

    name: BaselineName
    models: tuple[str, ...]
    """One model, or those that answer today."""
    cost: float
    quality: float
    saving: float
    """1 - cost of the portfolio / cost of the baseline."""
    difference: float
    """Mean quality of the portfolio less that of the baseline (0..1)."""
    saving_interval: tuple[float, float] | None = None
    difference_interval: tuple[float, float] | None = None
    non_inferior: bool | None = None
    """Whether the one-sided 95% bound of the difference stays above the margin."""
    likelihood: float | None = None
    """Probability that the saving exceeds the claim at non-inferior quality."""
    saves_likelihood: float | None = None
    """Probability of the saving alone."""
    keeps_likelihood: float | None = None
    """Probability that quality is not lower at all."""


def judge(against: tuple[Against, ...], terms: Terms) -> tuple[ClaimVerdict, str]:
    """The verdict and its reason, which names the baselines."""
    by_name = {baseline.name: baseline for baseline in against}
    best, cheapest = by_name["best quality"], by_name.get("cheapest that meets every floor")
    if best.likelihood is None:
        return "not judged", (
            "no sample size is known, so no interval and no probability can be worked out"
        )
    fair = cheapest is not None and cheapest.saving >= -1e-9
    if best.likelihood >= LIKELY and fair:
        return "supported", (
            f"against the best single model ({best.models[0]}) the claim holds with a probability "
            f"of {best.likelihood:.2f}, and the cheapest single model that meets every floor is "
            "not cheaper"
        )
    incumbent = by_name.get("incumbent")
    likely = [
        baseline
        for baseline in (incumbent, best)
        if baseline is not None
        and baseline.likelihood is not None
        and baseline.likelihood >= LIKELY
    ]
    if likely:
        names = " and ".join(f"the {baseline.name} ({baseline.models[0]})" for baseline in likely)
        return "depends on the baseline", (
            f"it holds against {names}, and not against every fair baseline"
        )
    return "not supported", (
        f"against the best single model ({best.models[0]}) a saving above {terms.saving:.0%} at "
        f"non-inferior quality has a probability of {best.likelihood:.2f}; {LIKELY:.2f} is required"
    )
