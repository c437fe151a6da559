"""The lock: same facts, same bytes; broken ones are told where."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.catalog.lock import Lock, encode_lock, read_lock
from multillm_gov.catalog.locking import build_lock, lock_changes
from multillm_gov.catalog.overrides import Overrides
from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.layout import LOCK

NAMES = (
    "anthropic/claude-3-5-sonnet-20241022",
    "openai/gpt-4o",
    "gemini/gemini-2.5-pro",
    "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "text-embedding-3-small",
    "no-such-model",
)


@pytest.fixture(scope="module")
def lock(price_map, as_of) -> Lock:
    return build_lock(NAMES, Overrides(), price_map, as_of)


@pytest.fixture(scope="module")
def data(lock) -> bytes:
    return encode_lock(lock)


def test_a_lock_reads_back_as_it_was(lock, data):
    read, flaws = read_lock(SourceFile(LOCK, data))
    assert flaws == ()
    assert msgspec.structs.replace(read, digest="") == lock


def test_every_model_of_the_map_survives_the_lock(price_map, as_of):
    lock = build_lock(price_map.names[::7], Overrides(), price_map, as_of)
    read, flaws = read_lock(SourceFile(LOCK, encode_lock(lock)))
    assert flaws == ()
    assert read.models == lock.models
    assert len(lock.models) > 500


def test_order_of_names_does_not_matter(price_map, as_of, data):
    assert encode_lock(build_lock(reversed(NAMES), Overrides(), price_map, as_of)) == data


def test_it_is_canonical_json(data):
    assert data.endswith(b"}\n")
    plain = json.loads(data)
    assert list(plain) == sorted(plain)
    assert list(plain["models"]) == sorted(plain["models"])
    assert b"E-" not in data, "amounts are written out"


def test_it_holds_the_models_and_their_successors_and_no_unknown_ones(lock):
    assert set(NAMES) - set(lock.models) == {"no-such-model"}
    successor = lock.models[NAMES[0]].lifecycle.successor.model
    assert successor in lock.models
    assert lock.typical["claude/chat"].models > 50


def test_bases_of_own_models_are_locked(overrides, price_map, as_of):
    found, _ = overrides("models: {a: {base: b}, b: {base: gpt-4o-mini, successor: gpt-4.1-mini}}")
    assert {"gpt-4o-mini", "gpt-4.1-mini"} <= set(build_lock(["a"], found, price_map, as_of).models)


def test_windows_line_ends_are_forgiven(data):
    assert read_lock(SourceFile(LOCK, data.replace(b"\n", b"\r\n")))[0] is not None


def _line(data: bytes, text: bytes) -> int:
    return next(number for number, line in enumerate(data.splitlines(), 1) if text in line)


def test_an_edit_by_hand_is_noticed(data):
    edited = data.replace(b'"0.000003"', b'"0.000002"', 1)
    assert edited != data
    lock, (flaw,) = read_lock(SourceFile(LOCK, edited))
    assert lock is None
    assert "by hand" in flaw.message
    assert flaw.location.line == _line(edited, b'"digest"')
    assert "govern catalog lock" in flaw.remedy


def test_another_format_is_refused_with_both_numbers(data):
    lock, (flaw,) = read_lock(SourceFile(LOCK, data.replace(b'"format": 2', b'"format": 9')))
    assert lock is None
    assert "format 2" in flaw.message
    assert "format 9" in flaw.message


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        (b"", 1),
        (b"[]", 1),
        (b'{\n"format": 2,\n!', 3),
        (b'{\n  "format": "x"\n}', 2),
        (b"\xff\xfe", 1),
        (b"[" * 9000, 1),
    ],
)
def test_a_garbled_lock_is_a_located_flaw(broken, line):
    lock, (flaw,) = read_lock(SourceFile(LOCK, broken))
    assert lock is None
    assert flaw.kind == "schema"
    assert (flaw.location.path, flaw.location.line) == (LOCK, line)


def test_an_unknown_key_is_refused(data):
    lock, flaws = read_lock(
        SourceFile(LOCK, data.replace(b'"format": 2', b'"evil": 1, "format": 1'))
    )
    assert lock is None
    assert flaws


@given(st.data())
def test_no_damaged_lock_passes_or_crashes(data, choice):
    position = choice.draw(st.integers(0, len(data) - 1))
    byte = choice.draw(st.integers(0, 255))
    damaged = data[:position] + bytes([byte]) + data[position + 1 :]
    lock, flaws = read_lock(SourceFile(LOCK, damaged))
    assert (lock is None) == bool(flaws)
    assert (
        lock is None
        or damaged == data
        or damaged.split() == data.split()
        or damaged.strip() == data.strip()
    )


def test_what_moved_is_told(lock, small_map, as_of):
    entry = {
        "litellm_provider": "openai",
        "mode": "chat",
        "input_cost_per_token": 1e-6,
        "output_cost_per_token": 2e-6,
    }
    before = build_lock(
        ["gpt-x", "gpt-y"], Overrides(), small_map({"gpt-x": entry, "gpt-y": entry}, "1.0.0"), as_of
    )
    dearer = {**entry, "input_cost_per_token": 1.5e-6, "deprecation_date": "2027-01-01", "rpm": 3}
    after = build_lock(
        ["gpt-x", "gpt-z"],
        Overrides(),
        small_map({"gpt-x": dearer, "gpt-z": {**entry, "rpm": 9}}, "2.0.0"),
        as_of,
    )
    assert lock_changes(before, before) == ()
    assert lock_changes(before, after) == (
        "gpt-x: input 1.00 USD → 1.50 USD per million tokens (+50%)",
        "gpt-x: retirement not known → 2027-01-01",
        "gpt-y: removed",
        "gpt-z: added",
        "litellm 1.0.0 → 2.0.0",
    )
    assert "gpt-x: added" in lock_changes(None, before)


def test_a_moved_fact_without_words_of_its_own_is_named(small_map, as_of):
    locks = [
        build_lock(
            ["gpt-x"],
            Overrides(),
            small_map({"gpt-x": {"litellm_provider": "openai", "rpm": rpm}}),
            as_of,
        )
        for rpm in (1, 2)
    ]
    assert lock_changes(*locks)[0] == "gpt-x: requests per minute changed"
    assert lock_changes(*locks)[1].startswith("price map ")
