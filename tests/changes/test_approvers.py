"""Who may approve, and by which address: changes of both are told, and widening is loosening."""

import pytest

from multillm_gov.changes.change import ChangeKind
from multillm_gov.changes.compare import compare

LINE = "rule: concentration"


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        ("", "[cfo]", "tightened"),
        ("[cfo]", "", "loosened"),
        ("[cfo]", "[cfo, cro]", "loosened"),
        ("[cfo, cro]", "[cro]", "tightened"),
        ("[cfo]", "[cro]", "changed"),
        ("[cfo, cro]", "[cro, cfo]", None),
    ],
)
def test_approvers_of_a_policy(state, files, before, after, direction):
    def declared(names):
        text = LINE.rstrip() + (f"\n        approvers: {names}" if names else "")
        return {
            path: content.replace(LINE.strip(), text.strip()) for path, content in files.items()
        }

    comparison = compare(state(declared(before)), state(declared(after)))
    told = [(change.kind, change.direction) for change in comparison.changes]
    assert told == ([] if direction is None else [(ChangeKind.POLICY_APPROVERS, direction)])


def test_addresses_of_people(edited):
    text = "organization: Example\n"
    (change,) = edited(
        (text, f"{text}    people: {{cfo: [b@example.com, a@example.com]}}\n")
    ).changes
    assert (change.kind, change.aspect, change.after) == (
        ChangeKind.SETTING,
        "people",
        "cfo: a@example.com, b@example.com",
    )
