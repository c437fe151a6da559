"""``govern lint``: judge a gateway's configuration alone, with no portfolio beside it."""

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct, structs

from multillm_gov.catalog.lookup import open_catalog
from multillm_gov.catalog.overrides import Overrides
from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.documents.secrets.search import find_secrets
from multillm_gov.errors import SourceError
from multillm_gov.finding import Finding, Flaw, Severity, fingerprint
from multillm_gov.gateways.litellm.book import find_lint_rule
from multillm_gov.gateways.litellm.configuration import Configuration
from multillm_gov.gateways.litellm.linting import lint, sorted_findings
from multillm_gov.gateways.litellm.reading import read_configuration
from multillm_gov.gateways.litellm.rule import LintContext
from multillm_gov.gateways.litellm.secret_values import masked_documents
from multillm_gov.gateways.litellm.versions import TESTED, parse_release
from multillm_gov.location import Location
from multillm_gov.portfolio.settings import Settings
from multillm_gov.report import TOOL_VERSION, Report, RuleNote, judge_counts
from multillm_gov.sources.given_file import read_given
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.sources.root import path_prefix
from multillm_gov.words import code, count_of
from multillm_gov.workflows.gate import gate

UNREADABLE = "GOV801"


class Opened(Struct, frozen=True, kw_only=True):
    """Configurations as read, and what could not be."""

    configurations: tuple[Configuration, ...]
    flaws: tuple[Flaw, ...]
    files: tuple[SourceFile, ...]
    """Everything that was read, includes included."""


class _Files:
    """Opens files below one folder, remembering them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.top = _top_of(folder)
        self.opened: dict[str, SourceFile] = {}

    def open(self, path: Path) -> SourceFile:
        file = SourceFile(_shown(path, self.folder), read_given(path))
        self.opened[file.path] = file
        return file

    def include(self, entry: str, declared_in: str) -> SourceFile | Flaw:
        """A file that a configuration includes: only below the repository, or its own folder."""
        home = (self.folder / declared_in).parent
        target = Path(os.path.realpath(home / entry))
        if not (target.is_relative_to(self.top) or target.is_relative_to(home.resolve())):
            return _unread(entry, declared_in, "lies outside the repository, and is not read")
        try:
            return self.open(target)
        except SourceError as error:
            return _unread(entry, declared_in, f"cannot be read: {error.message}", missing=True)


def open_configurations(paths: Sequence[Path], folder: Path) -> Opened:
    """Read each file with its includes; one that another includes is not judged twice.

    Raises:
        SourceError: a file is not there, or cannot be read.
    """
    files = _Files(folder.resolve())
    read: list[Configuration] = []
    flaws: list[Flaw] = []
    for path in paths:
        configuration, matching_flaws = read_configuration(files.open(path), files.include)
        if configuration is None:
            flaws += matching_flaws
        else:
            read.append(masked_documents(configuration))
    included = {path for each in read for path in each.documents if path != each.path}
    return Opened(
        configurations=tuple(each for each in read if each.path not in included),
        flaws=tuple(flaws),
        files=tuple(files.opened.values()),
    )


def lint_files(
    paths: Sequence[Path],
    *,
    as_of: date,
    fail_on: Severity | str | None = None,
    release: str = TESTED,
    environment: Mapping[str, str] | None = None,
    folder: Path = Path(),
) -> Report:
    """Judge configurations of the LiteLLM proxy.

    Args:
        paths: Files; none means those found below ``folder``.
        as_of: Day that retirements are judged against.
        fail_on: Least severity that fails; ``error`` where not given.
        release: Of LiteLLM.
        environment: Variables that are set; ``None``: not judged. No value is looked at.
        folder: Paths are shown relative to it.

    Raises:
        SourceError: no file, or one that cannot be read.
        UsageError: the release is none.
    """
    from multillm_gov.sources.gateway_files import find_configurations

    parsed = parse_release(release)
    chosen = list(paths) or find_configurations(folder)
    opened = open_configurations(chosen, folder)
    catalog = open_catalog(Overrides(), None, read_price_map, as_of)
    findings = [_of_flaw(flaw) for flaw in opened.flaws]
    for configuration in opened.configurations:
        context = LintContext(
            configuration=configuration,
            release=parsed,
            catalog=catalog,
            as_of=as_of,
            environment=None if environment is None else frozenset(environment),
        )
        findings += lint(context)
    report = _report(opened, sorted_findings(findings), as_of, gate(Settings(), fail_on), release)
    secrets = find_secrets(opened.files)
    report = structs.replace(report, path_prefix=path_prefix(folder))
    return masked(report, secrets)


def _report(
    opened: Opened,
    findings: tuple[Finding, ...],
    as_of: date,
    fail_on: Severity | None,
    release: str,
) -> Report:
    deployments = sum(len(configuration.deployments) for configuration in opened.configurations)
    groups = sum(len(configuration.groups) for configuration in opened.configurations)
    verdict = judge_counts(findings, fail_on)
    scope = f"{count_of(deployments, 'deployment')} in {count_of(len(opened.files), 'file')}"
    return Report(
        kind="check",
        title="Gateway configuration check",
        organization="",
        as_of=as_of.isoformat(),
        verdict=verdict,
        summary=f"{scope}, judged for LiteLLM {release}: {verdict.counts_with_waived}.",
        findings=findings,
        provenance=(("govern", TOOL_VERSION), ("litellm judged for", release)),
        checked=(
            ("files", len(opened.files)),
            ("deployments", deployments),
            ("model groups", groups),
        ),
        rules=rule_notes(findings),
    )


def rule_notes(findings: Iterable[Finding]) -> tuple[RuleNote, ...]:
    """Each rule of gateway lint that findings name, in short."""
    rules = map(find_lint_rule, sorted({finding.rule for finding in findings}))
    return tuple(
        RuleNote(
            id=rule.id,
            name=rule.name,
            title=rule.title,
            why=rule.why,
            remediation=rule.remediation,
            severity=rule.severity,
        )
        for rule in rules
        if rule is not None
    )


def _of_flaw(flaw: Flaw) -> Finding:
    subject = f"file:{flaw.location.path}"
    is_template = "{{" in flaw.location.source_line
    return Finding(
        rule=UNREADABLE,
        name="configuration-unreadable",
        severity=Severity.ERROR,
        message=flaw.message,
        location=flaw.location,
        subject=subject,
        remedy="It is a template: render it first, with `helm template` for a chart."
        if is_template
        else flaw.remedy,
        fingerprint=fingerprint(UNREADABLE, "", subject, flaw.kind),
    )


def _unread(entry: str, declared_in: str, words: str, *, missing: bool = False) -> Flaw:
    return Flaw(
        kind="include-missing" if missing else "include-not-read",
        message=f"the included file {code(entry)} {words}"
        + ("; the proxy does not start without it" if missing else ""),
        location=Location(declared_in),
        remedy="Correct the path: it is relative to the file that includes."
        if missing
        else "Keep included files beside the configuration.",
    )


def _shown(path: Path, folder: Path) -> str:
    absolute = Path(os.path.realpath(path))
    if absolute.is_relative_to(folder):
        return absolute.relative_to(folder).as_posix()
    return Path(os.path.relpath(absolute, folder)).as_posix()


def _top_of(folder: Path) -> Path:
    """The repository that a folder lies in, else the folder."""
    for parent in (folder, *folder.parents):
        if (parent / ".git").exists():
            return parent
    return folder
