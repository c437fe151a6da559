"""``reachability``: every call is answered, after the retries it may have."""

from multillm_gov.evidence.record import CheckResult
from multillm_gov.trials.check import Check, Observation
from multillm_gov.trials.severity import worst

_ADDRESS = "_API_BASE"
"""How the variables end that hold an address, not a key."""


def conclude(observation: Observation) -> CheckResult:
    """The worst of the failures; one is enough, since it outlasted its retries."""
    failures, answers = observation.failures, observation.answers
    total = len(failures) + len(answers)
    if not total:
        return CheckResult(name="reachability", verdict="inconclusive", detail="nothing was sent")
    if not failures:
        return CheckResult(name="reachability", verdict="pass", detail=f"{total} of {total} calls answered")
    unset = [key.name for key in observation.probe.keys if key.is_missing and not key.name.endswith(_ADDRESS)]
    if unset and not answers:
        # Some clients then call without a key, and what they meet says nothing of the provider.
        said = f"0 of {total} calls answered; {' and '.join(unset)} is not set"
        return CheckResult(name="reachability", verdict="credentials", detail=said)
    verdict = worst(failure.verdict for failure in failures)
    status = next((one.status for one in failures if one.verdict == verdict and one.status is not None), None)
    told = f", HTTP {status}" if status is not None else ""
    return CheckResult(
        name="reachability", verdict=verdict, detail=f"{len(answers)} of {total} calls answered; {verdict}{told}"
    )


CHECK = Check(name="reachability", conclude=conclude)
