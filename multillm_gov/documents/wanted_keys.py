"""Keys as people write them that are none, and what to write instead."""

_DEMAND = "write `demand: {requests: N, input_tokens: N, output_tokens: N}` a month"
_RATES = "write `requests_per_minute: N` and `tokens_per_minute: N`"
_RESIDENCY = "write `data: {residency: [EU]}`: where requests may be processed"
_FLOOR = "write `quality: {floor: 0.9}`: the least share of acceptable answers"
_LATENCY = "write `latency: {p95_seconds: SECONDS, timeout_seconds: SECONDS}`"
_SAMPLING = "leave it to the application: no rule judges how a model is sampled"
_OUTSIDE = "keep it out of governed files: they are shared"
_TASK_CLASS = ("route", "in the task class")
_MODEL = ("usd_per_million_tokens", "at the model, in `catalog/`")
_SETTINGS = ("appetite", "in `govern.yaml`")
_WAIVER = ("approved_by", "in the waiver")
_WANTED: dict[str, tuple[tuple[str, str], str]] = {
    "model": (_TASK_CLASS, "write `route: [{model: MODEL}]`"),
    "models": (
        _TASK_CLASS,
        "write `route: [{model: MODEL}, {model: OTHER}]`, with a `weight` each",
    ),
    "primary": (_TASK_CLASS, "write `route: [{model: MODEL}]`"),
    "weight": (_TASK_CLASS, "write `route: [{model: MODEL, weight: 80}]`"),
    "fallback": (_TASK_CLASS, "write `fallbacks: [MODEL]`"),
    "fallbacks": (_TASK_CLASS, "write `fallbacks: [MODEL]`"),
    "secondary": (_TASK_CLASS, "write `fallbacks: [MODEL]`"),
    "backup": (_TASK_CLASS, "write `fallbacks: [MODEL]`"),
    "budget": (_TASK_CLASS, "write `spend_cap: {monthly: AMOUNT}`"),
    "max_budget": (_TASK_CLASS, "write `spend_cap: {monthly: AMOUNT}`"),
    "max_cost": (_TASK_CLASS, "write `spend_cap: {monthly: AMOUNT, per_request: AMOUNT}`"),
    "timeout": (_TASK_CLASS, _LATENCY),
    "sla": (
        _TASK_CLASS,
        "write `latency: {p95_seconds: SECONDS}`; an availability goes into no key",
    ),
    "retries": (_TASK_CLASS, "write `demand: {retry_share: 0.02}`: requests sent once more"),
    "max_retries": (_TASK_CLASS, "write `demand: {retry_share: 0.02}`: requests sent once more"),
    "num_retries": (_TASK_CLASS, "write `demand: {retry_share: 0.02}`: requests sent once more"),
    "max_tokens": (
        _TASK_CLASS,
        "write `demand: {output_tokens: N, max_output_tokens: N}`: the mean answer and the longest",
    ),
    "residency": (_TASK_CLASS, _RESIDENCY),
    "region": (_TASK_CLASS, _RESIDENCY),
    "regions": (_TASK_CLASS, _RESIDENCY),
    "pii": (_TASK_CLASS, "write `data: {classification: confidential}`"),
    "quality_floor": (_TASK_CLASS, _FLOOR),
    "accuracy": (_TASK_CLASS, _FLOOR),
    "min_score": (_TASK_CLASS, _FLOOR),
    "requests": (_TASK_CLASS, _DEMAND),
    "volume": (_TASK_CLASS, _DEMAND),
    "tokens": (_TASK_CLASS, _DEMAND),
    "context_window": (_TASK_CLASS, "write `needs: {context_tokens: N}`"),
    "capabilities": (_TASK_CLASS, "write `needs: {capabilities: [vision]}`"),
    "description": (_TASK_CLASS, "write `purpose: TEXT`"),
    "criticality": (_TASK_CLASS, "write `tags: [critical]`, which policies can select by"),
    "environment": (_TASK_CLASS, "write `tags: [production]`, which policies can select by"),
    "business_value": (
        _TASK_CLASS,
        "write `cost_of_wrong_model: {value_at_stake: AMOUNT}`, a month",
    ),
    "system_prompt": (_TASK_CLASS, "write `prompt: prompts/NAME.md`"),
    "temperature": (("", ""), _SAMPLING),
    "top_p": (("", ""), _SAMPLING),
    "seed": (("", ""), _SAMPLING),
    "stream": (("", ""), "leave it to the application: no rule judges how answers are sent"),
    "api_key": (("", ""), _OUTSIDE),
    "provider": (
        _MODEL,
        (
            "write it as the first part of the model's name, such as `bedrock/…`, or "
            "`exposure: {provider: NAME}`"
        ),
    ),
    "vendor": (_MODEL, "write `exposure: {vendor: NAME}`"),
    "rpm": (_MODEL, _RATES),
    "tpm": (_MODEL, _RATES),
    "rate_limit": (_MODEL, _RATES),
    "api_base": (_MODEL, "write `endpoint: {…}` and `base: MODEL`"),
    "base_url": (_MODEL, "write `endpoint: {…}` and `base: MODEL`"),
    "price": (_MODEL, "write `usd_per_million_tokens: {input: N, output: N}`"),
    "cost": (_MODEL, "write `usd_per_million_tokens: {input: N, output: N}`"),
    "context": (_MODEL, "write `max_input_tokens: N`"),
    "deprecation_date": (_MODEL, "write `retirement: {date: 2027-01-31, source: PAGE}`"),
    "expiry": (_WAIVER, "write `expires: 2026-12-31`"),
}
"""By key as people write it: where it is said, by a key that stands there, and the advice."""
_ELSEWHERE: dict[str, tuple[tuple[str, str], str]] = {
    "budget": (_SETTINGS, "write `appetite: {max_monthly_spend: AMOUNT}`"),
    "max_budget": (_SETTINGS, "write `appetite: {max_monthly_spend: AMOUNT}`"),
}
"""The same for a file of settings, which has a place of its own for it."""


def how_to_say(key: str, known: list[str]) -> str:
    """One sentence on what to write for a key of another meaning; empty where none is at hand.

    Where the keys known here are not those that it is said among, the sentence names the place.
    """
    name = key.lower().replace("-", "_")
    for (sibling, _), advice in filter(None, (_ELSEWHERE.get(name), _WANTED.get(name))):
        if not sibling or sibling in known:
            return advice
    if name not in _WANTED:
        return ""
    (_, where), advice = _WANTED[name]
    return f"{where} {advice}"
