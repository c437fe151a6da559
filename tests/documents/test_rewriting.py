"""A generated file is written anew: what did not change keeps every byte."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.rewriting import rewritten

OLD = """\
# yaml-language-server: $schema=../.govern/schemas/incidents.schema.json
# Agreed with the vendor on 3 March.
entity:   'openai'   # as billed
level: "provider"
first_day: 2026-01-01

# Only closed incidents count.
incidents:
  # The long one.
  - {start: "2026-01-02T00:00:00Z",
     end: "2026-01-02T03:00:00Z", weight: 1}   # three hours
  - {start: "2026-02-02T00:00:00Z", end: "2026-02-02T01:00:00Z", weight: 0.5}
source: export.json
"""
NEW = """\
level: provider
entity: openai
first_day: 2026-01-01
last_day: 2026-03-31
source: newer.json
incidents:
  - {start: "2026-01-02T00:00:00Z", end: "2026-01-02T03:00:00Z", weight: 1}
  - {start: "2026-03-02T00:00:00Z", end: "2026-03-02T01:00:00Z", weight: 1}
"""


def text_of(old: str, new: str) -> str:
    found = rewritten(SourceFile("a.yaml", old.encode()), SourceFile("a.yaml", new.encode()))
    return found.data.decode()


def test_comments_order_quoting_and_width_are_kept() -> None:
    assert text_of(OLD, NEW) == OLD.replace(
        '  - {start: "2026-02-02T00:00:00Z", end: "2026-02-02T01:00:00Z", weight: 0.5}\n',
        '  - {start: "2026-03-02T00:00:00Z", end: "2026-03-02T01:00:00Z", weight: 1}\n',
    ).replace("source: export.json\n", "source: newer.json\nlast_day: 2026-03-31\n")


def test_the_same_data_change_no_byte() -> None:
    for text in (OLD, OLD.replace("\n", "\r\n"), "\ufeff" + OLD):
        assert text_of(text, OLD) == text


def test_line_breaks_are_kept() -> None:
    found = text_of(OLD.replace("\n", "\r\n"), NEW)
    assert "\n" not in found.replace("\r\n", "")
    assert "three hours" in found


@pytest.mark.parametrize("old", ["", "- a\n", "{a: 1, b: 2}\n", "a: [\n", "a: &x 1\nb: *x\n"])
def test_an_unsafe_layout_gives_the_new_file(old) -> None:
    assert yaml.safe_load(text_of(old, NEW)) == yaml.safe_load(NEW)


_ITEMS = st.lists(st.sampled_from(["x", "y", "'z'", "{a: 1}", "{b: [1, 2]}"]), max_size=5)
_KEYS = st.dictionaries(
    st.sampled_from(["one", "two", "three", "four"]), st.one_of(_ITEMS, st.just("7")), min_size=1
)


def _written(data, comments: bool) -> str:
    lines = []
    for key, value in data.items():
        if comments:
            lines.append(f"# about {key}")
        if isinstance(value, str):
            lines.append(f"{key}: {value}" + ("   # seven" if comments else ""))
        elif not value:
            lines.append(f"{key}: []")
        else:
            lines.append(f"{key}:")
            for item in value:
                lines += [f"  # before {key}"] * comments + [f"  - {item}"]
    return "\n".join(lines) + "\n"


@given(_KEYS, _KEYS)
def test_it_always_reads_as_the_new_data(old, new) -> None:
    before, after = _written(old, comments=True), _written(new, comments=False)
    found = text_of(before, after)
    assert yaml.safe_load(found) == yaml.safe_load(after)
    same = [key for key in old if key in new and old[key] == new[key]]
    for key in same:
        assert f"# about {key}\n" in found
    assert text_of(found, after) == found
