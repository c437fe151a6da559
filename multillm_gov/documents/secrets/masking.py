"""Stars in the place of secrets, in every text on its way out."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar, cast

from msgspec import Struct, structs

from multillm_gov.documents.secrets.search import Secret

T = TypeVar("T")
_HEAD = 6
"""Characters by which a secret is looked up."""
_TELLING = 12
"""First characters from which a cut secret is masked; fewer show the vendor at most."""


class Masks:
    """Masks secrets, whole or cut off at the end, those of several lines line by line."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        self._by_head: defaultdict[str, set[str]] = defaultdict(set)
        self._short: set[str] = set()
        for secret in secrets:
            for line in secret.text.replace("\\n", "\n").splitlines():
                self._add(line.strip(), secret)

    def _add(self, line: str, secret: Secret) -> None:
        if secret.kind == "a password in an address":
            # What people choose may be a common word, which is a secret only where it stands.
            self._short.add(f":{line}@")
        elif len(line) >= _HEAD:
            self._by_head[line[:_HEAD]].add(line)

    def __bool__(self) -> bool:
        return bool(self._by_head or self._short)

    def text(self, text: str) -> str:
        """The text with stars for secrets; as long as before, so that columns still fit."""
        for short in self._short:
            if short in text:
                text = text.replace(short, f":{'*' * (len(short) - 2)}@")
        if not self._by_head or len(text) < _HEAD:
            return text
        parts, at, copied = [], 0, 0
        while at <= len(text) - _HEAD:
            heads = self._by_head.get(text[at : at + _HEAD])
            length = max((_shared(text, at, line) for line in heads), default=0) if heads else 0
            if length:
                parts += [text[copied:at], "*" * length]
                copied = at = at + length
            else:
                at += 1
        return "".join([*parts, text[copied:]]) if parts else text

    def over(self, value: T) -> T:
        """The value with every text in it masked, however deep."""
        return cast("T", self._walk(value)) if self else value

    def _walk(self, value: object) -> object:
        if isinstance(value, str):
            return self.text(value) if type(value) is str else value
        if isinstance(value, tuple | list):
            items = [self._walk(item) for item in value]
            return (
                value
                if all(new is old for new, old in zip(items, value, strict=True))
                else type(value)(items)
            )
        if isinstance(value, dict):
            return {self._walk(key): self._walk(item) for key, item in value.items()}
        if isinstance(value, Struct):
            changed = {
                name: new
                for name in value.__struct_fields__
                if (new := self._walk(old := getattr(value, name))) is not old
            }
            return structs.replace(value, **changed) if changed else value
        return value


def _shared(text: str, at: int, line: str) -> int:
    """Characters of a secret's line that stand at a place; 0 where they are too few to be it."""
    length = next(
        (
            number
            for number in range(_HEAD, min(len(line), len(text) - at))
            if text[at + number] != line[number]
        ),
        min(len(line), len(text) - at),
    )
    return length if length >= min(len(line), _TELLING) else 0


def masked(value: T, *values: Iterable[Secret]) -> T:
    """A finding, report or other value without the secrets found; itself where there are none."""
    secrets = [secret for group in values for secret in group]
    return Masks(secrets).over(value) if secrets else value
