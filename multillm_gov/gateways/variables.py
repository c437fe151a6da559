"""Which environment variables hold the key and address of a model, by gateway parameter."""

from multillm_gov.catalog.endpoint_declaration import Endpoint
from multillm_gov.catalog.facts import ModelFacts

_PLAIN = frozenset(
    {
        *(
            "openai",
            "anthropic",
            "gemini",
            "mistral",
            "codestral",
            "groq",
            "cohere",
            "deepseek",
            "xai",
            "cerebras",
        ),
        *(
            "sambanova",
            "voyage",
            "ai21",
            "moonshot",
            "openrouter",
            "novita",
            "replicate",
            "deepinfra",
            "fireworks_ai",
        ),
        *(
            "volcengine",
            "tencent",
            "inception",
            "huggingface",
            "cloudflare",
            "aleph_alpha",
            "baseten",
            "nvidia_nim",
        ),
    }
)
"""LiteLLM's provider names whose key is ``<NAME>_API_KEY``."""
_KEYS = {
    "text-completion-openai": "OPENAI_API_KEY",
    "text-completion-codestral": "CODESTRAL_API_KEY",
    "cohere_chat": "COHERE_API_KEY",
    "together_ai": "TOGETHERAI_API_KEY",
    "perplexity": "PERPLEXITYAI_API_KEY",
}
_AZURE = {
    "api_key": "AZURE_API_KEY",
    "api_base": "AZURE_API_BASE",
    "api_version": "AZURE_API_VERSION",
}
_ADDRESSED = {
    "azure": _AZURE,
    "azure_text": _AZURE,
    "azure_ai": {"api_key": "AZURE_AI_API_KEY", "api_base": "AZURE_AI_API_BASE"},
    "databricks": {"api_key": "DATABRICKS_API_KEY", "api_base": "DATABRICKS_API_BASE"},
}


def references(model: str, facts: ModelFacts | None, endpoint: Endpoint | None) -> dict[str, str]:
    """Names of environment variables by parameter: ``api_key``, ``api_base`` and the like.

    Empty where a cloud signs with the identity of the machine (Bedrock, Vertex), and for a provider
    whose variables are not known here: the gateway then reads its own.

    Args:
        model: LiteLLM's spelling.
        facts: What is known of it, which names the provider of a bare name.
        endpoint: What `catalog/` declares of a model of one's own.
    """
    if endpoint is not None and endpoint.environment is not None:
        prefix = endpoint.environment
        own = {"api_key": f"{prefix}_API_KEY", "api_base": f"{prefix}_API_BASE"}
        azure = endpoint.model.startswith(("azure/", "azure_text/"))
        return {**own, "api_version": f"{prefix}_API_VERSION"} if azure else own
    provider = wire_provider(model, facts)
    if provider in _ADDRESSED:
        return dict(_ADDRESSED[provider])
    key = f"{provider.upper()}_API_KEY" if provider in _PLAIN else _KEYS.get(provider)
    return {"api_key": key} if key else {}


def wire_provider(model: str, facts: ModelFacts | None) -> str:
    """LiteLLM's provider name: the first segment of the model's name, else the known provider."""
    prefix, slash, _ = model.partition("/")
    known = _PLAIN | _KEYS.keys() | _ADDRESSED.keys()
    if slash and (prefix in known or facts is None):
        return prefix
    return facts.exposure.provider if facts is not None else prefix
