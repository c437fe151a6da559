"""One more item in a YAML list: read back it is the old data plus the item, and every other byte is
where it was."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from multillm_gov.documents.amending import with_item, with_values
from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.scalars import format_scalar
from multillm_gov.documents.yaml_reader import read_document

ENTRY = {
    "policy": "caps",
    "subject": "triage",
    "reason": "a: b # c",
    "approved_by": "cfo",
    "expires": "2026-12-31",
}

EMPTY = ([b"[]"], [b"[", b"]"], [b"~"], [b"["])

visible = st.text(
    st.characters(exclude_categories=("C", "Z"), include_characters=" "), min_size=1, max_size=40
).map(str.strip)
texts = (
    visible
    | st.sampled_from(["no", "null", "1e5", "010", "a: b", "- x", "#", "{", "'", '"', "\\", "~"])
).filter(bool)
entries = st.dictionaries(st.sampled_from(list(ENTRY)), texts, min_size=1).map(
    lambda given: {key: given[key] for key in ENTRY if key in given}
)
heads = st.sampled_from(
    [
        "",
        "# a head\n\n",
        "---\n",
        "policies:\n  caps: {rule: cap-missing}  # remark\n\n",
        "approvals: []\n# odd\n",
    ]
)
tails = st.sampled_from(
    ["", "# the end\n", "\n\npolicies_too: {a: [1, 2]}\n", "x:\n- 1\n", "...\n", "...\n# over\n"]
)
lists = st.sampled_from(
    [
        "",
        "waivers:\n",
        "waivers:  # none\n",
        "waivers: []\n",
        "waivers: [] # none yet\n",
        "waivers: ~\n",
        "waivers: [ ]\n",
        "waivers: [\n  # none\n  ]\n",
        "waivers: [{policy: a}]\n",
        "waivers: [{policy: a}, {policy: b},]  # two\n",
        "waivers: [\n    {policy: a},\n    {policy: b}\n  ]\n",
        "waivers:\n  - {policy: a}  # one\n",
        "waivers:\n- {policy: a}\n-   {policy: b}\n# - {policy: c}\n",
        "waivers:\n    -   policy: a\n        reason: 'it''s # no comment'   # but this is\n",
        "waivers:\n  - policy: a\n    reason: >-\n      several\n      lines\n",
        "waivers:\n  - policy: a\n    reason: |+\n      several\n\n\n",
        "waivers:\n  - policy: a\n    reason: several\n      lines\n    ticket:\n",
        '"waivers":\n  - "größe 模型 😀"\n',
    ]
)


def read(file):
    document, _ = read_document(file)
    return None if document is None else document.data


def alike(one, other):
    return next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )


def common(before, after):
    prefix = alike(before, after)
    return prefix, alike(before[prefix:][::-1], after[prefix:][::-1])


@given(
    heads,
    lists,
    tails,
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.booleans(),
    entries,
)
@example("", "waivers:\n- {policy: a}\n", "", "\n", True, False, ENTRY)
def test_an_item_more_and_nothing_else(head, held, tail, newline, last, mark, entry):
    text = (head + held + tail).replace("\n", newline)
    data = (b"\xef\xbb\xbf" if mark else b"") + (text if last else text.rstrip("\r\n")).encode()
    file = SourceFile("policies/p.yaml", data)
    old = read(file)
    assume(old is not None)
    amended = with_item(file, "waivers", entry)
    if amended is None:  # only where cutting the last line break changed what a block of lines says
        assert not last
        assert "|" in held
        assert not tail
        return
    assert read(amended) == {**old, "waivers": [*(old.get("waivers") or []), entry]}
    if old.get("waivers") or "waivers" not in old:
        assert sum(common(data, amended.data)) == len(data)
        return
    # An empty list gives way to its first item, and nothing else of its line does.
    for line in data.removeprefix(b"\xef\xbb\xbf").splitlines():
        first = line.split(b"#")[0].split()
        assert line.strip() in amended.data or first in ([b"waivers:", *empty] for empty in EMPTY)
        assert line.partition(b"#")[2] in amended.data
    new = (
        amended.data.count(b"\n") - data.count(b"\n"),
        amended.data.count(b"\r") - data.count(b"\r"),
    )
    if newline in data.decode() and "\r" in newline:
        assert new[1] >= 0
        assert new[0] == (new[1] if newline == "\r\n" else 0)


@given(
    st.sampled_from(
        [
            "{}",
            "{a: 1}",
            "{a: {b: [1]},\n}",
            "{waivers: []}",
            '{"waivers": [{"policy": "a"}], "b": 2}',
        ]
    )
)
def test_a_file_between_braces(text):
    file = SourceFile("policies/p.yaml", text.encode())
    old = read(file)
    amended = with_item(file, "waivers", ENTRY)
    assert amended is not None
    assert read(amended) == {**old, "waivers": [*old.get("waivers", []), ENTRY]}
    assert sum(common(file.data, amended.data)) == len(file.data)


@given(texts)
def test_a_text_is_spelled_so_that_it_reads_as_itself(text):
    for content in (
        f"a: {format_scalar(text)}\n",
        f"a: [{format_scalar(text)}, x]\n",
        f"- {format_scalar(text)}  # c\n",
    ):
        document, flaws = read_document(SourceFile("p.yaml", content.encode()))
        assert document is not None, flaws
        assert not flaws
        value = document.data["a"] if isinstance(document.data, dict) else document.data
        assert (value if isinstance(value, str) else value[0]) == text


@pytest.mark.parametrize(
    "text",
    [
        "waivers: {a: 1}\n",
        "waivers: text\n",
        "[1, 2]\n",
        "a: [\n",
        "just text\n",
        "a: !tag 1\n",
        "a: 1\n\0",
    ],
)
def test_what_is_no_list_in_a_sound_file_is_left_alone(text):
    assert with_item(SourceFile("policies/p.yaml", text.encode()), "waivers", ENTRY) is None


def test_an_entry_looks_like_its_neighbors_and_long_ones_are_broken():
    file = SourceFile("p.yaml", b"waivers:\n  - {policy: a, subject: b}\n")
    assert with_item(file, "waivers", {"policy": "x"}).data.endswith(
        b"  - {policy: a, subject: b}\n  - {policy: x}\n"
    )
    long = with_item(file, "waivers", {"policy": "x", "reason": "r" * 120}).data.decode()
    assert long.endswith(f"  - policy: x\n    reason: {'r' * 120}\n")
    block = SourceFile("p.yaml", b"waivers:\n  - policy: a\n    subject: b\n")
    assert with_item(block, "waivers", {"policy": "x", "subject": "y"}).data.endswith(
        b"  - policy: x\n    subject: y\n"
    )


@given(
    st.sampled_from(
        [
            "approvals:\n  - {policy: a, reason: b}  # c\n  - {policy: z}\n",
            "approvals:\n  - policy: a   # c\n    reason: 'it''s b'\n\n  - policy: z\n",
            "approvals:\n  - reason: |\n      several\n      lines\n    policy: a\n# end\n",
            'approvals: [{"policy": "a", "reason": "b"}, {policy: z}]\n',
        ]
    ),
    st.sampled_from(["\n", "\r\n"]),
    entries,
)
def test_values_are_replaced_in_their_place(text, newline, entry):
    file = SourceFile("p.yaml", text.replace("\n", newline).encode())
    old = read(file)
    amended = with_values(file, ("approvals", 0), entry)
    assert amended is not None
    assert read(amended) == {"approvals": [{**old["approvals"][0], **entry}, *old["approvals"][1:]]}
    for remark in ("# c", "# end", "{policy: z}", "- policy: z"):
        assert (remark in text) == (remark in amended.data.decode())


def test_values_of_nothing():
    assert with_values(SourceFile("p.yaml", b"a: [{}]\n"), ("a", 0), {"b": "c"}) is None
    assert with_values(SourceFile("p.yaml", b"a: [\n"), ("a", 0), {"b": "c"}) is None


@pytest.mark.parametrize(
    ("last", "after"),
    [
        ("  {reason: r}, # minutes of 3 May", "  {reason: s},"),
        ("  {reason: r} # minutes of 3 May", "  {reason: s}"),
        ("  {reason: r},", "  {reason: s},"),
        ("  {reason: r}", "  {reason: s}"),
    ],
)
def test_a_comment_behind_the_last_entry_stays_with_it(last, after):
    text = f"waivers: [\n{last}\n]\n"
    amended = with_item(SourceFile("p.yaml", text.encode()), "waivers", {"reason": "s"})
    comma = "" if "}," in last else ","
    kept = last.replace("}", f"}}{comma}", 1)
    assert amended is not None
    assert amended.data.decode() == f"waivers: [\n{kept}\n{after}\n]\n"
