"""What is read, and what is refused where."""

import pytest

from multillm_gov.documents.flaw_list import MAX_FLAWS
from multillm_gov.documents.yaml_reader import MAX_DEPTH


def told(flaws):
    return [(flaw.kind, flaw.location.line, flaw.location.column) for flaw in flaws]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", 1),
        ("a: -12", -12),
        ("a: 0", 0),
        ("a: 0.50", 0.5),
        ("a: 1e5", 100000),
        ("a: 1.5E-3", 0.0015),
        ("a: 12.0", 12),
        ("a: 9007199254740993", 9007199254740993),
        ("a: 1e300", 1e300),
        ("a: true", True),
        ("a: false", False),
        ("a: null", None),
        ("a: ~", None),
        ("a:", None),
        ("a: 2026-10-01", "2026-10-01"),
        ("a: 2026-10-01T10:00:00Z", "2026-10-01T10:00:00Z"),
        ("a: 1.2.3", "1.2.3"),
        ("a: 3 blind mice", "3 blind mice"),
        ("a: 10-20", "10-20"),
        ("a: 127.0.0.1:8080", "127.0.0.1:8080"),
        ("a: y", "y"),
        ("a: internal", "internal"),
        ("a: =", "="),
        ("a: <<", "<<"),
        ("a: " + "-" * 60 + "x", "-" * 60 + "x"),
        ('a: "010"', "010"),
        ("a: 'no'", "no"),
        ('a: "1"', "1"),
        ('a: "\\u00e9\\n"', "é\n"),
        ("a: |\n  no\n  010\n", "no\n010\n"),
        ("a: >-\n  x\n  y\n", "x y"),
        ("a: x # no", "x"),
        ("a: x\n  y", "x y"),
    ],
)
def test_scalars_mean_what_json_says_or_are_text(load, text, value):
    found = load(text)["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("scalar", "remedy"),
    [
        *((word, "Quote it") for word in ("no", "No", "NO", "yes", "on", "off", "oFF")),
        ("True", "Write true"),
        ("FALSE", "Write false"),
        ("Null", "Write null"),
        ("010", "leading zeros"),
        ("-007", "leading zeros"),
        ("00.5", "leading zeros"),
        ("12:30:45", "plain number"),
        ("12:30", "plain number"),
        ("1_000", "Write 1000"),
        ("1_0.5_0", "Write 10.50"),
        ("0o10", "Write 8"),
        ("0x1F", "Write 31"),
        ("0b11", "Write 3"),
        ("+12", "Write 12"),
        (".5", "Write 0.5"),
        ("-.5e3", "Write -0.5e3"),
        ("5.", "Write 5"),
        (".nan", "finite"),
        ("NaN", "finite"),
        ("-.inf", "finite"),
        ("Infinity", "finite"),
        ("1e999", "smaller number"),
        ("1e-999", "Write 0"),
        ("9" * 5000, "at most 40"),
    ],
)
def test_an_ambiguous_scalar_stays_text_and_is_pointed_out(read, scalar, remedy):
    document, (flaw,) = read(f"ok: 1\nlist:\n  - x\n  - {scalar}\n")
    assert document.data["list"] == ["x", scalar]
    assert (flaw.kind, flaw.location.line, flaw.location.column) == ("ambiguous-scalar", 4, 5)
    assert flaw.location.end_column == 5 + len(scalar)
    assert remedy in flaw.remedy


@pytest.mark.parametrize("key", ["1", "1.5", "true", "null", "no", "010", "True"])
def test_a_key_that_is_no_text_elsewhere_is_kept_as_text_and_pointed_out(read, key):
    document, (flaw,) = read(f"{key}: x\n")
    assert document.data == {key: "x"}
    assert told([flaw]) == [("ambiguous-scalar", 1, 1)]
    assert f'"{key}"' in flaw.remedy


def test_every_place_of_a_repeated_ambiguous_scalar_is_told(read):
    _, flaws = read("a: no\nb: no\nc: no\n")
    assert told(flaws) == [("ambiguous-scalar", line, 4) for line in (1, 2, 3)]


def test_every_duplicate_key_is_told_and_the_first_holds(read):
    document, flaws = read("a: 1\nb: {c: 1, c: [2, {d: 1}], e: 3}\na: {x: 1}\na: 4\n'a': 5\nz: 6\n")
    assert document.data == {"a": 1, "b": {"c": 1, "e": 3}, "z": 6}
    assert told(flaws) == [
        ("duplicate-key", 2, 11),
        ("duplicate-key", 3, 1),
        ("duplicate-key", 4, 1),
        ("duplicate-key", 5, 1),
    ]
    assert "already on line 1" in flaws[1].message
    assert document.locate(("b", "e")).column == 30
    assert document.locate(("z",)).line == 6


def test_flaws_of_one_file_do_not_hide_each_other(read):
    document, flaws = read("a: no\na: 1\nb: &x 1\nc: *x\nd: !!str 1\n<<: {}\ne: 010\n")
    assert document is None
    assert [flaw.kind for flaw in flaws] == [
        "ambiguous-scalar",
        "duplicate-key",
        "unsafe-yaml",
        "unsafe-yaml",
        "unsafe-yaml",
        "unsafe-yaml",
        "ambiguous-scalar",
    ]


def test_flaws_are_bounded_and_say_so(read):
    document, flaws = read("- no\n" * 10_000)
    assert document is None
    assert len(flaws) == MAX_FLAWS
    assert "reading stopped" in flaws[-1].message


