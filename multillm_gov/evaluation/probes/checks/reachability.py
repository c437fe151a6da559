"""``reachability``: every call is answered, after the retries it may have."""

from multillm_gov.evaluation.probes.check import Check, Observation
from multillm_gov.evidence.record import CheckResult
from multillm_gov.evidence.verdict import worst
from multillm_gov.words import count_of

NAME = "reachability"
_ADDRESS = "_API_BASE"
"""How the variables end that hold an address, not a key."""


def judge(observation: Observation) -> CheckResult:
    """The worst of the failures; one is enough, since it outlasted its retries."""
    failures, answers = observation.failures, observation.answers
    total = len(failures) + len(answers)
    if not total:
        return CheckResult(name=NAME, verdict="inconclusive", detail="nothing was sent")
    detail = f"{len(answers):,} of {count_of(total, 'call')} answered"
    if not failures:
        return CheckResult(name=NAME, verdict="pass", detail=detail)
    unset = [
        key.name
        for key in observation.probe.keys
        if key.is_missing and not key.name.endswith(_ADDRESS)
    ]
    if unset and not answers:
        # Some clients then call without a key, and what they meet says nothing of the provider.
        missing = f"{' and '.join(unset)} {'is' if len(unset) == 1 else 'are'} not set"
        return CheckResult(name=NAME, verdict="credentials", detail=f"{detail}; {missing}")
    verdict = worst(failure.verdict for failure in failures)
    status = next(
        (
            failure.status
            for failure in failures
            if failure.verdict == verdict and failure.status is not None
        ),
        None,
    )
    detail += f"; {verdict}{f', HTTP {status}' if status is not None else ''}"
    return CheckResult(name=NAME, verdict=verdict, detail=detail)


CHECK = Check(name=NAME, judge=judge)
