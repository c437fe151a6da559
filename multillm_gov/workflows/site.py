"""``govern site``: the portfolio as a folder of pages."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from multillm_gov.documents.secrets.masking import masked
from multillm_gov.errors import GovernError, OutputError
from multillm_gov.measures.periods import periods
from multillm_gov.rendering.pages.site import Page, page_name, render_site
from multillm_gov.rendering.renderers import graph_renderer
from multillm_gov.report import Report
from multillm_gov.reporting.check.report import rule_notes
from multillm_gov.reporting.site import index_page, limits_page, page, rule_page, task_page
from multillm_gov.risk.availability.dependence import measure_dependence
from multillm_gov.risk.availability.dependency_graph import draw_graph
from multillm_gov.risk.system.system import System
from multillm_gov.risk.system.system_builder import build_system
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.sources.git import Repository
from multillm_gov.sources.git_history import list_commits
from multillm_gov.sources.output import write_bytes
from multillm_gov.sources.root import split_paths
from multillm_gov.workflows.history import history
from multillm_gov.workflows.report import PackOptions, report
from multillm_gov.workflows.states import assess_folder, working_revision
from multillm_gov.workflows.waivers.register import waiver_register

_MOST_DRAWN = 60
"""Task classes in one picture; more are drawn one by one only."""
MENU = (
    ("Portfolio", "index.html"),
    ("Board pack", "pack.html"),
    ("Trend", "trend.html"),
    ("Limits and waivers", "limits.html"),
    ("Dependencies", "dependencies.html"),
)


def site(folder: Path, *, as_of: date, root: Path | None = None, packs: int = 8) -> int:
    """Write the pages below a folder, and return how many.

    Args:
        folder: Where they go; pages of an earlier call are replaced.
        as_of: The day everything is judged against.
        root: The portfolio's root, if it is not to be searched for.
        packs: Board packs of past quarters, at most.

    Raises:
        SourceError: no portfolio.
        CatalogError: the lock or the price map cannot be read.
        OutputError: the folder holds something else, or may not be written.
    """
    top, _ = split_paths((), root)
    if folder.exists() and any(folder.iterdir()) and not (folder / "index.html").is_file():
        raise OutputError(f"`{folder}` holds other files", "Name an empty folder.")
    assessment = assess_folder(top, as_of=as_of, revision=working_revision(top))
    drawn = tuple(_pages(top, assessment, as_of, packs))
    draft = next(each.report.draft for each in drawn if each.path == "pack.html")
    pages = tuple(
        each
        if each.path.startswith("packs/")
        else replace(each, report=replace(each.report, draft=draft))
        for each in drawn
    )
    files = render_site(pages, [entry for entry in MENU if entry[1] in {p.path for p in pages}])
    for path, data in files.items():
        write_bytes(folder / path, data)
    return len(files)


def _pages(top: Path, assessment: Assessment, as_of: date, packs: int) -> Iterator[Page]:
    state = assessment.state
    pack = report(PackOptions(), as_of=as_of, root=top)
    past = tuple(_past_packs(top, as_of, state.portfolio.settings.fiscal_year_starts, packs))
    secrets = state.secrets
    yield Page(path="index.html", report=masked(index_page(state, pack, past), secrets))
    yield Page(path="pack.html", report=pack)
    for label, _, old in past:
        yield Page(path=f"packs/{page_name(label)}.html", report=old)
    if past or state.revision:
        yield Page(path="trend.html", report=history(as_of=as_of, root=top))
    waivers = waiver_register(as_of=as_of, root=top)
    yield Page(path="limits.html", report=masked(limits_page(state, pack, waivers), secrets))
    yield from _task_pages(assessment)
    for rule in rule_notes(assessment.findings):
        of_rule = tuple(finding for finding in assessment.findings if finding.rule == rule.id)
        yield Page(
            path=f"rules/{rule.id}.html", report=masked(rule_page(state, rule, of_rule), secrets)
        )


def _task_pages(assessment: Assessment) -> Iterator[Page]:
    """All dependencies, and a page for each task class with its own."""
    state = assessment.state
    currency, draw = state.portfolio.settings.currency, graph_renderer("svg")
    system = masked(build_system(state), state.secrets)

    def picture(part: System) -> tuple[bytes, str]:
        drawn = draw_graph(part, measure_dependence(part).singles, currency=currency)
        return draw(drawn), drawn.summary

    by_name = {task.name: task for task in system.tasks}
    if len(by_name) <= _MOST_DRAWN:
        svg, described = picture(system)
        whole = page(state, "Dependencies", (), described)
        yield Page(path="dependencies.html", report=whole, picture=svg, described=described)
    for task in state.figures.tasks:
        name = task.task.name
        of_task = tuple(finding for finding in assessment.findings if finding.subject == name)
        report_ = masked(task_page(state, task, of_task), state.secrets)
        svg, described = b"", ""
        if name in by_name:
            svg, described = picture(replace(system, tasks=(by_name[name],)))
        yield Page(
            path=f"tasks/{page_name(name)}.html", report=report_, picture=svg, described=described
        )


def _past_packs(
    top: Path, as_of: date, year_starts: int, most: int
) -> Iterator[tuple[str, str, Report]]:
    """The pack of each quarter that has ended, as its last commit gives it, oldest first."""
    try:
        repository = Repository.open(top)
        commits = [commit for commit in list_commits(repository) if commit.day <= as_of]
    except GovernError:
        return  # no repository: there is no past
    ended = [
        period
        for period in (periods(commits[0].day, as_of, "quarter", year_starts) if commits else ())
        if period.end < as_of
    ]
    for period in ended[-most:] if most else ():
        commit = [commit.id for commit in commits if commit.day <= period.end][-1]
        old = report(PackOptions(revision=commit), as_of=period.end, root=top)
        yield period.label, period.end.isoformat(), old
