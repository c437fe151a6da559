"""What is no text costs what LiteLLM's own calculators bill, wherever they bill the unit."""

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from multillm_gov.catalog.pricing.price import Price, Usage
from multillm_gov.catalog.pricing.price_reading import read_price
from multillm_gov.measures.cost.request import request_cost

EXCEPTIONS = yaml.safe_load(
    (Path(__file__).parent / "data" / "litellm_unit_exceptions.yaml").read_text("utf-8")
)
UNIT_OF_MODE = {
    "audio_speech": "character",
    "audio_transcription": "second",
    "image_generation": "image",
    "ocr": "page",
    "rerank": "query",
    "video_generation": "second",
}
COUNT = 7
SIZED = re.compile(
    r"(?P<prefix>azure/)?((?P<quality>low|medium|high|standard|hd)/)?"
    r"(?P<size>\d+-x-\d+)/(?P<model>[^/]+)"
)
"""Names that say for which size, and quality, their price is."""

pytestmark = pytest.mark.litellm


@pytest.fixture(scope="module")
def _own_map(price_map: dict[str, dict[str, Any]]) -> Iterator[None]:
    """LiteLLM with the map as installed: routers of other tests add their deployments to it."""
    import os

    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import litellm
    from litellm.utils import _invalidate_model_cost_lowercase_map as forget

    before = litellm.model_cost
    litellm.model_cost = deepcopy(price_map)
    forget()
    yield
    litellm.model_cost = before
    forget()


@pytest.fixture(scope="module")
def calculators(_own_map: None) -> dict[str, Callable[[str, str], float]]:
    """LiteLLM's cost of `COUNT` of the unit of a mode, by mode."""
    from litellm import cost_calculator as theirs

    def per_token(call_type: str, **given: Any) -> Callable[[str, str], float]:
        def cost(name: str, provider: str) -> float:
            model = name.removeprefix(f"{provider}/")
            return sum(
                theirs.cost_per_token(
                    model=model, custom_llm_provider=provider, call_type=call_type, **given
                )
            )

        return cost

    def image(name: str, provider: str) -> float:
        given = SIZED.fullmatch(name)
        if given is None:
            return theirs.default_image_cost_calculator(
                model=name, custom_llm_provider=provider, n=COUNT
            )
        return theirs.default_image_cost_calculator(
            model=(given["prefix"] or "") + given["model"],
            custom_llm_provider=provider,
            quality=given["quality"],
            size=given["size"],
            n=COUNT,
        )

    def video(name: str, provider: str) -> float:
        return theirs.default_video_cost_calculator(
            model=name, duration_seconds=float(COUNT), custom_llm_provider=provider
        )

    def ocr(name: str, provider: str) -> float:
        from litellm.llms.base_llm.ocr.transformation import OCRResponse, OCRUsageInfo

        response = OCRResponse(pages=[], model=name, usage_info=OCRUsageInfo(pages_processed=COUNT))
        return sum(theirs.ocr_cost(name, provider, response))

    return {
        "ocr": ocr,
        "audio_speech": per_token("speech", prompt_characters=COUNT),
        "audio_transcription": per_token(
            "transcription", audio_transcription_file_duration=float(COUNT)
        ),
        "image_generation": image,
        "rerank": per_token("rerank", rerank_billed_units={"search_units": COUNT}),
        "video_generation": video,
    }


def cases(price_map: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for name, entry in price_map.items():
        unit = UNIT_OF_MODE.get(entry.get("mode", ""))
        price = read_price(entry, entry["litellm_provider"], name) if unit else None
        if unit and price is not None and price.standard.units.get(unit):
            yield name, unit, entry


def test_units_cost_what_litellm_bills(
    price_map: dict[str, dict[str, Any]],
    calculators: dict[str, Callable[[str, str], float]],
) -> None:
    wrong, needed, compared = [], set(), 0
    for name, unit, entry in cases(price_map):
        price = read_price(entry, entry["litellm_provider"], name)
        assert isinstance(price, Price)
        usage = Usage(units={unit: Decimal(COUNT)})
        ours = float(request_cost(price, usage, entry["mode"]))
        try:
            theirs = calculators[entry["mode"]](name, entry["litellm_provider"])
        except Exception as error:  # noqa: BLE001 - LiteLLM raises it for names it cannot place
            theirs = type(error).__name__
        compared += 1
        if isinstance(theirs, float) and abs(ours - theirs) <= 1e-9 * max(ours, theirs):
            continue
        known = [
            pattern
            for exception in EXCEPTIONS
            for pattern in exception["names"]
            if fnmatchcase(name, pattern)
        ]
        needed.update(known)
        if not known:
            wrong.append(f"{name}: {ours!r} instead of {theirs!r}")
    assert compared > 500
    assert not wrong, f"{len(wrong)} of {compared}:\n" + "\n".join(wrong[:60])
    assert needed == {pattern for exception in EXCEPTIONS for pattern in exception["names"]}


SEARCHES = 3


@pytest.mark.usefixtures("_own_map")
@pytest.mark.filterwarnings("ignore")  # of what LiteLLM imports
def test_web_searches_cost_what_litellm_bills(
    price_map: dict[str, dict[str, Any]],
) -> None:
    """Three searches for each entry with a fee and each size of context.

    Perplexity states its whole cost in the response; without it LiteLLM takes the low fee.
    """
    from litellm.types.utils import PromptTokensDetailsWrapper, ServerToolUse
    from litellm.types.utils import Usage as Spent

    usage = Spent(
        prompt_tokens=0,
        completion_tokens=0,
        server_tool_use=ServerToolUse(web_search_requests=SEARCHES),
        server_side_tool_usage_details={"web_search_calls": SEARCHES},
        prompt_tokens_details=PromptTokensDetailsWrapper(web_search_requests=SEARCHES),
    )
    wrong, compared = [], 0
    for name, entry in price_map.items():
        if not entry.get("search_context_cost_per_query"):
            continue
        provider = entry.get("litellm_provider", "")
        price = read_price(entry, provider, name)
        assert price is not None
        fee = price.standard.units.get("request", Decimal(0))
        for size in ("low",) if provider == "perplexity" else ("low", "medium", "high"):
            spent = Usage(units={f"search_{size}": Decimal(SEARCHES)})
            ours = float(request_cost(price, spent, entry.get("mode", "")) - fee)
            theirs = search_bill(name, provider, usage, size)
            compared += 1
            if abs(ours - theirs) > 1e-12:
                wrong.append(f"{name} {size}: {ours} instead of {theirs}")
    assert compared > 1400
    assert not wrong, f"{len(wrong)} of {compared}:\n" + "\n".join(wrong[:60])


def search_bill(name: str, provider: str, usage: Any, size: str) -> float:
    """What LiteLLM bills for the searches of a response."""
    from litellm.litellm_core_utils.llm_cost_calc.tool_call_cost_tracking import (
        StandardBuiltInToolCostTracking,
    )
    from litellm.llms.perplexity.cost_calculator import cost_per_token
    from litellm.types.utils import ModelResponse

    if provider == "perplexity":
        return sum(cost_per_token(name.removeprefix("perplexity/"), usage))
    return StandardBuiltInToolCostTracking.get_cost_for_built_in_tools(
        model=name,
        response_object=ModelResponse(),
        usage=usage,
        custom_llm_provider=provider,
        standard_built_in_tools_params={"web_search_options": {"search_context_size": size}},
    )
