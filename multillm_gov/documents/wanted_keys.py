"""Keys that people write and no governed file has: how to say what they mean."""

_WANTED: dict[str, tuple[str, str]] = {
    "model": ("route", "Write `route: [{model: MODEL}]`"),
    "models": ("route", "Write `route: [{model: MODEL}, {model: OTHER}]`, with a `weight` each"),
    "primary": ("route", "Write `route: [{model: MODEL}]`"),
    "secondary": ("fallbacks", "Write `fallbacks: [MODEL]`"),
    "backup": ("fallbacks", "Write `fallbacks: [MODEL]`"),
    "budget": ("spend_cap", "Write `spend_cap: {monthly: AMOUNT}`"),
    "max_cost": ("spend_cap", "Write `spend_cap: {monthly: AMOUNT, per_request: AMOUNT}`"),
    "timeout": ("latency", "Write `latency: {p95_seconds: SECONDS, timeout_seconds: SECONDS}`"),
    "sla": ("latency", "Write `latency: {p95_seconds: SECONDS}`; an availability goes into no key"),
    "region": ("data", "Write `data: {residency: [EU]}`: where requests may be processed"),
    "regions": ("data", "Write `data: {residency: [EU]}`: where requests may be processed"),
    "pii": ("data", "Write `data: {classification: confidential}`"),
    "accuracy": ("quality", "Write `quality: {floor: 0.9}`: the least share of acceptable answers"),
    "min_score": (
        "quality",
        "Write `quality: {floor: 0.9}`: the least share of acceptable answers",
    ),
    "volume": (
        "demand",
        "Write `demand: {requests: N, input_tokens: N, output_tokens: N}` a month",
    ),
    "tokens": (
        "demand",
        "Write `demand: {requests: N, input_tokens: N, output_tokens: N}` a month",
    ),
    "context_window": ("needs", "Write `needs: {context_tokens: N}`"),
    "capabilities": ("needs", "Write `needs: {capabilities: [vision]}`"),
    "description": ("purpose", "Write `purpose: TEXT`"),
    "criticality": ("tags", "Write `tags: [critical]`, which policies can select by"),
    "environment": ("tags", "Write `tags: [production]`, which policies can select by"),
    "business_value": (
        "cost_of_wrong_model",
        "Write `cost_of_wrong_model: {value_at_stake: AMOUNT}`, a month",
    ),
    "temperature": ("route", "Leave it to the application: no rule judges how a model is sampled"),
    "expiry": ("expires", "Write `expires: 2026-12-31`"),
    "price": ("usd_per_million_tokens", "Write `usd_per_million_tokens: {input: N, output: N}`"),
    "context": ("max_input_tokens", "Write `max_input_tokens: N`"),
    "deprecation_date": ("retirement", "Write `retirement: {date: 2027-01-31, source: PAGE}`"),
}
"""By key as people write it: a key that stands where it is meant, and the advice."""


def how_to_say(key: str, known: list[str]) -> str:
    """One sentence on what to write for a key of another meaning; empty where none is at hand."""
    sibling, advice = _WANTED.get(key.lower().replace("-", "_"), ("", ""))
    return advice if sibling in known else ""
