"""Portfolios that several rooms of the tests share, small enough to work out by hand.

``ACME_*`` spends 6,000, 3,000 and 1,000 USD a month: shares .6, .3 and .1, as in the worked example
of a repricing. Its value at stake is 100, 50 and 10 USD an hour, 1,401,600 USD a year.
``REPOSITORY`` is what the tests of revisions commit. Both declare every model, so that no price map
is read. ``CAPITALS`` is what the tests of benchmarks run.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.changes.compare import compare
from multillm_gov.documents.document import SourceFile
from multillm_gov.finding import Severity
from multillm_gov.languages.language import find_language
from multillm_gov.report import Report
from multillm_gov.reporting.pack.edition import Audience
from multillm_gov.reporting.pack.report import Since, report_pack
from multillm_gov.risk.limits.register import compared
from multillm_gov.rules.engine.assessment import Assessment, assess
from multillm_gov.state.loading import load_state
from multillm_gov.workflows.report import stand

AS_OF = date(2026, 11, 24)
_ACME_MODEL = """\
  {vendor}/{name}:
    mode: chat
    usd_per_million_tokens: {{input: {price}}}
    max_input_tokens: 100000
    max_output_tokens: 1000
    exposure: {{family: {family}, vendor: {vendor}, provider: {vendor}, cloud: {cloud},
      jurisdiction: {country}}}
"""


def acme_model(name: str, price: int, cloud: str, country: str) -> str:
    """The declaration of one model, ``vendor/name``; its family is the name's first letter."""
    vendor, _, own = name.partition("/")
    return _ACME_MODEL.format(
        vendor=vendor, name=own, family=own[0], price=price, cloud=cloud, country=country
    )


ACME_CATALOG = (
    "models:\n"
    + acme_model("acme/x", 6, "nimbus", "US")
    + acme_model("beta/y", 3, "cumulus", "FR")
    + acme_model("gamma/z", 1, "stratus", "DE")
)
ACME_ALLOCATION = """\
owner: growth
task_classes:
  articles:
    route: [{model: acme/x}]
    fallbacks: [beta/y]
    cost_of_wrong_model: {value_at_stake: 73000}
    demand: {requests: 1000000, input_tokens: 1000}
    spend_cap: {monthly: 7000}
  scoring:
    route: [{model: beta/y}]
    cost_of_wrong_model: {value_at_stake: 36500}
    demand: {requests: 1000000, input_tokens: 1000}
    spend_cap: {monthly: 4000}
  filtering:
    route: [{model: gamma/z}]
    fallbacks: [gamma/z]
    cost_of_wrong_model: {value_at_stake: 7300}
    demand: {requests: 1000000, input_tokens: 1000}
"""
ACME_RETIREMENT = "    retirement: {date: 2027-01-14, source: announcement}\n"
"""What a test adds to ``acme/x``, with its successor."""


def retiring(catalog: str, successor: str) -> str:
    """The catalog with ``acme/x`` retired on 2027-01-14."""
    lines = f"{ACME_RETIREMENT}    successor: {successor}\n"
    return replaced(catalog, ("    exposure: {family: x", f"{lines}    exposure: {{family: x"))


def replaced(text: str, *changes: tuple[str, str]) -> str:
    """The text with the first occurrence of each old part replaced; each must be there."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def assessed(texts: Mapping[str, str], revision: str = "") -> Assessment:
    """The assessment of files by path; an empty text leaves its file out."""
    files = [SourceFile(path, text.encode()) for path, text in texts.items() if text]
    return assess(
        load_state(files, as_of=AS_OF, price_map=lambda: PriceMap("1.0", b"{}"), revision=revision)
    )


def packed(
    now: Assessment,
    since: Assessment | None = None,
    audience: Audience = "board",
    language: str = "en",
    day: date = date(2026, 7, 6),
) -> Report:
    """The board pack of an assessment, compared with an older one of a day."""
    standing, last = stand(now), None
    if since is not None:
        comparison = compare(since.state, now.state)
        last = Since(standing=stand(since), comparison=comparison, day=day)
        records = compared(last.standing.records, standing.records)
        standing = replace(standing, records=records)
    return report_pack(
        standing,
        since=last,
        language=find_language(language),
        audience=audience,
        fail_on=Severity.ERROR,
    )


_CUSTOM_MODEL = """\
  custom/{name}:
    mode: chat
    usd_per_million_tokens: {{input: {price}, output: {price}}}
    max_input_tokens: 200000
    max_output_tokens: 8000
    exposure: {{family: {name}, vendor: {name}, provider: {name}, cloud: {name}-cloud,
      jurisdiction: US}}
    regions: [US]
"""


def custom_catalog(prices: Iterable[tuple[str, int]]) -> str:
    """A catalog of models ``custom/NAME``, each of a vendor and cloud of its own."""
    models = (_CUSTOM_MODEL.format(name=name, price=price) for name, price in prices)
    return "models:\n" + "".join(models)


REPOSITORY_ALLOCATION = """\
owner: growth
task_classes:
  writing:
    purpose: Blog posts
    route:
      - {model: custom/alpha, weight: 70}
      - {model: custom/beta, weight: 30}
    fallbacks: [custom/gamma]
    demand: {requests: 100000, input_tokens: 1000, output_tokens: 500}
    spend_cap: {monthly: 2000}
    review: {last: 2026-11-01, every_months: 3}
  scoring:
    purpose: Lead scores
    route: [{model: custom/beta}]
    fallbacks: [custom/gamma]
    demand: {requests: 400000, input_tokens: 200, output_tokens: 10}
    spend_cap: {monthly: 1000}
    review: {last: 2026-11-01, every_months: 3}
"""
REPOSITORY = {
    "allocations/a.yaml": REPOSITORY_ALLOCATION,
    "catalog/models.yaml": custom_catalog((("alpha", 6), ("beta", 4), ("gamma", 2))),
    "govern.yaml": "organization: Example\n",
}
"""Without policies: each room brings its own."""

_CAPITALS_ALLOCATION = """\
owner: support
task_classes:
  capitals:
    route: [{model: openai/gpt-5.4}]
    fallbacks: [anthropic/claude-haiku-4-5]
    demand: {requests: 1000, input_tokens: 50, output_tokens: 20, max_output_tokens: 100}
"""
_CAPITALS_CASES = """\
task_class: capitals
scorer: {kind: exact, ignore_case: true}
cases:
  - {id: france, input: Capital of France?, expected: Paris}
  - {id: spain, input: Capital of Spain?, expected: Madrid}
  - {id: italy, input: Capital of Italy?, expected: Rome}
  - {id: peru, input: Capital of Peru?, expected: Lima}
"""
CAPITALS = {
    "govern.yaml": "organization: Example\n",
    "allocations/a.yaml": _CAPITALS_ALLOCATION,
    "evals/capitals.yaml": _CAPITALS_CASES,
}
"""A task class whose cases have one right answer each; its models are in the price map."""


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """The folder, with the files in it."""
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder
