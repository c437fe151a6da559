"""Candidates for an unknown name, in bounded time."""

import re
from collections import Counter
from collections.abc import Callable, Iterable

LONGEST = 100
"""Characters of an unknown name that are looked at."""
MOST_UNKNOWN = 500
"""Unknown names that get suggestions; a portfolio with more has another problem."""
MOST = 3
"""Candidates given for one name."""
_MOST_NEAR = 25
_LEAST = 0.6
_FEWEST_LETTERS = 4
_MISSPELLED = 0.88
"""Least likeness of a free name to a known one that it misspells: one letter of eight."""

FREE_PREFIXES = frozenset(
    {
        "azure",
        "azure_ai",
        "bedrock",
        "custom",
        "custom_openai",
        "databricks",
        "docker_model_runner",
        "hosted_vllm",
        "huggingface",
        "litellm_proxy",
        "llamafile",
        "lm_studio",
        "nvidia_nim",
        "ollama",
        "ollama_chat",
        "openai",
        "openai_like",
        "sagemaker",
        "sagemaker_chat",
        "snowflake",
        "triton",
        "vertex_ai",
        "vllm",
        "watsonx",
        "xinference",
    }
)
"""Prefixes behind which a customer's own names stand: deployments, endpoints, servers."""


def is_free(name: str) -> bool:
    """Whether the name may be one that a customer gave, which no price map can know."""
    prefix, slash, _ = name.partition("/")
    return bool(slash) and prefix.lower() in FREE_PREFIXES


class Suggestions:
    """Compares by pairs of letters (Dice's coefficient), through an index from pairs to names."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(set(names))
        self._sizes: list[int] = []
        self._holders: dict[str, list[int]] = {}
        for number, name in enumerate(self._names):
            pairs = _pairs(name)
            self._sizes.append(len(pairs))
            for pair in pairs:
                self._holders.setdefault(pair, []).append(number)

    def near(self, name: str) -> tuple[str, ...]:
        """Known names with the same prefix, or likewise without any, nearest first.

        A name that a customer may have given is like none of them unless it is a misspelling.
        """
        wanted = _pairs(name[:LONGEST])
        shared: Counter[int] = Counter()
        for pair in wanted:
            shared.update(self._holders.get(pair, ()))
        prefix = name.partition("/")[0] + "/" if "/" in name else ""
        scored = []
        for number, count in shared.most_common(600):
            likeness = 2 * count / (self._sizes[number] + len(wanted))
            known = self._names[number]
            alike = known.startswith(prefix) if prefix else "/" not in known
            if alike and likeness >= _LEAST:
                scored.append((-likeness, len(known), known))
        nearest = tuple(known for _, _, known in sorted(scored)[:_MOST_NEAR])
        return tuple(filter(_misspelled_as(name), nearest)) if is_free(name) else nearest

    def behind(self, name: str) -> tuple[str, ...]:
        """Known models with the name's prefix whose own name stands in it, longest first.

        `azure/my-gpt4o-prod` may be a deployment of `azure/gpt-4o`; `azure/gpt-5-prod` is none of
        `azure/gpt-5-pro`, which ends within a word of it.
        """
        prefix, _, own = name[:LONGEST].partition("/")
        whole = _spans_of_whole_words(own)
        inside = [
            known
            for known in self._names
            if known.startswith(f"{prefix}/")
            and known.count("/") == 1
            and len(base := _letters(known.partition("/")[2])) >= _FEWEST_LETTERS
            and base in whole
        ]
        return tuple(sorted(inside, key=lambda known: (-len(_letters(known)), len(known), known)))


def _misspelled_as(name: str) -> Callable[[str], bool]:
    """Whether a known name is what another misspells, prefixes aside."""
    from difflib import SequenceMatcher  # needed for a misspelling only

    compared = SequenceMatcher(autojunk=False)
    compared.set_seq2(_letters(name[:LONGEST].partition("/")[2]))

    def alike(known: str) -> bool:
        compared.set_seq1(_letters(known.partition("/")[2]))
        return compared.quick_ratio() >= _MISSPELLED and compared.ratio() >= _MISSPELLED

    return alike


def _spans_of_whole_words(own: str) -> frozenset[str]:
    """The letters of every run of neighboring words."""
    words = re.findall("[a-z0-9]+", own.lower())
    return frozenset(
        "".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, len(words) + 1)
    )


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _pairs(name: str) -> frozenset[str]:
    text = f"^{name.lower().replace('.', '-').replace('_', '-')}$"
    return frozenset(text[start : start + 2] for start in range(len(text) - 1))
