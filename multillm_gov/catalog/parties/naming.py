"""Parts of model names: provider, region, namespace, and the model's own name on every host."""

import re

import msgspec

from multillm_gov.catalog.parties.providers import Provider, provider_prefixed
from multillm_gov.catalog.parties.regions import GEOGRAPHIES, places_of
from multillm_gov.catalog.parties.vendors import vendor_of, vendor_of_namespace

LONGEST_NAME = 300
"""Characters looked at; a longer name is cut first, so that hostile names cost no time."""

_ROUTES = frozenset(
    {
        "accounts",
        "fireworks",
        "models",
        "routers",
        "converse",
        "converse_like",
        "invoke",
        "async_invoke",
    }
)
_ROUTES |= {
    "mantle",
    "claude_platform",
    "openai",
    "@cf",
    "@hf",
    "@oi",
    "ps",
    "query",
    "custom",
    "deployed",
    "speech",
}
"""Segments between provider and model that are neither."""
_SKIPPED = frozenset({"community", "query"})
_DATES = re.compile(
    r"-(?:20\d\d-\d\d-\d\d|20[2-3]\d[01]\d[0-3]\d|(?:0[1-9]|1[0-2])-20\d\d"
    r"|2[3-9](?:0[1-9]|1[0-2])(?:[0-3]\d)?"
    r"|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?<=preview-)\d\d-\d\d|(?<=exp-)\d\d-\d\d)(?=-|$)"
)
_PREVIEW_DAY = re.compile(r"-(preview|exp)-\d\d-\d\d(?=-|$)")
_BEDROCK_VERSION = re.compile(r"-v?\d+(?::\d+)?(?::\d+k)?$")
_KEEPS_VERSION = ("titan", "embed", "rerank", "command-text", "command-light-text", "stable-")
_HOSTING = re.compile(
    r"-(?:latest|default|maas|instruct|it|hf|versatile|fp8|fp8-dynamic|fp4|fp8-fast|nvfp4|mxfp4?"
    r"|bf16|fp16|int8|awq|gguf"
    r"|q\d\w*|tee|basic|serverless|cloud|mtp)$"
)
_VARIANT = re.compile(r":(?:free|beta|nitro|extended|thinking|floor|online|exacto|\d+k)$")
_CLAUDE_OLD = re.compile(r"^(claude(?:-instant)?)-v(\d)(?::(\d))?$")
_OWNER = re.compile(
    r"^(?:databricks|system-ai|meta|openai|anthropic|alibaba|snowflake|nvidia|fw|cohere|zai|cc|coding"
    r"|google|xiaomi)-"
)
_CLAUDE_TURNED = re.compile(r"^claude-([4-9])(?:-(\d))?-(opus|sonnet|haiku)\b")
_LLAMA = re.compile(r"^(?:meta-)?llama-?v?(?=\d)")
_LLAMA_FOUR = re.compile(r"^(llama-4-(?:scout|maverick)).*")
_POINT = re.compile(r"(?<![\d.])([a-z]?\d{1,2})-(\d{1,2})(?=-|$)")
_P_POINT = re.compile(r"(?<=\d)p(?=\d)")


class NameParts(msgspec.Struct, frozen=True, kw_only=True):
    """A model name taken apart."""

    provider: Provider | None
    """What the first segment means; ``None`` where the name has no known prefix."""
    region: str = ""
    """Region, geography or zone as written (``eu``, ``us-gov``, ``eu-central-1``)."""
    namespace: str = ""
    """Organization written before the model (``anthropic``, ``meta-llama``)."""
    base: str
    """What remains: the model as the host spells it."""
    path: tuple[str, ...] = ()
    """All segments after the provider: some hosts write a task or size after the model."""


