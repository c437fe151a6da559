from pathlib import Path

import pytest

ALLOCATION = """\
owner: marketing
task_classes:
  drafting:
    route: [{model: openai/gpt-4o}]
    demand: {requests: 1000, input_tokens: 100, output_tokens: 100}
    spend_cap: {monthly: 0.01}
"""


@pytest.fixture
def portfolio(tmp_path: Path) -> Path:
    """A folder with one allocation that exceeds its cap, outside any repository."""
    folder = tmp_path / "portfolio"
    (folder / "allocations").mkdir(parents=True)
    (folder / "allocations/good.yaml").write_text(ALLOCATION)
    return folder
