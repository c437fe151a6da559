"""Keys that people write and no governed file has: how to say what they mean."""

_WANTED: dict[str, tuple[str, str]] = {
    "model": ("route", "write `route: [{model: MODEL}]`"),
    "models": ("route", "write `route: [{model: MODEL}, {model: OTHER}]`, with a `weight` each"),
    "primary": ("route", "write `route: [{model: MODEL}]`"),
    "secondary": ("fallbacks", "write `fallbacks: [MODEL]`"),
    "backup": ("fallbacks", "write `fallbacks: [MODEL]`"),
    "budget": ("spend_cap", "write `spend_cap: {monthly: AMOUNT}`"),
    "max_cost": ("spend_cap", "write `spend_cap: {monthly: AMOUNT, per_request: AMOUNT}`"),
    "timeout": ("latency", "write `latency: {p95_seconds: SECONDS, timeout_seconds: SECONDS}`"),
    "sla": ("latency", "write `latency: {p95_seconds: SECONDS}`; an availability goes into no key"),
    "region": ("data", "write `data: {residency: [EU]}`: where requests may be processed"),
    "regions": ("data", "write `data: {residency: [EU]}`: where requests may be processed"),
    "pii": ("data", "write `data: {classification: confidential}`"),
    "accuracy": ("quality", "write `quality: {floor: 0.9}`: the least share of acceptable answers"),
    "min_score": (
        "quality",
        "write `quality: {floor: 0.9}`: the least share of acceptable answers",
    ),
    "volume": (
        "demand",
        "write `demand: {requests: N, input_tokens: N, output_tokens: N}` a month",
    ),
    "tokens": (
        "demand",
        "write `demand: {requests: N, input_tokens: N, output_tokens: N}` a month",
    ),
    "context_window": ("needs", "write `needs: {context_tokens: N}`"),
    "capabilities": ("needs", "write `needs: {capabilities: [vision]}`"),
    "description": ("purpose", "write `purpose: TEXT`"),
    "criticality": ("tags", "write `tags: [critical]`, which policies can select by"),
    "environment": ("tags", "write `tags: [production]`, which policies can select by"),
    "business_value": (
        "cost_of_wrong_model",
        "write `cost_of_wrong_model: {value_at_stake: AMOUNT}`, a month",
    ),
    "temperature": ("route", "leave it to the application: no rule judges how a model is sampled"),
    "expiry": ("expires", "write `expires: 2026-12-31`"),
    "price": ("usd_per_million_tokens", "write `usd_per_million_tokens: {input: N, output: N}`"),
    "context": ("max_input_tokens", "write `max_input_tokens: N`"),
    "deprecation_date": ("retirement", "write `retirement: {date: 2027-01-31, source: PAGE}`"),
}
"""By key as people write it: a key that stands where it is meant, and the advice."""


def how_to_say(key: str, known: list[str]) -> str:
    """One sentence on what to write for a key of another meaning; empty where none is at hand."""
    sibling, advice = _WANTED.get(key.lower().replace("-", "_"), ("", ""))
    return advice if sibling in known else ""
