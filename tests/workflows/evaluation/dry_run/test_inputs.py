"""What probes send: canaries filled in, cases instead, generic inputs last; schemas read or told
why not."""

from datetime import date

import pytest

from multillm_gov.documents.document import SourceFile
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.state.loading import load_state
from multillm_gov.workflows.evaluation.inputs import inputs_of

CASES = """\
task_class: triage
cases:
  - {id: a, input: First, expected: x}
  - {id: b, variables: {ticket: Second}, expected: x}
  - {id: c, input: Third, expected: x}
  - {id: d, input: Fourth, expected: x}
"""


@pytest.fixture
def given(files):
    """Inputs of one task class of the portfolio, some of its files replaced or (``None``) left
    out."""

    def read(task="triage", **changed):
        renamed = {
            path.replace("__", "/").replace("_yaml", ".yaml"): text
            for path, text in changed.items()
        }
        every = {**files, **renamed}
        sources = [
            SourceFile(path, text.encode())
            for path, text in sorted(every.items())
            if text is not None
        ]
        state = load_state(sources, as_of=date(2026, 11, 24), price_map=read_price_map)
        (found,) = [each for each in state.portfolio.task_classes if each.name == task]
        return inputs_of(found, state)

    return read


def texts(found):
    return [canary.messages[-1].content for canary in found.canaries.inputs]


def test_canaries_are_filled_into_the_prompt(given):
    found = given()
    assert found.canaries.origin == "prompt"
    assert [text.splitlines()[-1] for text in texts(found)] == [
        "My bill is wrong",
        "The page does not load",
    ]
    assert all(text.startswith("Sort the ticket.") for text in texts(found))
    assert all((found.digests.task, found.digests.prompt, found.digests.output_schema))
    assert found.output_schema["required"] == ["queue"]


def test_the_first_cases_stand_in(given, files):
    allocation = files["allocations/support.yaml"].replace("    prompt: prompts/triage.md\n", "")
    found = given(allocations__support_yaml=allocation, evals__triage_yaml=CASES)
    assert (found.canaries.origin, texts(found)) == ("evals", ["First", "Third"]), (
        "a case of variables needs a prompt"
    )
    assert found.digests.prompt is None


def test_cases_go_through_the_prompt_where_there_is_one(given, files):
    files["prompts/triage.md"] = (
        files["prompts/triage.md"]
        .replace(
            "canaries:\n  - {ticket: My bill is wrong}\n  - {ticket: The page does not load}\n", ""
        )
        .replace("{ticket: {}}", "{ticket: {default: none}}")
    )
    found = given(evals__triage_yaml=CASES)
    assert found.canaries.origin == "prompt", (
        "every variable has a default, so the prompt is complete as it stands"
    )
    files["prompts/triage.md"] = files["prompts/triage.md"].replace(
        "{ticket: {default: none}}", "{ticket: {}}"
    )
    cases = CASES.replace("input: First", "variables: {ticket: First}").replace(
        "input: Third", "variables: {ticket: T}"
    )
    found = given(evals__triage_yaml=cases)
    assert found.canaries.origin == "evals"
    assert [text.splitlines()[-1] for text in texts(found)] == ["First", "Second", "T"]


def test_plain_text_is_sent_as_it_is(given, files):
    files["prompts/triage.md"] = "Sort {{ this }}.\n"
    assert texts(given()) == ["Sort {{ this }}."]


def test_nothing_of_its_own_is_generic(given, files):
    allocation = files["allocations/support.yaml"].replace("    prompt: prompts/triage.md\n", "")
    found = given(allocations__support_yaml=allocation)
    assert found.canaries.origin == "generic"


def test_embeddings_are_filled_up_to_a_set_that_ranks(given):
    generic = given("search")
    assert (generic.canaries.origin, len(generic.canaries.inputs)) == ("generic", 8)
    own = given("search", evals__search_yaml=CASES.replace("triage", "search"))
    assert own.canaries.origin == "evals"
    sent = [canary.text for canary in own.canaries.inputs]
    assert sent[:3] == ["First", "Third", "Fourth"]
    assert len(set(sent)) == 8


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "`schemas/triage.json` is not there"),
        ("{", "`schemas/triage.json` is no JSON"),
        ("[]", "`schemas/triage.json` is not a JSON object"),
    ],
)
def test_a_schema_that_is_none_is_told(given, files, text, why):
    files["schemas/triage.json"] = text
    found = given()
    assert (found.output_schema, found.schema_flaw) == (None, why)


def test_generic_inputs_of_an_embedding_are_bare_texts(given):
    found = given("search").canaries.inputs
    assert len({canary.text for canary in found}) == 8
    assert all(not canary.messages for canary in found)
