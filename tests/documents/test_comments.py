"""Comments are what a YAML reader passes over, never a number sign inside a text."""

from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.documents.comments import comments
from multillm_gov.documents.document import SourceFile, Text
from multillm_gov.documents.yaml_reader import read_document

PIECES = [
    ("a: 1 # yes", 1),
    ("# yes", 1),
    ("# yes # no", 1),
    ("b: 'no # no'", 0),
    ('c: "no # no" # yes', 1),
    ('"# no": 1', 0),
    ("d: x#no", 0),
    ("e: |  # yes\n  # no\n  text\n# yes", 2),
    ("f: >\n  no # no\n", 0),
    ('g: "over\n  # no\n  lines" # yes', 1),
    ("h: [1, # yes\n  '# no', 2] # yes", 2),
    ("i: plain text\n  that goes on # yes", 1),
    ("j: {k: v} # yes", 1),
    ("l:\n  # yes\n  - '#no'\n  - 1\t# yes", 2),
]


@given(
    st.lists(st.sampled_from(PIECES), max_size=6, unique_by=lambda piece: piece[0]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_exactly_the_comments_are_found(pieces, newline):
    text = "".join(f"{piece}\n" for piece, _ in pieces).replace("\n", newline)
    document, flaws = read_document(SourceFile("p.yaml", text.encode()))
    assert document is not None, flaws
    found = list(comments(document.source))
    assert len(found) == sum(count for _, count in pieces)
    lines = text.split(newline)
    for comment in found:
        assert comment.text.startswith("# yes")
        assert lines[comment.line - 1].endswith(comment.text)
        assert comment.alone == lines[comment.line - 1].lstrip().startswith("#")
    # With the comments gone, the text means the same.
    content = text
    for comment in reversed(found):
        content = content[: comment.start] + content[comment.start + len(comment.text) :]
    again, _ = read_document(SourceFile("p.yaml", content.encode()))
    assert again is not None
    assert again.data == document.data


def test_many_comments_take_linear_time():
    content = "a: 1\n" + "# govern: ignore x\n" * 100_000
    assert sum(1 for _ in comments(Text("p.yaml", content))) == 100_000
