"""What must show nothing, and what is the same under another name."""

from multillm_gov.changes.change import Area, ChangeKind, Direction
from multillm_gov.changes.compare import compare


def test_a_state_compared_with_itself_is_empty(state):
    comparison = compare(state(), state())
    assert comparison.empty
    assert comparison.unchanged_task_classes == 2
    assert comparison.unchanged_policies == 2
    assert comparison.spend.delta == 0
    assert all(not shift.moved for shift in comparison.concentration)


def test_comments_formatting_spelling_of_numbers_and_order_of_keys_show_nothing(edited):
    comparison = edited(
        ("        purpose: Blog posts\n", ""),
        (
            "        prompt: prompts/writing.md\n",
            '        prompt: "prompts/writing.md"  # moved down\n        purpose: Blog posts\n',
        ),
        ("quality: {floor: 0.80}", "quality:\n          floor: 0.8"),
        ("{model: beta/large, weight: 30}", "{weight: 30.0, model: beta/large}"),
        ("residency: [EU, US]", "residency: [US, EU]"),
        ("tags: [customer-facing, brand]", "tags: [brand, customer-facing]"),
        ("controls: [A, B]", "controls: [B, A]"),
    )  # fmt: skip
    assert comparison.empty


def test_weights_in_another_scale_and_legs_in_another_order_show_nothing(edited):
    legs = "- {model: alpha/large, weight: 70}\n          - {model: beta/large, weight: 30}"
    assert edited(
        (legs, "- {model: beta/large, weight: 3}\n          - {model: alpha/large, weight: 7}")
    ).empty


def test_moving_a_task_class_to_another_file_is_no_change_and_is_told(state, files):
    text = files["allocations/a.yaml"]
    cut = text.index("      scoring:")
    moved = {
        **files,
        "allocations/a.yaml": text[:cut],
        "allocations/deeper/b.yaml": "    owner: growth\n    task_classes:\n" + text[cut:],
    }
    comparison = compare(state(files), state(moved))
    assert comparison.empty
    assert comparison.moved_files == (("allocations/a.yaml", "allocations/deeper/b.yaml", 1),)


def _moved(text: str, *moves: str) -> str:
    return text.replace("    task_classes:", f"    moved: [{', '.join(moves)}]\n    task_classes:")


def test_a_declared_move_pairs_what_content_would_not(state, files):
    """Another name, purpose, route and demand at once."""
    old = files["allocations/a.yaml"]
    new = (
        old.replace("      scoring:", "      ranking:")
        .replace("Lead scores", "Ranks")
        .replace(
            "[{model: beta/large}]\n        fallbacks: [alpha/small]", "[{model: gamma/large}]"
        )
        .replace("requests: 400000", "requests: 10")
    )
    steps = _moved(new, "{from: scoring, to: rates}", "{from: rates, to: ranking}")
    plain, told = (
        compare(state(files), state({**files, "allocations/a.yaml": text})) for text in (new, steps)
    )
    assert {c.kind for c in plain.within(Area.TASK_CLASSES)} == {
        ChangeKind.TASK_CLASS_ADDED,
        ChangeKind.TASK_CLASS_REMOVED,
    }
    (renamed,) = told.within(Area.TASK_CLASSES)
    assert (renamed.kind, renamed.before, renamed.after) == (
        ChangeKind.TASK_CLASS_RENAMED,
        "scoring",
        "ranking",
    )
    assert {c.kind for c in told.changes} > {
        ChangeKind.TASK_CLASS_RENAMED,
        ChangeKind.DEMAND,
        ChangeKind.ROUTE,
    }


def test_a_declared_move_never_takes_limits_from_where_the_content_went(state, files):
    old = files["allocations/a.yaml"]
    decoy = "      decoy:\n        route: [{model: alpha/small}]\n"
    new = _moved(old.replace("      scoring:", "      ranking:"), "{from: scoring, to: decoy}")
    new = new.rstrip(" ") + decoy
    changes = compare(state(files), state({**files, "allocations/a.yaml": new})).changes
    assert {(c.kind, c.subject) for c in changes if c.kind.area is Area.TASK_CLASSES} == {
        (ChangeKind.TASK_CLASS_RENAMED, "ranking"),
        (ChangeKind.TASK_CLASS_ADDED, "decoy"),
    }


