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

    return {
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
