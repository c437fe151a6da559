"""The portfolio that the real proxy runs in `tests/gateway`: a task class for each thing shown."""

from datetime import date
from typing import get_args

from multillm_gov.evidence.drill_record import Fault

DAY = date(2026, 11, 24)
FAULTS: tuple[Fault, ...] = get_args(Fault)
ROUTES = ("chat", "responses", "messages", "embeddings")
CAP = 0.05
"""US dollars a month, of every capped task class."""

_MODEL = """\
  own/{name}:
    mode: {mode}
    usd_per_million_tokens: {{{prices}}}
    max_input_tokens: 100000
    max_output_tokens: 10000
    exposure: {{family: own, vendor: example, provider: own, cloud: own, jurisdiction: DE}}
    endpoint: {{model: {wire}/own-{name}, environment: OWN}}
"""
_CHEAP, _DEAR = "input: 1, output: 2", "input: 1000, output: 1000"


def proxied_catalog() -> str:
    names = [*(f"w{n}" for n in (1, 2, 3)), "f2", "f3", *(f"{fault}" for fault in FAULTS)]
    chats = [(name, "chat", _CHEAP, "hosted_vllm") for name in (*names, "down1", "down2", "down3")]
    dear = [(name, "chat", _DEAR, "hosted_vllm") for name in ("dear", "spare")]
    embeds = [("embed", "embedding", "input: 1000", "openai")]
    rows = [
        _MODEL.format(name=name, mode=mode, prices=prices, wire=wire)
        for name, mode, prices, wire in (*chats, *dear, *embeds)
    ]
    return "models:\n" + "".join(rows)


def proxied_allocation() -> str:
    faults = "".join(
        f"  fault-{fault}:\n    route: [{{model: own/{fault}}}]\n"
        "    fallbacks: [own/f2, own/f3]\n"
        "    latency: {p95_seconds: 20, timeout_seconds: 2}\n"
        for fault in FAULTS
    )
    capped = "".join(
        f"  capped-{route}:\n    route: [{{model: own/dear}}]\n"
        f"    spend_cap: {{monthly: {CAP}}}\n    latency: {{p95_seconds: 20}}\n"
        for route in ROUTES
        if route != "embeddings"
    )
    return (
        "owner: platform\ntask_classes:\n"
        "  weighted:\n    route:\n"
        "      - {model: own/w1, weight: 70}\n      - {model: own/w2, weight: 20}\n"
        "      - {model: own/w3, weight: 10}\n    latency: {p95_seconds: 60}\n"
        "  down:\n    route: [{model: own/down1}]\n    fallbacks: [own/down2, own/down3]\n"
        "    latency: {p95_seconds: 20, timeout_seconds: 10}\n"
        "  drilled:\n    route: [{model: own/w1}]\n    fallbacks: [own/f2, own/f3]\n"
        "    latency: {p95_seconds: 20}\n    demand: {requests: 10, input_tokens: 10, "
        "output_tokens: 10, max_output_tokens: 50}\n"
        f"{faults}{capped}"
        "  capped-embeddings:\n    mode: embedding\n    route: [{model: own/embed}]\n"
        f"    spend_cap: {{monthly: {CAP}}}\n    latency: {{p95_seconds: 20}}\n"
        "  capped-chain:\n    route: [{model: own/dear}]\n    fallbacks: [own/spare]\n"
        f"    spend_cap: {{monthly: {CAP}}}\n    latency: {{p95_seconds: 20}}\n"
    )