def take_apart(name: str) -> NameParts:
    """Split a model name as routed, or as the price map spells it, into its parts."""
    segments = [part for part in name[:LONGEST_NAME].split("/") if part]
    if not segments:
        return NameParts(provider=None, base=name[:LONGEST_NAME])
    provider = provider_prefixed(segments[0]) if len(segments) > 1 else None
    if provider is not None or (len(segments) > 2 and segments[0] not in _ROUTES):
        segments = segments[1:]
    region = next((part for part in segments[:-1] if places_of(part)), "")
    while len(segments) > 1 and segments[-1] in _SKIPPED:
        segments = segments[:-1]
    base = segments[-1]
    namespace = next(
        (part for part in reversed(segments[:-1]) if part not in _ROUTES and not places_of(part)),
        "",
    )
    if namespace.startswith("arn:"):
        region, namespace = _arn_region(namespace), ""
    geography, point, rest = base.partition(".")
    if point and geography in GEOGRAPHIES and "." in rest:
        region, base = geography, rest  # an inference profile routes over its whole geography
    owner, point, rest = base.partition(".")
    if point and rest and vendor_of_namespace(owner) is not None:
        namespace, base = owner, rest
    if namespace == "deepseek" and re.match(r"[vr]\d", base):
        base = f"deepseek-{base}"  # Bedrock writes `deepseek.v3.2`
    return NameParts(
        provider=provider, region=region, namespace=namespace, base=base, path=tuple(segments)
    )


_PLACED = ("foundation-model", "custom-model", "imported-model", "provisioned-model")
"""Kinds of Bedrock resources that answer in the region of their ARN; a profile may route onward."""


def _arn_region(arn: str) -> str:
    """The region of ``arn:aws:bedrock:REGION:ACCOUNT:KIND``; empty where it does not bind."""
    fields = arn.split(":")
    return fields[3] if len(fields) > 5 and fields[5].startswith(_PLACED) else ""


def canonical_name(base: str, provider: Provider | None = None) -> str:
    """The model's own name without host, region and date: ``claude-sonnet-4-5``, ``gpt-4.1-mini``.

    Aliases, dated snapshots, regional and cross-hosted names of one model give the same result.
    """
    name = base[:LONGEST_NAME].lower().partition("@")[0]
    tuned, name = ("ft:", name[3:].partition(":")[0]) if name.startswith("ft:") else ("", name)
    name = _VARIANT.sub("", name)
    name = _CLAUDE_OLD.sub(_claude_version, name)
    if provider is not None and provider.id in {"bedrock", "amazon_nova"}:
        name = _without_bedrock_version(name)
    name = name.replace("_", "-").replace(":", "-").replace(" ", "-")
    name = _P_POINT.sub(".", name)
    owned = _OWNER.sub("", name)
    if owned != name and vendor_of(owned) is not None:
        name = owned
    for suffix in provider.suffixes if provider is not None else ():
        name = name.removesuffix(suffix)
    name = _without_date(name)
    shorter = _HOSTING.sub("", name)
    while name not in {shorter, "chat-latest"}:
        name, shorter = shorter, _HOSTING.sub("", shorter)
    return tuned + _spelled(name)


def _without_bedrock_version(name: str) -> str:
    if name.startswith(_KEEPS_VERSION):
        return name.removesuffix(":0")
    if re.search(r"-v0:\d$", name):
        return name.replace(":", ".")  # `mistral-7b-instruct-v0:2` is version 0.2
    return _BEDROCK_VERSION.sub("", name) if re.search(r"-v\d|:\d", name) else name


def _claude_version(match: re.Match[str]) -> str:
    name, major, minor = match.groups()
    return f"{name}-{major}" + (f"-{minor}" if minor and minor != "0" else "")


def _without_date(name: str) -> str:
    name = _PREVIEW_DAY.sub(r"-\1", name)
    name = _DATES.sub("", name)
    return re.sub(r"-00\d$", "", name) if re.match(r"gemini-\d", name) else name


def _spelled(name: str) -> str:
    """Versions as the vendor writes them: Anthropic with dashes, everyone else with points."""
    if name.startswith("claude"):
        dashed = re.sub(r"(?<=\d)\.(?=\d)", "-", name)
        dashed = re.sub(r"^(claude-3-\d-\w+)-v\d$", r"\1", dashed)
        return _CLAUDE_TURNED.sub(
            lambda m: f"claude-{m[3]}-{m[1]}" + (f"-{m[2]}" if m[2] else ""), dashed
        )
    name = _LLAMA.sub("llama-", name)
    name = _POINT.sub(r"\1.\2", name)
    name = re.sub(r"-v-?(\d+)\.0(?=-|$)", r"-v\1", name)
    name = re.sub(r"^gpt-35", "gpt-3.5", name)
    return _LLAMA_FOUR.sub(r"\1", name)
