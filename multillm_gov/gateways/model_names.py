"""Names of models in source code, configuration and environment files, found by where they stand.

Only places where the common SDKs take a model count: a parameter, a key or a variable named after
a model, or a call that makes one. A name elsewhere (a comment, a document) is not reported.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from multillm_gov.documents.document import SourceFile, Text
from multillm_gov.location import Location

MOST_NAMES = 20_000
_LONGEST_LINE = 2_000
_KEY = (
    r"(?:[A-Za-z0-9_]*[_-])?(?:model|modelId|modelName|model_id|model_name|engine|deployment_name"
    r"|deployment_id|azure_deployment|azureDeployment|MODEL|MODEL_ID|MODEL_NAME)"
)
_VALUE = r"([A-Za-z0-9][A-Za-z0-9._:/@-]{2,119})"
_NAMED = re.compile(rf"(?<![\w.-])[\"']?{_KEY}[\"']?\s{{0,4}}[:=]\s{{0,4}}[\"'`]{_VALUE}[\"'`]")
_BARE = re.compile(
    rf"^\s{{0,80}}(?:-\s{{1,4}})?(?:export\s)?[\"']?{_KEY}[\"']?\s{{0,4}}[:=]\s{{0,4}}{_VALUE}\s{{0,40}}(?:#.*)?$"
)
_CALLS = re.compile(
    r"\b(?:ChatOpenAI|AzureChatOpenAI|OpenAIEmbeddings|ChatAnthropic|ChatGoogleGenerativeAI"
    r"|ChatMistralAI|ChatBedrock|ChatGroq|init_chat_model|GenerativeModel|getGenerativeModel"
    r"|completion|acompletion|embedding|OpenAIModel|AnthropicModel|GeminiModel|Agent"
    r"|openai|anthropic|google|mistral|bedrock|groq|xai|azure|cohere|vertex)"
    rf"\(\s{{0,4}}(?:model\s{{0,2}}[:=]\s{{0,2}})?[\"'`]{_VALUE}[\"'`]"
)
_LOOKS = re.compile(
    r"(?:[a-z0-9_.-]+[/.])*(?:gpt-\d|gpt-oss|o[134](?:-|$)|chatgpt|claude-|gemini-\d|gemini-(?:pro|flash)"
    r"|gemma|mi[sx]tral|magistral|codestral|ministral|pixtral|llama|deepseek|command-|embed-|rerank-"
    r"|text-embedding|text-davinci|whisper|dall-e|tts-1|qwen|grok-|nova-(?:pro|lite|micro|premier)"
    r"|titan-|sonar|kimi|phi-\d|jamba|voyage-)[A-Za-z0-9.:_@/-]*",
    re.IGNORECASE,
)
_UNQUOTED = (".yaml", ".yml", ".env")


class NamedModel(Struct, frozen=True):
    """A model's name and where it stands."""

    name: str
    location: Location


def find_model_names(file: SourceFile) -> Iterator[NamedModel]:
    """Every name of a model at a call site, each place once; the file is never run."""
    content = file.data.decode("utf-8", "replace")
    text = Text(file.path, content)
    last = file.path.rpartition("/")[2]
    bare = last.endswith(_UNQUOTED) or last.startswith(".env")
    offset = 0
    for line in content.splitlines(keepends=True):
        if len(line) <= _LONGEST_LINE:
            seen: set[int] = set()
            for pattern in (_NAMED, _CALLS, *((_BARE,) if bare else ())):
                for match in pattern.finditer(line.rstrip("\r\n")):
                    start, end = match.span(1)
                    if start not in seen and _LOOKS.fullmatch(match[1]):
                        seen.add(start)
                        yield NamedModel(match[1], text.span(offset + start, offset + end))
        offset += len(line)
