"""Portfolios of any size, the same bytes for the same arguments, on disk or as two commits."""

import subprocess
from collections.abc import Container
from pathlib import Path

AS_OF = "2026-11-24"

SETTINGS = """\
organization: Benchmark
currency: USD
migration_lead_days: 90
appetite:
  max_vendor_share_of_spend: 0.70
  max_vendor_share_of_value: 0.70
"""

POLICIES = """\
policies:
  vendor-concentration:
    rule: concentration
    level: vendor
    weigh_by: spend
    max_share: 0.70
    enforcement: soft-mandatory
    because: A rise at one vendor may add at most a quarter to the bill
  cloud-concentration:
    rule: concentration
    level: cloud
    weigh_by: value_at_stake
    max_share: 0.80
    enforcement: advisory
  independent-fallbacks:
    rule: fallback-not-independent
    enforcement: soft-mandatory
    because: A second model at the same vendor is no fallback in an outage
    applies_to: {tags: [customer-facing]}
  capped-spend:
    rule: cap-missing
    enforcement: hard-mandatory
  quarterly-review:
    rule: review-overdue
    enforcement: soft-mandatory
waivers: []
"""

MODELS = """\
providers:
  anthropic: {cloud: aws}
  openai: {cloud: azure}
  mistral: {cloud: mistral-compute}
models:
  custom/lead-scorer-v3:
    mode: chat
    usd_per_million_tokens: {input: 0.05, output: 0.10}
    usd_fixed_per_month: 1150
    max_input_tokens: 32768
    max_output_tokens: 8192
    capabilities: [response_schema, function_calling]
    exposure: {family: lead-scorer, vendor: in-house, provider: in-house, cloud: in-house, jurisdiction: US}
    regions: [US]
    endpoint: {model: openai/lead-scorer-v3, environment: LEAD_SCORER}
"""  # noqa: E501

# 26 lines, as a person writes one: prose, a weighted route, fallbacks, demand, caps, floors, data
# and review.
TASK_CLASS = """\
  {name}:
    purpose: Drafts, rewrites and summaries of kind {number} for {team}
    selection_criteria: [instruction following, tone consistency]
    cost_of_wrong_model:
      effect: Brand voice drifts and editors rework most drafts
      value_at_stake: {value}
    route:
      - model: {primary}
        weight: {weight}
      - model: {secondary}
        weight: {rest}
    fallbacks: {fallbacks}
    demand:
      requests: {requests}
      input_tokens: {input_tokens}
      output_tokens: {output_tokens}
      cached_input_share: {cached}
      p99_input_tokens: {p99}
    spend_cap:
      monthly: {cap}
      per_request: 2.50
    {quality}
    latency: {{p95_seconds: 8}}
    data: {{classification: internal}}
    review: {{last: 2026-10-01, every_months: 3}}
    tags: [{tag}]
"""

FLOOR = "0.80"

# Current models of five vendors: primary, second leg, fallback, each at another vendor than the one
# before.
MIXES = (
    ("anthropic/claude-sonnet-4-6", "openai/gpt-5.4-2026-03-05", "gemini/gemini-3.5-flash"),
    ("openai/gpt-5.4-2026-03-05", "anthropic/claude-sonnet-4-6", "mistral/mistral-large-2512"),
    ("gemini/gemini-3.5-flash", "openai/gpt-5.4-mini-2026-03-17", "anthropic/claude-sonnet-4-6"),
    (
        "openai/gpt-5.4-mini-2026-03-17",
        "gemini/gemini-3.5-flash-lite",
        "mistral/mistral-small-2603",
    ),
    (
        "openai/gpt-5.4-mini-2026-03-17",
        "mistral/mistral-small-2603",
        "gemini/gemini-3.5-flash-lite",
    ),
    (
        "gemini/gemini-3.5-flash-lite",
        "openai/gpt-5.4-mini-2026-03-17",
        "mistral/mistral-small-2603",
    ),
    ("mistral/mistral-large-2512", "gemini/gemini-3.5-flash", "openai/gpt-5.4-2026-03-05"),
    ("custom/lead-scorer-v3", "openai/gpt-5.4-mini-2026-03-17", "mistral/mistral-small-2603"),
)

# Models that only the hardest portfolio routes to: each at a vendor, provider and cloud of its own
# mixture.
SCATTERED = tuple(f"custom/scattered-{number:02d}" for number in range(40))
SCATTERED_MODEL = """\
  custom/scattered-{number:02d}:
    mode: chat
    usd_per_million_tokens: {{input: 0.05, output: 0.10}}
    max_input_tokens: 32768
    max_output_tokens: 8192
    capabilities: [response_schema, function_calling]
    exposure: {{family: f{number}, vendor: v{vendor}, provider: p{provider}, cloud: c{cloud}, jurisdiction: {law}}}
    regions: [{law}]
"""  # noqa: E501


