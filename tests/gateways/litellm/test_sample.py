"""100 findings on real files, drawn over all rules and read one by one.

The list keeps rule, file and line. When it was made, each message was read beside its lines, and
each form of finding was compared with the router of 1.110.2, with LiteLLM's source, or, for dates,
with the announcement that the catalog names. A finding that goes missing was right; one that comes
new is not covered here.
"""

import datetime as dt
import json
from pathlib import Path

from multillm_gov.workflows.gateway.lint import lint_files

SAMPLE = Path(__file__).parents[2] / "data" / "lint_sample.json"


def test_the_findings_that_were_checked_are_still_made(corpus: Path) -> None:
    sample = json.loads(SAMPLE.read_bytes())
    assert len(sample) == 100
    paths = sorted({corpus / path for _, path, _ in sample})
    report = lint_files(paths, as_of=dt.date(2026, 11, 24), folder=corpus)
    found = {(one.rule, one.location.path, one.location.line) for one in report.findings}
    assert {tuple(one) for one in sample} <= found