@pytest.mark.parametrize(
    ("text", "kind", "line", "column", "words"),
    [
        ("base: &b {x: 1}\n", "unsafe-yaml", 1, 7, "anchor `&b`"),
        ("b: 1\na: *b\n", "unsafe-yaml", 2, 4, "alias `*b`"),
        ("*b : 1\n", "unsafe-yaml", 1, 1, "alias `*b`"),
        ("a: 1\n<<: {b: 2}\n", "unsafe-yaml", 2, 1, "merge key"),
        (
            "a: !!python/object/apply:os.system [ls]\n",
            "unsafe-yaml",
            1,
            4,
            "tag `!!python/object/apply:os.system`",
        ),
        ("a: !!str 1\n", "unsafe-yaml", 1, 4, "tag `!!str`"),
        ("a: ! 1\n", "unsafe-yaml", 1, 4, "tag `!`"),
        ("a: !x {b: 1}\n", "unsafe-yaml", 1, 4, "tag `!x`"),
        ("a: 1\nb: \x1b[31m\n", "unsafe-yaml", 2, 4, "U+001B"),
        ('a: "\\e[31m"\n', "unsafe-yaml", 1, 4, "U+001B"),
        ('a: "\\u202e\\L"\n', "unsafe-yaml", 1, 4, "U+202E"),
        ('a: "x\u202e"\n', "unsafe-yaml", 1, 6, "U+202E"),
        ('"\\N": 1\n', "unsafe-yaml", 1, 1, "U+0085"),
        ('"a\\nb": 1\n', "unsafe-yaml", 1, 1, "U+000A"),
        ("a: x\u202ey\n", "unsafe-yaml", 1, 5, "U+202E"),
        ("a: x\u2028b: y\n", "unsafe-yaml", 1, 5, "U+2028"),
        ("a: x\U000e0041y\n", "unsafe-yaml", 1, 5, "U+E0041"),
        ("a: x\ufeffy\n", "unsafe-yaml", 1, 5, "U+FEFF"),
        ("a: 1\n---\nb: 1\n", "syntax", 2, 1, "second YAML document"),
        ("a: 1\n...\n---\n", "syntax", 3, 1, "second YAML document"),
        ("[a]: 1\n", "syntax", 1, 1, ""),
        ("? {a: 1}\n: 1\n", "syntax", 1, 3, "mapping or list stands where a key is expected"),
        ("a:\n\tb: 1\n", "syntax", 2, 1, "tab"),
        ("\ta: 1\n", "syntax", 1, 1, "tab"),
        ("a: 'x\nb: 1\n", "syntax", 1, 4, "quote opened here is never closed"),
        ('a: "x\n', "syntax", 1, 4, "quote opened here is never closed"),
        ("a: [1,\nb: 2\n", "syntax", 1, 4, "`[` opened here"),
        ("a: {b: 1\nc: [\n", "syntax", 1, 4, "`{` opened here"),
        ("a: 1]\nb: ]\n", "syntax", 2, 4, ""),
        ("a: b: c\n", "syntax", 1, 5, "`: ` is not allowed here"),
        ("a:\n  b: 1\n c: 2\n", "syntax", 3, 2, "indent"),
        ("a:\n  - 1\n  b: 2\n", "syntax", 3, 3, "list without its `-`"),
        ("a: - b\n", "syntax", 1, 4, "`- ` item"),
        ("a: 1\nplain words\n", "syntax", 3, 1, "no `key: value`"),
        ("a: @x\n", "syntax", 1, 4, "cannot start with `@`"),
        ("a: `x`\n", "syntax", 1, 4, "cannot start with ```"),
        ('a: "\\d"\n', "syntax", 1, 5, "unknown `\\` escape"),
        ('a: "\\xzz"\n', "syntax", 1, 7, "incomplete"),
        ('a: "\\ud83d\\ude00"\n', "syntax", 1, 7, "no character by itself"),
        ("a: %x\n", "syntax", 1, 4, "cannot start with `%`"),
        ("%YAML 3.0\n---\na: 1\n", "syntax", 1, 1, "%YAML"),
        ("%FOO\n---\na: 1\n", "syntax", 1, 5, "directive"),
        ("a: |x\n  b\n", "syntax", 1, 5, "after `|`"),
        ("a: & b\n", "syntax", 1, 5, "`&`"),
        ("a: !e!x b\n", "syntax", 1, 4, "`!`"),
        ("{a: 1, , b: 2}\n", "syntax", 1, 8, ""),
    ],
)
def test_refused_at_its_place_in_plain_words(read, text, kind, line, column, words):
    document, flaws = read(text)
    assert document is None
    assert told(flaws)[0] == (kind, line, column)
    assert words in flaws[0].message
    assert flaws[0].remedy.endswith(".")
    assert all(flaw.location.path == "allocations/a.yaml" for flaw in flaws)


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"a: 1\nb: caf\xe9\n", 2, "byte 11 (0xe9) on line 2"),
        (b"\xef\xbb\xbfa: \xff", 1, "byte 6 (0xff) on line 1"),
        (b"\xed\xa0\x80", 1, "0xed"),
        ("a: 1".encode("utf-16"), 1, "UTF-16"),
        ("a: 1".encode("utf-16-be"), 1, "binary"),
        (b"\x7fELF\x00\x00\x01", 1, "binary: byte 4 is NUL"),
        (b"a: 1\nb: \x00", 1, "binary"),
        (b"a: 1\n" * (11 * 2**20), 1, "55.0 MiB; at most 5 MiB"),
    ],
)
def test_what_is_no_readable_text_is_one_flaw(read, data, line, words):
    document, (flaw,) = read(data)
    assert document is None
    assert (flaw.kind, flaw.location.line) == ("unreadable-file", line)
    assert words in flaw.message


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# a comment\n", "---\n", "--- # x\n...\n", "\ufeff", "null\n"]
)
def test_a_file_without_content_is_an_empty_mapping(load, text):
    assert load(text) == {}


def test_a_byte_order_mark_is_passed_over_and_moves_no_place(read):
    document, flaws = read(b"\xef\xbb\xbfa: 1\n")
    assert (document.data, flaws) == ({"a": 1}, ())
    assert document.locate(("a",)).column == 4


def test_depth_is_bounded(read):
    deepest = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert read(deepest)[0] is not None
    document, (flaw,) = read(f"[{deepest}]")
    assert document is None
    assert (flaw.kind, flaw.location.column) == ("unsafe-yaml", MAX_DEPTH + 1)


def test_json_is_read_as_it_is(load):
    text = '{"a":1,"b":[true,null,-0.5e-1,"x\\/y\\u00e9"],\r\n\t"c":{"d":{}},"e":"no"}'
    assert load(text) == {"a": 1, "b": [True, None, -0.05, "x/yé"], "c": {"d": {}}, "e": "no"}


def test_a_missing_c_parser_is_an_error_with_a_remedy(read, monkeypatch):
    from multillm_gov.errors import MissingExtraError

    monkeypatch.setitem(__import__("sys").modules, "yaml._yaml", None)
    with pytest.raises(MissingExtraError) as raised:
        read("a: 1")
    assert "pyyaml" in raised.value.hint
