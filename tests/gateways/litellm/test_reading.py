"""A proxy configuration as typed values with places: includes merged as the proxy merges them."""

from multillm_gov.documents.document import SourceFile
from multillm_gov.finding import Flaw
from multillm_gov.gateways.litellm.reading import read_configuration

MAIN = """\
include: [models.yaml]
model_list:
  - model_name: chat
    litellm_params: {model: azure/gpt-4o, api_base: os.environ/BASE, rpm: "60", tags: [eu]}
    model_info: {base_model: azure/gpt-4o-2024-11-20}
litellm_settings:
  num_retries: 1
  fallbacks: [{chat: [spare]}]
router_settings:
  num_retries: 2
  default_fallbacks: [spare]
  context_window_fallbacks: [{chat: [{model: long}]}]
  model_group_alias: {old: chat, older: {model: chat, hidden: true}}
"""
MODELS = """\
model_list:
  - {model_name: spare, litellm_params: {model: openai/gpt-4o}}
litellm_settings: {drop_params: true}
"""


def files(entry: str, declared_in: str) -> SourceFile | Flaw:
    assert (entry, declared_in) == ("models.yaml", "config.yaml")
    return SourceFile("models.yaml", MODELS.encode())


def test_deployments_settings_fallbacks_and_aliases() -> None:
    found, flaws = read_configuration(SourceFile("config.yaml", MAIN.encode()), files)
    assert found is not None
    assert not flaws
    first, second = found.deployments
    assert (first.name, first.model, first.provider) == ("chat", "azure/gpt-4o", "azure")
    assert (first.number("rpm"), first.tags) == (60, ("eu",))
    assert (second.index, second.place.path, second.place.pointer) == (
        1,
        "models.yaml",
        ("model_list", 0),
    )
    at = found.documents["config.yaml"].locate(first.parameter("rpm").pointer)
    assert str(at) == "config.yaml:4:75"
    assert list(found.groups) == ["chat", "spare"]
    # The included file replaces the whole of `litellm_settings`.
    assert list(found.litellm) == ["drop_params"]
    assert [key for key, _, _ in found.replaced] == ["litellm_settings"]
    retries = found.setting("num_retries")
    assert retries is not None
    assert retries.value == 2
    assert [
        (each.kind, each.group, [target.name for target in each.targets], each.is_default)
        for each in found.fallbacks
    ] == [
        ("context_window_fallbacks", "chat", ["long"], False),
        ("fallbacks", "*", ["spare"], True),
    ]
    assert [(each.name, each.group) for each in found.aliases] == [
        ("old", "chat"),
        ("older", "chat"),
    ]


def test_a_chart_s_values_are_unwrapped() -> None:
    text = "image: x\nproxy_config:\n  model_list:\n    - model_name: a\n      litellm_params: {}\n"
    found, _ = read_configuration(SourceFile("values.yaml", text.encode()))
    assert found is not None
    (one,) = found.deployments
    place = found.documents["values.yaml"].locate(one.place.at("model_name").pointer)
    assert str(place) == "values.yaml:4:19"


def test_a_wrong_form_is_reported_at_its_place() -> None:
    for text, words, line in (
        ("", "the file is empty", 1),
        ("- a\n", "is no mapping of sections", 1),
        ("model_list: {a: 1}\n", "`model_list` is not a list", 1),
        ("model_list:\n  - text\n", "an entry of `model_list` is no mapping", 2),
        ("router_settings: [a]\n", "`router_settings` is not a mapping", 1),
        ("include: a.yaml\n", "`include` is not a list", 1),
    ):
        _, flaws = read_configuration(SourceFile("c.yaml", text.encode()))
        assert words in flaws[0].message
        assert flaws[0].location.line == line
