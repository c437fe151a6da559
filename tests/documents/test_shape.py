"""What is said of a value that does not fit its type, and where."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import pytest
from msgspec import Meta, Struct

from multillm_gov.documents.explaining import MAX_SCHEMA_FLAWS
from multillm_gov.documents.shape import convert
from multillm_gov.portfolio.allocation import AllocationFile, RouteEntry, TaskClassDeclaration
from multillm_gov.portfolio.policy import PolicyDeclaration
from multillm_gov.portfolio.settings import Settings

TASK = """\
owner: growth
task_classes:
  t:
    route: [{model: m}]
    %s
"""


@pytest.fixture
def misfit(read):
    """Flaws of an allocation whose task class has one more line, as (line, column, message,
    remedy)."""

    def flaws_of(line, text=TASK):
        document, _ = read(text % line if "%s" in text else text)
        value, flaws = convert(document, (), AllocationFile)
        assert value is None
        assert {flaw.kind for flaw in flaws} == {"schema"}
        return [
            (flaw.location.line, flaw.location.column, flaw.message, flaw.remedy) for flaw in flaws
        ]

    return flaws_of


def test_a_sound_file_becomes_its_type(read):
    document, _ = read(
        TASK
        % "spend_cap: {monthly: 0.1}\n    review: {last: 2026-10-01}\n    demand: {requests: 1e5}"
    )
    file, flaws = convert(document, (), AllocationFile)
    assert flaws == ()
    declared = file.task_classes["t"]
    assert declared.spend_cap.monthly == Decimal("0.1")
    assert declared.review.last == date(2026, 10, 1)
    assert declared.demand.requests == 100_000
    assert convert(document, ("task_classes", "t", "route", 0), RouteEntry)[0] == RouteEntry(
        model="m"
    )


@pytest.mark.parametrize(
    ("line", "column", "message", "remedy"),
    [
        (
            "demnd: {requests: 1}",
            5,
            "unknown key `demnd`; did you mean `demand`?",
            "Write `demand`",
        ),
        (
            "fall_backs: []",
            5,
            "unknown key `fall_backs`; did you mean `fallbacks`?",
            "Write `fallbacks`",
        ),
        (
            "xyzzy: 1",
            5,
            "unknown key `xyzzy`",
            "Remove it; known keys: `route`, `title`, `purpose`",
        ),
        (
            "mode: chatt",
            11,
            'text "chatt" is not allowed; did you mean `chat`?',
            "allowed: `audio_speech`",
        ),
        ("mode: 3", 11, "`mode`: the number 3 is not allowed", "Write one of `audio_speech`"),
        ("needs: {capabilities: [vision, vison]}", 36, "did you mean `vision`?", "Write `vision`"),
        ("quality: {}", 5, "key `floor` is missing in `quality`", "Add `floor: 0.5`."),
        (
            "review: {every_months: 3}",
            5,
            "key `last` is missing in `review`",
            "Add `last: 2026-01-31`.",
        ),
        (
            'demand: {requests: "12"}',
            24,
            '`requests`: expected a whole number, got text "12"',
            "quotes: 12.",
        ),
        (
            "demand: {requests: 1.5}",
            24,
            "expected a whole number, got the number 1.5",
            "such as `1000`",
        ),
        (
            "demand: {requests: true}",
            24,
            "expected a whole number, got true",
            "Write a whole number",
        ),
        (
            "demand: {requests: 1_000}",
            24,
            'expected a whole number, got text "1_000"',
            "Write 1000",
        ),
        ("demand: {requests: -1}", 24, "-1 is out of range: the least allowed is 0", "0 or more"),
        ("demand: {requests: 1e13}", 24, "the most allowed is 1,000,000,000,000", "or less"),
        ("latency: {p95_seconds: 0}", 28, "0 is out of range: it must be above 0", "above 0"),
        ("spend_cap: {monthly: -5}", 26, "-5 is out of range: the least allowed is 0", "0 or more"),
        (
            "spend_cap: {monthly: a lot}",
            26,
            'expected a number, got text "a lot"',
            "such as `1000`",
        ),
        ("spend_cap:", 15, "`spend_cap`: expected a mapping, got nothing", "or remove the key"),
        ("quality: 0.8", 14, "expected a mapping, got the number 0.8", "such as `{floor: 0.5}`"),
        ("fallbacks: gpt-5", 16, 'expected a list, got text "gpt-5"', "[gpt-5]"),
        ("purpose: [a]", 14, "`purpose`: expected text, got a list", "Write text"),
        ("prompt: 12", 13, "`prompt`: expected text, got the number 12", 'Quote it: "12".'),
        ("prompt: ''", 13, "it holds nothing; at least 1 character must be there", "at least 1"),
        ("review: {last: 2026-13-01}", 20, "`2026-13-01` is no date", "year-month-day"),
        ("tags: [ok, -x]", 16, "text `-x` does not fit: A name: up to 100 letters", "matches `^"),
        (
            "data: {residency: [eu]}",
            24,
            "text `eu` does not fit: 2 to 6 capital letters",
            "matches `^",
        ),
        (
            "fallbacks: [" + "m, " * 51 + "]",
            16,
            "it holds 51 items; at most 50 items may be there",
            "Shorten",
        ),
    ],
)
def test_one_plain_message_at_the_exact_place(misfit, line, column, message, remedy):
    ((row, found, said, mend),) = misfit(line)
    assert (row, found) == (5, column)
    assert message in said
    assert remedy in mend


@pytest.mark.parametrize(
    ("written", "mended"), [("openai/gpt-5", "{model: openai/gpt-5}"), ("'a: b}'", "{model: …}")]
)
def test_a_route_that_is_one_model_is_mended_to_what_fits(misfit, read, written, mended):
    ((_, _, message, remedy),) = misfit("", f"task_classes:\n  t:\n    route: {written}\n")
    assert "`route`: expected a list, got text" in message
    assert remedy == f"Write it as a list: [{mended}]."
    document, _ = read(f"task_classes:\n  t:\n    route: [{mended}]\n")
    assert convert(document, (), AllocationFile)[1] == ()


def test_a_missing_key_is_reported_at_its_parents_key(misfit):
    assert misfit("", "task_classes:\n  t: {purpose: x}\n") == [
        (2, 3, "key `route` is missing in `t`", "Add `route: [{model: …}]`.")
    ]
    assert misfit("", "task_classes:\n  t:\n    route:\n      - model: a\n      - weight: 3\n")[0][
        :3
    ] == (
        5,
        9,
        "key `model` is missing in item 2 of `route`",
    )
    assert misfit("", "owner: x\n")[0][:3] == (1, 1, "key `task_classes` is missing")
    assert misfit("", "")[0][:2] == (1, 1)


def test_a_misspelt_required_key_is_one_mistake(misfit):
    ((line, column, message, _),) = misfit("", "task_classes:\n  t: {rute: [{model: m}]}\n")
    assert (line, column) == (2, 7)
    assert "did you mean `route`?" in message


def test_a_bad_name_is_reported_at_the_key(misfit):
    ((line, column, message, _),) = misfit("", "task_classes:\n  'a b': {route: [{model: m}]}\n")
    assert (line, column) == (2, 3)
    assert "key `a b` does not fit" in message


@pytest.mark.parametrize(
    ("text", "got"),
    [("[1]", "a list"), ("12", "the number 12"), ("x", 'text "x"'), ("[]", "empty")],
)
def test_a_file_of_another_shape_is_one_flaw(misfit, text, got):
    ((line, column, message, _),) = misfit("", text)
    assert (line, column) == (1, 1)
    assert "expected a mapping" in message
    assert got in message


def test_every_mistake_is_told_in_order_of_place_with_its_subject(read):
    document, _ = read("task_classes:\n  b: {route: 1}\n  a: {route: [], x: 1}\nzz: 1\n")
    _, flaws = convert(document, (), AllocationFile)
    assert [(flaw.location.line, flaw.location.column, flaw.subject) for flaw in flaws] == [
        (2, 14, "b"),
        (3, 14, "a"),
        (3, 18, "a"),
        (4, 1, ""),
    ]


def test_flaws_are_bounded(read):
    document, _ = read("task_classes:\n" + "".join(f"  t{number}: 1\n" for number in range(3_000)))
    _, flaws = convert(document, (), AllocationFile)
    assert len(flaws) == MAX_SCHEMA_FLAWS


def test_without_explaining_nothing_is_looked_for(read):
    document, _ = read("task_classes: {t: {}}")
    assert convert(document, ("task_classes", "t"), TaskClassDeclaration, explain=False) == (
        None,
        (),
    )


def test_a_part_of_a_mapping_keeps_its_places(read):
    document, _ = read("policies:\n  p:\n    max_share: 2\n    rule: 3\n")
    declared, flaws = convert(document, ("policies", "p"), PolicyDeclaration, value={"rule": 3})
    assert declared is None
    assert [(flaw.location.line, flaw.location.column, flaw.subject) for flaw in flaws] == [
        (4, 11, "p")
    ]
    document, _ = read("policies:\n  p:\n    max_share: 2\n")
    _, flaws = convert(document, ("policies", "p"), PolicyDeclaration, value={})
    assert [(flaw.location.line, flaw.location.column) for flaw in flaws] == [(2, 3)]


class Cat(Struct, tag="cat", tag_field="kind", forbid_unknown_fields=True):
    lives: Annotated[int, Meta(le=9)]


class Choice(Struct, forbid_unknown_fields=True):
    size: int | bool | None = None
    many: tuple[int, ...] | str = ()
    pet: Cat | None = None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("size: x", "expected a whole number or true or false, got text"),
        ("many: [1, x]", "expected a whole number, got text"),
        ("many: 3", "expected a list or text, got the number 3"),
        ("pet: {kind: cat, lives: 10}", "10 is out of range: the most allowed is 9"),
        ("pet: {kind: cat, live: 1}", "unknown key `live`; did you mean `lives`?"),
    ],
)
def test_a_union_gives_one_message_for_the_branch_that_was_meant(read, text, message):
    document, _ = read(text)
    value, (flaw,) = convert(document, (), Choice)
    assert value is None
    assert message in flaw.message


def test_what_only_the_decoder_refuses_is_not_lost(read):
    class Odd(Struct):
        inner: dict[str, int]

        def __post_init__(self):
            if len(self.inner) > 1:
                raise ValueError("one is enough")

    class Holder(Struct):
        items: tuple[Odd, ...]

    document, _ = read("items:\n  - inner: {a: 1}\n  - inner: {a: 1, b: 2}\n")
    value, (flaw,) = convert(document, (), Holder)
    assert value is None
    assert "one is enough" in flaw.message
    assert flaw.location.line == 3


def test_what_only_the_decoder_refuses_is_reported_at_each_entry_of_a_mapping(read):
    """The decoder does not name the entry: `$.task_classes[...].demand`."""
    shares = "demand: {requests: 1, batch_share: 0.7, flex_share: 0.6}"
    document, _ = read(
        TASK % shares
        + "  sound: {route: [{model: m}], demand: {requests: 1, batch_share: 1}}\n"
        + "  u:\n    route: [{model: m}]\n"
        + "    demand: {requests: 1, batch_share: 1, flex_share: 1}\n"
    )
    value, flaws = convert(document, (), AllocationFile)
    assert value is None
    assert [(flaw.location.line, flaw.subject, flaw.message) for flaw in flaws] == [
        (5, "t", "`batch_share`, `flex_share` add up to 1.3; the most allowed is 1"),
        (9, "u", "`batch_share`, `flex_share` add up to 2; the most allowed is 1"),
    ]


@pytest.mark.parametrize(("shares", "total"), [((0.1,), "0.1"), ((0.5, 0.6), "1.1")])
def test_sizes_that_are_not_all_requests_are_refused(misfit, shares, total):
    """Else a histogram of a tenth of the requests would cost a tenth."""
    sizes = ", ".join(f"{{share: {share}, input_tokens: 10}}" for share in shares)
    ((line, _, message, _),) = misfit(f"demand: {{requests: 1, sizes: [{sizes}]}}")
    assert (line, message) == (5, f"the shares of `sizes` add up to {total}, not to 1")


def test_thirds_of_sizes_are_accepted(read):
    third = "{share: 0.33, input_tokens: 10}"
    document, _ = read(TASK % f"demand: {{requests: 1, sizes: [{third}, {third}, {third}]}}")
    assert convert(document, (), AllocationFile)[1] == ()


def test_hostile_values_cannot_break_a_message(read):
    document, _ = read(f'mode: "{"x" * 100_000}"\ncurrency: "a\\tb"\n')
    _, flaws = convert(document, (), Settings)
    assert flaws
    for flaw in flaws:
        assert len(flaw.message) < 400
        assert flaw.message.isprintable()
        assert flaw.remedy.isprintable()
