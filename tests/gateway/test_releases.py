"""The ranges of the rules, held against releases of LiteLLM at both sides of every bound.

`tests/gateway/setup` installs the releases; each is asked by `observe.py` what it does.
"""

import datetime as dt
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from multillm_gov.catalog.catalog import Catalog
from multillm_gov.catalog.lookup import open_catalog
from multillm_gov.catalog.overrides import Overrides
from multillm_gov.documents.document import SourceFile
from multillm_gov.gateways.litellm.linting import lint
from multillm_gov.gateways.litellm.reading import read_configuration
from multillm_gov.gateways.litellm.rule import LintContext
from multillm_gov.gateways.litellm.versions import parse_release
from multillm_gov.sources.price_map import shipped_price_map

pytestmark = [pytest.mark.gateway]
HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("GATEWAY_FOLDER", HERE.parents[1] / ".gateway")).absolute()
RELEASES = ("1.65.0", "1.75.0", "1.83.0", "1.90.0", "1.98.0", "1.106.5", "1.110.2")
DAY = dt.date(2026, 11, 24)
ALWAYS = {
    "an alias has the fallbacks of its group": False,  # GOV814
    "a target that nothing serves is skipped": True,  # GOV811
    "a chain of targets that nothing serves ends in an error": True,
    "a pattern is a key of fallbacks": False,  # GOV817
    "a star catches failures": True,
    "a smaller window fails again": True,  # GOV815
    "a text in the place of an entry of fallbacks starts": False,  # GOV818
    "a text in the place of an entry of context_window_fallbacks starts": True,
    "a second entry of a group is read": False,  # GOV819
    "a chain deeper than five is followed": False,  # GOV821
    "a weight on the first deployment alone": "takes all",  # GOV841
    "the larger rpm draws the most": True,  # GOV846
    "weights are read by least-busy": False,  # GOV842
    "weights are read by simple-shuffle": True,
    "a weight of zero gets requests": False,  # GOV847
    "tags route without filtering": False,  # GOV844
    "tags route with filtering": True,
    "untagged requests go anywhere": True,  # GOV845
    "a tag that nothing has goes to the default": True,
    "a lone deployment cools down by itself": False,  # GOV851
    "a window is enforced without pre-call checks": False,  # GOV853
    "a window is enforced by pre-call checks": True,
    "a price is charged as written": True,  # GOV861
    "input_cost_per_1k_tokens is charged": False,  # GOV862
    "an own name at Azure costs something": False,  # GOV863
    "base_model prices an own name at Azure": True,
}
"""What every release tried does, so that the rule holds for each."""


def entry(name: str, more: str = "") -> str:
    return f"  - {{model_name: {name}, litellm_params: {{model: openai/gpt-4o{more}}}}}\n"


def two(first: str, second: str, settings: str = "{}") -> str:
    entries = entry("a", first) + entry("a", second)
    return f"model_list:\n{entries}router_settings: {settings}\n"


def chain(settings: str) -> str:
    return f"model_list:\n{entry('a')}{entry('s')}router_settings: {settings}\n"


DATED = "model_list:\n" + entry("a", ", api_version: 2024-10-21")
BOUND = (
    ("a weight on the second deployment alone", "is ignored", "GOV841",
     two("", ", weight: 3"), "this release ignores"),
    ("a star catches overflows", False, "GOV817",
     chain("{context_window_fallbacks: [{'*': [s]}]}"), "no `*` in this release"),
    ("targets that are no list start", False, "GOV818",
     chain("{fallbacks: [{a: s}]}"), "does not start"),
    ("fallbacks that are a mapping start", False, "GOV818",
     chain("{fallbacks: {a: [s]}}"), "does not start"),
    ("an unknown strategy", "does not start", "GOV809",
     "router_settings: {routing_strategy: round-robin}\n", "does not start"),
    ("an unknown strategy", "fails every request", "GOV809",
     "router_settings: {routing_strategy: round-robin}\n", "every request fails"),
    ("the order is followed", False, "GOV843",
     two(", order: 1", ", order: 2"), "relies on `order`"),
    ("tags route with filtering under usage-based-routing", False, "GOV844",
     two(", tags: [eu]", ", tags: [us]",
         "{enable_tag_filtering: true, routing_strategy: usage-based-routing}"), "in this release"),
    ("tags route with filtering under usage-based-routing-v2", False, "GOV844",
     two(", tags: [eu]", ", tags: [us]",
         "{enable_tag_filtering: true, routing_strategy: usage-based-routing-v2}"),
     "in this release"),
    ("a deployment without an order gets requests", False, "GOV847",
     two("", ", order: 1"), "has no `order`"),
    ("a date as api_version", "is dropped", "GOV807",
     DATED, "drops the deployment"),
    ("a date as api_version", "does not start", "GOV807",
     DATED, "does not start"),
)  # fmt: skip
"""What is seen, its value, and the rule that says so, of this text, in these words."""
BUDGETS = {
    "a period without a limit": "refuses",  # GOV834
    "a limit with a period": "answers",
    "max_budget alone": "answers",  # GOV838
    "max_budget with a period": "refuses",
}


@cache
def catalog() -> Catalog:
    return open_catalog(Overrides(), None, shipped_price_map, DAY)


def messages(rule: str, text: str, release: str) -> list[str]:
    configuration, _ = read_configuration(SourceFile("config.yaml", text.encode()))
    assert configuration is not None
    context = LintContext(
        configuration=configuration,
        release=parse_release(release),
        catalog=catalog(),
        as_of=DAY,
    )
    return [one.message for one in lint(context) if one.rule == rule]


@pytest.fixture(scope="module", params=RELEASES)
def observed(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    release = request.param
    python = FOLDER / "releases" / release / "bin/python"
    if not python.exists():
        from importlib.metadata import version

        if version("litellm") != release:
            pytest.skip(f"LiteLLM {release} is not installed (tests/gateway/setup)")
        python = Path(sys.executable)
    done = subprocess.run(
        [python, "-W", "ignore", HERE / "observe.py"], capture_output=True, check=True, timeout=900
    )
    text = done.stdout.decode()
    return release, json.loads(text[text.index("{") :])


def test_a_release_does_what_the_rules_say_of_it(observed) -> None:
    release, found = observed
    assert {name: found[name] for name in ALWAYS} == ALWAYS
    for name, value, rule, text, words in BOUND:
        said = any(words in each for each in messages(rule, text, release))
        assert said == (found[name] == value), (name, found[name], messages(rule, text, release))
    retries = "calls of a deployment with three num_retries, and with three max_retries"
    of_num, of_max = found[retries]
    assert (of_num in {4, 16}, of_max) == (True, 1)  # GOV852
    assert found["budgets of a provider and of a deployment"] == BUDGETS
    assert found["a lone deployment cools down with allowed_fails"]
