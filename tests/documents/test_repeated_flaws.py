"""One mistake, one flaw."""

from multillm_gov.documents.flaw_list import without_repeats
from multillm_gov.documents.shape import convert
from multillm_gov.portfolio.allocation import TaskClassDeclaration


def test_an_ambiguous_scalar_that_the_schema_refuses_is_told_once(read):
    document, read_flaws = read("route: [{model: m}]\ndemand: {requests: 1_000}\npurpose: no\n")
    _, shape_flaws = convert(document, (), TaskClassDeclaration)
    assert [flaw.kind for flaw in (*read_flaws, *shape_flaws)] == [
        "ambiguous-scalar",
        "ambiguous-scalar",
        "schema",
    ]
    kept = without_repeats((*read_flaws, *shape_flaws, *shape_flaws))
    assert [(flaw.kind, flaw.location.line) for flaw in kept] == [
        ("ambiguous-scalar", 3),
        ("schema", 2),
    ]
    assert "Write 1000" in kept[1].remedy