def scattered(number: int) -> tuple[str, ...]:
    """Two legs and two to four fallbacks, in an order that hardly any other number has."""
    count, rest, order = 4 + number % 3, list(SCATTERED), []
    code = 50_021 * number
    for _ in range(count):
        code, place = divmod(code, len(rest))
        order.append(rest.pop(place))
    return tuple(order)


def task_class(number: int, *, changed: bool = False, scatter: bool = False) -> str:
    """One task class; figures spread by coprime strides.

    A portfolio in use is mostly in order: one in a hundred has no fallback, one in fifty a floor
    without evidence.
    """
    primary, secondary, *fallbacks = scattered(number) if scatter else MIXES[number % len(MIXES)]
    weight = 50 + 5 * (number % 9)
    requests = 1_000 + 137 * (number % 977)
    return TASK_CLASS.format(
        name=f"task-{number:05d}",
        number=number,
        team=f"team {number % 83}",
        value=5_000 + 250 * (number % 311),
        primary=primary,
        weight=weight,
        secondary=secondary,
        rest=100 - weight,
        fallbacks="[]" if number % 100 == 99 else f"[{', '.join(fallbacks)}]",
        requests=2 * requests if changed else requests,
        input_tokens=400 + 90 * (number % 61),
        output_tokens=100 + 40 * (number % 29),
        cached=(number % 5) / 10,
        p99=8_000 + 100 * (number % 71),
        quality=f"quality: {{floor: {FLOOR}}}"
        if number % 50 == 0
        else "needs: {capabilities: [function_calling]}",
        cap=20_000 if changed else 25_000,
        tag="customer-facing" if number % 3 else "internal-use",
    )


def write_portfolio(
    root: Path,
    task_classes: int,
    files: int,
    changed: Container[int] = (),
    *,
    scatter: bool = False,
) -> None:
    """Write a portfolio of so many task classes in so many files; those numbered in ``changed`` in their other form.

    ``scatter``: nearly every chain is another.
    """  # noqa: E501
    for folder in ("allocations", "policies", "catalog"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "govern.yaml").write_text(SETTINGS, "utf-8")
    (root / "policies" / "policies.yaml").write_text(POLICIES, "utf-8")
    (root / "catalog" / "models.yaml").write_text(MODELS + _scattered_models() * scatter, "utf-8")
    per_file = -(-task_classes // files)
    for file in range(files):
        numbers = range(file * per_file, min((file + 1) * per_file, task_classes))
        body = "\n".join(
            task_class(number, changed=number in changed, scatter=scatter) for number in numbers
        )
        text = f"owner: team-{file % 37}\ntask_classes:\n{body}"
        (root / "allocations" / f"team-{file:04d}.yaml").write_text(text, "utf-8")


def _scattered_models() -> str:
    return "".join(
        SCATTERED_MODEL.format(
            number=number,
            vendor=number % 8,
            provider=number * 3 % 10,
            cloud=number % 5,
            law=("US", "FR", "DE")[number % 3],
        )
        for number in range(len(SCATTERED))
    )


def commit(root: Path, message: str, day: str = "") -> str:
    """Commit everything below the root as it stands and return the commit's id; makes the repository at first."""  # noqa: E501
    if not (root / ".git").exists():
        _git(root, "init", "--quiet", "--initial-branch=main")
    _git(root, "add", "--all")
    dated = ("--date", f"{day}T12:00:00Z") if day else ()
    _git(root, "commit", "--quiet", "--message", message, *dated, day=day)
    return _git(root, "rev-parse", "HEAD").strip()


def _git(root: Path, *arguments: str, day: str = "") -> str:
    who = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in _IDENTITY.items()
    }
    environment = {
        "PATH": _PATH,
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        **who,
        **({"GIT_COMMITTER_DATE": f"{day}T12:00:00Z"} if day else {}),
    }
    call = ["git", "-c", "gc.auto=0", *arguments]
    return subprocess.run(
        call, cwd=root, env=environment, check=True, capture_output=True, text=True
    ).stdout


_IDENTITY = {
    "NAME": "benchmark",
    "EMAIL": "benchmark@example.invalid",
    "DATE": "2026-11-24T00:00:00+00:00",
}
_PATH = "/usr/local/bin:/usr/bin:/bin"
