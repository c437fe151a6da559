"""Vectors of an earlier day, kept small, and how well the vectors of today agree with them."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from itertools import groupby
from math import hypot
from statistics import fmean
from typing import Annotated

from msgspec import Meta, Struct

Vector = Sequence[float]
MOST_INPUTS = 16
"""Inputs of a reference set; a pair of any two is ranked, so 8 give 28 pairs."""
_STEPS = 127


class ReferenceVectors(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model's vectors of a few inputs on a day, in eight bits a number, and the texts' digests.

    Rounding to 1/127 of a vector's largest number moves a cosine by some 1e-4; drift that matters
    moves it by more.
    """

    task_class: str
    model: str
    date: date
    dimensions: Annotated[int, Meta(ge=1, le=100_000)]
    norm: float
    """Mean length of the vectors."""
    inputs: Annotated[tuple[str, ...], Meta(max_length=MOST_INPUTS)]
    """``sha256:…`` of each input; the texts are never stored."""
    vectors: Annotated[tuple[str, ...], Meta(max_length=MOST_INPUTS)]
    """Base64 of signed bytes; the scale does not matter to a cosine."""


class Agreement(Struct, frozen=True, kw_only=True):
    """Vectors of today against a reference."""

    ranks: float
    """Spearman's correlation between the cosines of all pairs then and now (-1..1)."""
    least_cosine: float
    """Of one input's vector then and now, the least of all inputs."""
    norm_ratio: float
    """Mean length now over then."""


def digest_of(text: str) -> str:
    """How a reference names an input."""
    return f"sha256:{sha256(text.encode('utf-8', 'replace')).hexdigest()}"


def make_reference(
    task_class: str, model: str, day: date, inputs: Sequence[str], vectors: Sequence[Vector]
) -> ReferenceVectors:
    """A reference of today's vectors, which are as many as the inputs and equally long."""
    return ReferenceVectors(
        task_class=task_class,
        model=model,
        date=day,
        dimensions=len(vectors[0]),
        norm=mean_norm(vectors),
        inputs=tuple(map(digest_of, inputs)),
        vectors=tuple(map(_pack, vectors)),
    )


def compare_vectors(reference: ReferenceVectors, vectors: Sequence[Vector]) -> Agreement:
    """How well vectors of the same inputs, equally long, agree with a reference.

    Raises:
        ValueError: the reference's vectors have another length or number than it says.
    """
    import numpy as np

    sides = [
        np.array([_unpack(text) for text in reference.vectors], float),
        np.array(vectors, float),
    ]
    if sides[0].shape != sides[1].shape:
        raise ValueError("the vectors differ in shape from the reference")
    lengths = [np.linalg.norm(side, axis=1, keepdims=True) for side in sides]
    then, now = (
        side / np.where(length == 0, 1, length) for side, length in zip(sides, lengths, strict=True)
    )
    pairs = np.triu_indices(len(now), 1)
    return Agreement(
        ranks=spearman((then @ then.T)[pairs].tolist(), (now @ now.T)[pairs].tolist()),
        least_cosine=float((then * now).sum(axis=1).min()),
        norm_ratio=float(lengths[1].mean()) / reference.norm if reference.norm else 0.0,
    )


def mean_norm(vectors: Sequence[Vector]) -> float:
    """Mean Euclidean length."""
    return fmean(hypot(*vector) for vector in vectors)


def spearman(first: Vector, second: Vector) -> float:
    """Spearman's rank correlation (-1..1): Pearson's on the ranks, ties at their mean rank.

    Figures of one side that are all equal have no ranking to agree with, so they agree only with
    figures that are all equal too.
    """
    sides = [_ranks(first), _ranks(second)]
    middle = (len(first) - 1) / 2
    spread = [sum((rank - middle) ** 2 for rank in side) for side in sides]
    if not all(spread):
        return 0.0 if any(spread) else 1.0
    shared = sum((each - middle) * (two - middle) for each, two in zip(*sides, strict=True))
    return float(shared / (spread[0] * spread[1]) ** 0.5)


def _ranks(values: Vector) -> list[float]:
    """Rank of each value, from 0; equal values share their mean rank."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    start = 0
    for _, group in groupby(order, key=values.__getitem__):
        members = list(group)
        for member in members:
            ranks[member] = start + (len(members) - 1) / 2
        start += len(members)
    return ranks


def _pack(vector: Vector) -> str:
    largest = max(map(abs, vector), default=0.0) or 1.0
    return b64encode(bytes(round(number / largest * _STEPS) & 0xFF for number in vector)).decode()


def _unpack(text: str) -> list[int]:
    return [byte - 256 if byte > _STEPS else byte for byte in b64decode(text, validate=True)]
