"""``identity``: the declared model answered, and the same one as last time."""

import re

from multillm_gov.catalog.parties.naming import canonical_name, take_apart
from multillm_gov.evaluation.probes.check import Check, Observation
from multillm_gov.evidence.record import CheckResult

NAME = "identity"
_MOST_NAMES = 5
_LONGEST = 100


def judge(observation: Observation) -> CheckResult | None:
    """Names as reported; a provider that reports none, or a deployment's name, is not judged."""
    probe, served = observation.probe, served_models(observation)
    if not served:
        return None
    strange = [name for name in served if not _is_declared(name, observation)]
    if strange:
        detail = f"`{probe.model}` is declared; {_codes(strange)} answered"
        return CheckResult(name=NAME, verdict="contract", detail=detail)
    # A stranger that answered last time is no model to go back to: its end is no finding.
    last = probe.last.served_models if probe.last is not None else ()
    before = tuple(name for name in last if _is_declared(name, observation))
    if before and set(served) != set(before) and probe.last is not None:
        detail = (
            f"{_codes(served)} answered; on {probe.last.date.isoformat()} it was "
            f"{_codes(before)}: changed since then"
        )
        return CheckResult(name=NAME, verdict="contract", detail=detail)
    if len(served) > 1:
        detail = f"several models answer under one name: {_codes(served)}"
        return CheckResult(name=NAME, verdict="contract", detail=detail)
    return CheckResult(name=NAME, verdict="pass", detail=f"{_codes(served)} answered")


def served_models(observation: Observation) -> tuple[str, ...]:
    """Names that the provider reported, sorted."""
    return tuple(
        sorted(
            {
                answer.served_model[:_LONGEST]
                for answer in observation.answers
                if answer.served_model
            }
        )
    )


def _is_declared(served: str, observation: Observation) -> bool:
    """The same model, whatever its host and the date of its alias; a declared date must match."""
    probe = observation.probe
    if probe.facts is None or (
        probe.facts.source == "override" and probe.facts.exposure.model == probe.model
    ):
        return True  # an own model or deployment may be served under any name
    declared, answered = take_apart(probe.model), take_apart(served)
    names = {probe.facts.exposure.model, canonical_name(declared.base, declared.provider)}
    texts = {
        canonical_name(answered.base, provider)
        for provider in (declared.provider, answered.provider)
    }
    if not names & texts:
        return False
    text, two = answered.base.lower(), declared.base.lower()
    undated = min(len(_numbers(name)) for name in names)
    both_dated = len(_numbers(text)) > undated and len(_numbers(two)) > undated
    return text.startswith(two) or two.startswith(text) or not both_dated


def _numbers(name: str) -> list[str]:
    return re.findall(r"\d+", name)


def _codes(names: tuple[str, ...] | list[str]) -> str:
    """Names from a provider, bounded."""
    shown = ", ".join(f"`{name[:_LONGEST]}`" for name in names[:_MOST_NAMES])
    return f"{shown} and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else shown


CHECK = Check(name=NAME, judge=judge)
