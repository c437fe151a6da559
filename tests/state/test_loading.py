"""How much text one state holds: a stated bound over all files together."""

from datetime import date

from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.documents.document import SourceFile
from multillm_gov.state.loading import load_state


def test_keys_and_values_of_all_files_have_a_bound(monkeypatch):
    monkeypatch.setattr("multillm_gov.state.loading.MOST_VALUES", 100)
    files = [
        SourceFile(f"allocations/{name}.yaml", b"task_classes: {}\nx: [" + b"1, " * 60 + b"1]\n")
        for name in "abcd"
    ]

    def no_map() -> PriceMap:
        raise AssertionError

    states = [load_state(files, as_of=date(2026, 11, 30), price_map=no_map)]
    states.append(load_state(files, as_of=date(2026, 11, 30), price_map=no_map, known=states[0]))
    for state in states:
        assert sorted(state.documents) == ["allocations/a.yaml", "allocations/b.yaml"]
        refused = [flaw for flaw in state.flaws if flaw.kind == "unreadable-file"]
        assert [flaw.location.path for flaw in refused] == [
            "allocations/c.yaml",
            "allocations/d.yaml",
        ]
        assert "more than 100 keys and values" in refused[0].message
