"""A small portfolio with results for several models, worked out by hand: three task classes.

``acme/big`` costs 10, ``beta/mid`` 4, ``gamma/small`` 1, ``beta/cheap`` 2 per thousand requests of
1,000 input tokens. All run on ``acme/big`` but ``tagging``. Unless a test says otherwise the
cheapest allocation with every floor proved is triage at ``beta/mid``, tagging at ``gamma/small``,
writing at ``acme/big``.
"""

from collections.abc import Mapping

from multillm_gov.rules.engine.assessment import Assessment
from portfolios import acme_model, assessed, replaced

CATALOG = "models:\n" + "".join(
    (
        acme_model(name, price, cloud, country).replace(
            f"input: {price}", f"input: {price}, output: {price}"
        )
    )
    for name, price, cloud, country in (
        ("acme/big", 10, "nimbus", "US"),
        ("beta/mid", 4, "cumulus", "FR"),
        ("gamma/small", 1, "stratus", "DE"),
        ("beta/cheap", 2, "cumulus", "FR"),
    )
)
CATALOG += "clouds:\n  nimbus: {jurisdiction: US}\n  cumulus: {jurisdiction: FR}\n"
CATALOG += "  stratus: {jurisdiction: DE}\n"
ALLOCATION = """\
# The shop's task classes.
owner: growth
task_classes:
  triage:
    route: [{model: acme/big}]  # the incumbent
    fallbacks: [gamma/small]
    cost_of_wrong_model: {value_at_stake: 73000}
    demand: {requests: 1000000, input_tokens: 500, output_tokens: 500}
    quality: {floor: 0.80}
  tagging:
    route:
      - model: beta/mid
        weight: 100
    fallbacks:
      - acme/big
    cost_of_wrong_model: {value_at_stake: 36500}
    demand: {requests: 2000000, input_tokens: 500, output_tokens: 500}
    quality: {floor: 0.70}
  writing:
    route: [{model: acme/big}]
    fallbacks: [beta/mid]
    cost_of_wrong_model: {value_at_stake: 7300}
    demand: {requests: 500000, input_tokens: 500, output_tokens: 500}
    quality: {floor: 0.90}
"""
_RECORD = (
    "  - {{task_class: {task}, model: {model}, date: 2026-11-02, sample_size: 2000, "
    "score: {score}, p50_seconds: 1, p95_seconds: 2}}\n"
)
SCORES = {
    ("triage", "acme/big"): 0.95,
    ("triage", "beta/mid"): 0.90,
    ("triage", "beta/cheap"): 0.75,
    ("triage", "gamma/small"): 0.81,
    ("tagging", "acme/big"): 0.95,
    ("tagging", "beta/mid"): 0.88,
    ("tagging", "gamma/small"): 0.80,
    ("writing", "acme/big"): 0.96,
    ("writing", "beta/mid"): 0.88,
}
EVIDENCE = "records:\n" + "".join(
    _RECORD.format(task=task, model=model, score=score) for (task, model), score in SCORES.items()
)
FILES = {
    "allocations/shop.yaml": ALLOCATION,
    "catalog/models.yaml": CATALOG,
    "evidence/results.yaml": EVIDENCE,
    "govern.yaml": "organization: Shop\n",
}


def shop(policies: str = "", settings: str = "", **changes: Mapping[str, str]) -> Assessment:
    """The assessed portfolio; ``changes`` replaces texts in a file: ``allocation={old: new}``."""
    return assessed(shop_files(policies, settings, **changes))


def shop_files(
    policies: str = "", settings: str = "", **changes: Mapping[str, str]
) -> dict[str, str]:
    """Its files by path."""
    paths = {
        "allocation": "allocations/shop.yaml",
        "catalog": "catalog/models.yaml",
        "evidence": "evidence/results.yaml",
    }
    files = dict(FILES)
    for name, pairs in changes.items():
        path = paths[name]
        files[path] = replaced(files[path], *pairs.items())
    if policies:
        files["policies/limits.yaml"] = f"policies:\n{policies}"
    files["govern.yaml"] += settings
    return files
