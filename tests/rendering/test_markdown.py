from collections.abc import Callable
import pytest
from multillm_gov.rendering.markdown import render


@pytest.mark.parametrize("kind", ["check", "clean", "diff", "board"])
def test_golden(kind: str, golden: Callable[[str, bytes], None], request: pytest.FixtureRequest) -> None:
    golden(f"{kind}.md", render(request.getfixturevalue(f"{kind}_report")))