def test_splitting_policies_over_files_shows_nothing(state, files):
    text = files["policies/p.yaml"]
    cut = text.index("    waivers:")
    assert compare(
        state(files), state({**files, "policies/p.yaml": text[:cut], "policies/w.yaml": text[cut:]})
    ).empty


def test_a_new_name_for_the_same_content_is_a_rename(edited):
    comparison = edited(("      scoring:", "      lead-scoring:"))
    assert [(c.kind, c.subject, c.before, c.after) for c in comparison.changes] == [
        (ChangeKind.TASK_CLASS_RENAMED, "lead-scoring", "scoring", "lead-scoring")
    ]
    assert comparison.spend.delta == 0


def test_a_renamed_task_class_keeps_its_waiver(edited):
    comparison = edited(
        ("      writing:", "      drafting:"), ("subject: writing", "subject: drafting")
    )
    assert [c.kind for c in comparison.changes] == [ChangeKind.TASK_CLASS_RENAMED]


def test_a_rename_with_new_purpose_and_cap_is_still_recognized(edited):
    comparison = edited(
        ("      scoring:", "      lead-scoring:"),
        ("purpose: Lead scores", "purpose: Scores of leads"),
        ("{monthly: 500}", "{monthly: 800}"),
    )
    assert [(c.kind, c.direction) for c in comparison.changes] == [
        (ChangeKind.SPEND_CAP, Direction.LOOSENED),
        (ChangeKind.TASK_CLASS_RENAMED, Direction.CHANGED),
        (ChangeKind.TEXT, Direction.CHANGED),
    ]


def test_a_rename_with_another_model_is_still_recognized(edited):
    comparison = edited(
        ("      scoring:", "      lead-scoring:"),
        ("[{model: beta/large}]", "[{model: gamma/large}]"),
    )
    assert {c.kind for c in comparison.changes} == {ChangeKind.TASK_CLASS_RENAMED, ChangeKind.ROUTE}


def test_too_different_is_removed_and_added(edited):
    comparison = edited(
        ("      scoring:", "      chat:"),
        ("purpose: Lead scores", "purpose: Chat with customers"),
        ("[{model: beta/large}]", "[{model: gamma/large}]"),
        ("requests: 400000", "requests: 1000"),
    )
    assert {c.kind for c in comparison.changes} == {
        ChangeKind.TASK_CLASS_REMOVED,
        ChangeKind.TASK_CLASS_ADDED,
    }


def test_twins_are_paired_by_name_whichever_side_comes_first(state):
    def twins(*names: str) -> dict[str, str]:
        bodies = "".join(
            f"      {name}:\n        route: [{{model: beta/large}}]\n" for name in names
        )
        return {"allocations/a.yaml": "    task_classes:\n" + bodies}

    forward = compare(state(twins("a", "b", "c")), state(twins("x", "z", "y", "w")))
    backward = compare(state(twins("x", "z", "y", "w")), state(twins("a", "b", "c")))
    renamed = {
        (c.before, c.after) for c in forward.changes if c.kind is ChangeKind.TASK_CLASS_RENAMED
    }
    assert renamed == {("a", "w"), ("b", "x"), ("c", "y")}
    assert {
        (c.after, c.before) for c in backward.changes if c.kind is ChangeKind.TASK_CLASS_RENAMED
    } == renamed
    assert [c.subject for c in forward.changes if c.kind is ChangeKind.TASK_CLASS_ADDED] == ["z"]


def test_ten_thousand_renamed_twins_take_a_moment_not_minutes(state):
    from time import perf_counter

    def many(prefix: str) -> dict[str, str]:
        bodies = "".join(
            f"      {prefix}{i}:\n        route: [{{model: beta/large}}]\n" for i in range(10_000)
        )
        return {"allocations/a.yaml": "    task_classes:\n" + bodies}

    before, after = state(many("a")), state(many("b"))
    start = perf_counter()
    comparison = compare(before, after)
    assert perf_counter() - start < 10
    assert len(comparison.changes) == 10_000
