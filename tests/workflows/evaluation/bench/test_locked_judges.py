import json


def test_judges_and_embedding_models_are_locked_as_what_check_depends_on(govern, portfolio):
    folder = portfolio(
        {
            "evals/more.yaml": """\
task_class: capitals
scorer: {kind: rubric, judge: mistral/mistral-large-2512, rubric: Names the capital.}
cases:
  - {id: chile, input: Capital of Chile?}
  - id: cuba
    input: Capital of Cuba?
    expected: Havana
    scorer: {kind: similarity, embedding: openai/text-embedding-3-small}
"""
        }
    )
    assert govern("catalog", "lock", "--as-of", "2026-11-24", cwd=folder).returncode == 0
    locked = json.loads((folder / "catalog/catalog.lock.json").read_text())["models"]
    assert {"mistral/mistral-large-2512", "openai/text-embedding-3-small"} <= set(locked)
    assert (
        govern("check", "--fail-on", "error", "--as-of", "2026-11-24", cwd=folder).returncode == 0
    )
