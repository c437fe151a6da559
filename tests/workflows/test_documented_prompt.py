"""The example of docs/prompts.md works as it is printed."""

import re
from pathlib import Path

from multillm_gov.documents.document import SourceFile
from multillm_gov.portfolio.prompts import read_prompt
from multillm_gov.providers.prompting import Rendering

_PAGE = Path(__file__).parents[2] / "docs" / "prompts.md"


def test_the_example_is_sound_and_filled_in() -> None:
    text = re.search(r"```markdown\n(.*?)```", _PAGE.read_text("utf-8"), re.DOTALL)
    assert text is not None
    prompt, flaws = read_prompt(SourceFile("prompts/triage.md", text[1].encode()))
    assert flaws == ()
    assert prompt is not None
    system, user = Rendering(prompt).fill(prompt.header.canaries[0])
    assert system.content == "You sort tickets."
    assert (
        user.content
        == "Sort the ticket into one of: billing, delivery, other.\n\n\nMy invoice is wrong."
    )
