"""`docs/method.md` has every section that code refers to, and its figures are those the code
gives."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "method.md").read_text("utf-8")


def test_every_section_that_code_refers_to_exists():
    sections = set(re.findall(r"^#{2,3} (\d+(?:\.\d+)?) ", PAGE, re.MULTILINE))
    references = re.compile(r"methods? (\d+(?:\.\d+)?)((?:(?:,| and| or) \d+(?:\.\d+)?)*)")
    missing = {}
    for path in sorted((ROOT / "multillm_gov").rglob("*.py")):
        text = " ".join(path.read_text("utf-8").split())
        for first, others in references.findall(text):
            for section in (first, *re.findall(r"\d+(?:\.\d+)?", others)):
                if section not in sections:
                    missing.setdefault(path.name, []).append(section)
    assert missing == {}


def test_the_reference_figures_stand_on_the_page_to_their_printed_digits(oracles):
    example = oracles["spof_example"]
    for figure in (example["T1"], example["T2"], example["T3"]):
        assert f"{figure:.10g}".lstrip("0") in PAGE
    assert f"{example['expected_loss_usd_per_year']:,.2f}" in PAGE
    for row in oracles["beta_factor"][:2]:
        assert f"{row['U_marginal_preserving']:.12f}".lstrip("0") in PAGE
