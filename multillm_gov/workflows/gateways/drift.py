"""``govern drift``: what runs compared with what is declared."""

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.documents.document import Document, locate
from multillm_gov.documents.layout import SETTINGS
from multillm_gov.errors import SourceError, UnableError, UsageError
from multillm_gov.finding import Finding, Related, Severity, fingerprint
from multillm_gov.gateways.drift.comparing import Declared, compare
from multillm_gov.gateways.drift.difference import KINDS, REMEDY, Difference
from multillm_gov.gateways.drift.limits import compare_limits
from multillm_gov.gateways.drift.running import Running, running_of_answers, running_of_file
from multillm_gov.gateways.routing import Routing
from multillm_gov.location import Location
from multillm_gov.plugins import load_plugin
from multillm_gov.report import Report, RuleNote
from multillm_gov.reporting.drift import report_drift
from multillm_gov.sources.answers import Answers
from multillm_gov.sources.root import path_prefix, split_paths
from multillm_gov.state.state import State
from multillm_gov.workflows.gate import gate
from multillm_gov.workflows.gateway.lint import open_configurations
from multillm_gov.workflows.gateways.routes import routes_of
from multillm_gov.workflows.states import assess_folder

LIMITS = "multillm_gov.gateways.limits"
PROXY_KEY = "LITELLM_MASTER_KEY"
_CONNECTED = "connected"


class DriftOptions(Struct, frozen=True, kw_only=True):
    """What a call of ``govern drift`` requests."""

    configs: tuple[Path, ...] = ()
    urls: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    provider_url: str = ""
    """Instead of the provider's own address: a proxy in front of it, or a test's server."""
    fail_on: Severity | str | None = None


def drift(
    options: DriftOptions,
    *,
    as_of: date,
    root: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Report:
    """Compare the allocation with gateway files, running proxies and providers' limits.

    Raises:
        UsageError: nothing to compare with, or an address that no key may be sent to.
        SourceError: no portfolio, or a file or server that cannot be read.
        UnableError: a key is missing in the environment.
    """
    if not (options.configs or options.urls or options.providers):
        raise UsageError(
            "Nothing to compare with", "Name it: --config FILE, --url PROXY or --provider openai."
        )
    top, _ = split_paths((), root)
    state = assess_folder(top, as_of=as_of).state
    routes = routes_of(state)
    places = {task.task.name: task.task.place for task in state.figures.tasks}
    declared = Declared(routing=routes, places=places)
    documents: dict[str, Document] = dict(state.documents)
    differences: list[Difference] = []
    for path in options.configs:
        running, read = _file(path)
        documents.update(read)
        differences += compare(declared, running)
    for url in options.urls:
        differences += compare(declared, proxy_of(url, environment))
    for name in options.providers:
        differences += _at_provider(name, options, state, routes, environment)
    severity = gate(state.portfolio.settings, options.fail_on)
    report = report_drift(
        state,
        [finding_of(difference, documents) for difference in differences],
        NOTES.values(),
        severity,
        origins=(*map(str, options.configs), *options.urls, *options.providers),
        compared=len(state.figures.tasks),
    )
    return replace(report, path_prefix=path_prefix(top))


def proxy_of(url: str, environment: Mapping[str, str]) -> Running:
    """What a running LiteLLM proxy says it runs.

    Raises:
        UnableError: no key in the environment.
        SourceError: it does not answer as a proxy does.
    """
    key = proxy_key(PROXY_KEY, environment)
    ask = Answers(url, {"authorization": f"Bearer {key}"}, PROXY_KEY)
    models = ask("/model/info")
    if not isinstance(models, dict) or not isinstance(models.get("data"), list):
        raise SourceError(f"{ask.address} does not answer as a LiteLLM proxy", "Check the address.")
    readiness = ask("/health/readiness")
    connected = isinstance(readiness, dict) and readiness.get("db") == _CONNECTED
    return running_of_answers(
        ask.address,
        models=models,
        callbacks=ask("/get/config/callbacks"),
        fields=ask("/router/settings"),
        readiness=readiness,
        teams=ask("/team/list") if connected else None,
    )


def _file(path: Path) -> tuple[Running, Mapping[str, Document]]:
    """A configuration, with the files that it includes."""
    opened = open_configurations([path], Path())
    flaws = (
        *opened.flaws,
        *(
            flaw
            for configuration in opened.configurations
            for flaw in configuration.flaws
            if flaw.kind.startswith("include")
        ),
    )
    if flaws or not opened.configurations:
        raise SourceError(
            f"{flaws[0].location}: {flaws[0].message}",
            flaws[0].remedy or "Name a LiteLLM configuration.",
        )
    (configuration,) = opened.configurations
    return running_of_file(configuration), configuration.documents


def _at_provider(
    name: str,
    options: DriftOptions,
    state: State,
    routes: Routing,
    environment: Mapping[str, str],
) -> Iterator[Difference]:
    provider: Any = load_plugin(LIMITS, name, "provider")
    headers = provider.headers(proxy_key(provider.KEY, environment))
    ask = Answers(options.provider_url or provider.ADDRESS, headers, provider.KEY)
    tasks: Sequence[Any] = state.figures.tasks
    residency = {task.task.name: frozenset(task.task.declared.data.residency) for task in tasks}
    places = {task.task.name: task.task.place for task in tasks}
    yield from compare_limits(routes, residency, provider.read(ask), places)


def proxy_key(name: str, environment: Mapping[str, str]) -> str:
    """A key from the environment.

    Raises:
        UnableError: it is not set, or is none.
    """
    key = environment.get(name, "").strip()
    if not key or not key.isascii() or not key.isprintable():
        raise UnableError(f"{name} is not set", f"Put an admin key into {name}.")
    return key


NOTES = {
    name: RuleNote(
        id=kind.id,
        name=name,
        title=kind.title,
        why=kind.why,
        remediation=REMEDY,
        severity=kind.severity,
    )
    for name, kind in KINDS.items()
}


def finding_of(difference: Difference, documents: dict[str, Document]) -> Finding:
    """At what runs where a file shows it, else where it is declared."""
    kind = KINDS[difference.kind]
    place = difference.running or difference.declared
    other = difference.declared if difference.running is not None else None
    related = (Related("declared here", locate(other, documents)),) if other is not None else ()
    return Finding(
        rule=kind.id,
        name=kind.name,
        severity=kind.severity,
        message=difference.message,
        location=locate(place, documents) if place is not None else Location(SETTINGS),
        subject=difference.subject,
        remedy=difference.remedy,
        related=related,
        figures=difference.figures,
        fingerprint=fingerprint(kind.id, "", difference.subject, difference.distinction),
    )
