"""Secrets that are written into a configuration, found by the key they stand under."""

import re
from collections.abc import Iterator

from msgspec import Struct, structs

from multillm_gov.documents.document import Document
from multillm_gov.documents.secrets.shapes import is_stand_in
from multillm_gov.gateways.litellm.configuration import Configuration, PlacedSetting, variable_of
from multillm_gov.location import Place

_NAMES = re.compile(
    r"(^|_)(api_?keys?|master_key|secret|secret_access_key|access_key_id|access_key|password|passwd"
    r"|token|private_key|client_secret|credentials?|salt_key|license|authorization|webhook_url)$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[a-z][a-z0-9+]{1,20}://[^\s/:@]{0,100}:([^\s/@]{1,300})@", re.IGNORECASE)
_HARMLESS = frozenset(
    {"", "none", "null", "any", "anything", "n/a", "empty", "not-needed", "not_needed", "no-key"}
    | {"ollama", "lm-studio", "local", "string", "true", "false", "key"}
)
_FIELDS = frozenset({"oauth2_config_mappings"})  # values are names of headers
_PUBLIC_KEY, _FEWEST = "sk-1234", 8
_PATH = re.compile(r"[./~]|[A-Za-z]:\\")


class LiteralSecret(Struct, frozen=True):
    """A secret in the file. It has no text: nothing can print it."""

    place: Place
    kind: str
    is_public_example: bool = False


def literal_secrets(configuration: Configuration) -> Iterator[LiteralSecret]:
    """Every value that is a secret by the name of its key or by its form.

    Placeholders (`sk-1234` as a model's key, `fake-key`, templates) are none.
    """
    for setting in configuration.scalars():
        kind = _kind(setting)
        if kind:
            public = setting.value == _PUBLIC_KEY
            yield LiteralSecret(setting.place, kind, public)


def _kind(setting: PlacedSetting) -> str:
    value = setting.value
    steps = [step for step in setting.place.pointer if isinstance(step, str)]
    key = steps[-1] if steps else ""
    if not isinstance(value, str) or variable_of(value) is not None or _FIELDS & {*steps}:
        return ""
    if key == "master_key" and value == _PUBLIC_KEY:
        return "a public key"
    address = _ADDRESS.search(value)
    if address and not _stands_in(address[1]):
        return "a password in an address"
    if _names_secret(key) and not _stands_in(value) and not _is_reference(value):
        return f"a literal value of `{key[:60]}`"
    return ""


def _names_secret(key: str) -> bool:
    """Whether a key is named after a secret: `output_cost_per_token` is not."""
    return _NAMES.search(key) is not None and "cost" not in key


def _stands_in(value: str) -> bool:
    low = value.lower()
    words = re.split(r"[^a-z]+", low)
    return (
        low in _HARMLESS
        or len(value) < _FEWEST
        or is_stand_in(value.encode())
        or any(
            word in {"fake", "dummy", "test", "placeholder", "your", "my", "todo"} for word in words
        )
    )


def _is_reference(value: str) -> bool:
    """A path, a name of a variable in another notation, or a sentence."""
    return bool(_PATH.match(value)) or value.startswith(("$", "{{", "<")) or " " in value.strip()


def masked_documents(configuration: Configuration) -> Configuration:
    """The configuration with stars in its text where literal values of secret keys stand.

    Places stay as they are; what prints a line prints the stars. Placeholders are masked as well.
    """
    spans: dict[str, list[tuple[int, int]]] = {}
    for setting in configuration.scalars():
        steps = [step for step in setting.place.pointer if isinstance(step, str)]
        secret = bool(steps) and _names_secret(steps[-1])
        text = setting.value if isinstance(setting.value, str) else ""
        if not text or variable_of(text) is not None or not (secret or _ADDRESS.search(text)):
            continue
        document = configuration.documents.get(setting.place.path)
        if document is not None:
            spans.setdefault(setting.place.path, []).append(document.offsets(setting.place.pointer))
    documents = {
        path: _masked(document, spans.get(path, []))
        for path, document in configuration.documents.items()
    }
    return structs.replace(configuration, documents=documents)


def _masked(document: Document, spans: list[tuple[int, int]]) -> Document:
    if not spans:
        return document
    content = document.source.content
    parts, at = [], 0
    for start, end in sorted(set(spans)):
        if start < at:
            continue
        parts += [content[at:start], re.sub(r"[^\r\n]", "*", content[start:end])]
        at = end
    source = structs.replace(document.source, content="".join([*parts, content[at:]]), starts=[])
    return structs.replace(document, source=source)
