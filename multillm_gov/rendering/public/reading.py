"""From the public shape of a stored report back to ours."""

from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict

from multillm_gov.finding import Enforcement, Finding, Related, Severity, Waived
from multillm_gov.location import Location
from multillm_gov.rendering.public.findings import (
    PublicFinding,
    PublicLocation,
    PublicWaiver,
)
from multillm_gov.rendering.public.shape import (
    PublicMetric,
)
from multillm_gov.report import Metric


class StoredCheck(Struct, frozen=True, kw_only=True):
    """The part of a stored check that a later one is compared with; other fields may be newer."""

    schema: Literal["govern/report/1"]
    kind: Literal["check"]
    as_of: str
    revision: str
    headline: list[PublicMetric]
    findings: list[PublicFinding]


def read_metric(metric: PublicMetric) -> Metric:
    """A headline figure."""
    return Metric(**asdict(metric))


def read_finding(finding: PublicFinding) -> Finding:
    """A finding, at the place it had then."""
    return Finding(
        **{
            **asdict(finding),
            "severity": Severity[finding.severity.upper()],
            "location": _location(finding.location),
            "enforcement": Enforcement(finding.enforcement) if finding.enforcement else None,
            "controls": tuple(finding.controls),
            "related": tuple(
                Related(each.message, _location(each.location)) for each in finding.related
            ),
            "waiver": _waiver(finding.waiver) if finding.waiver else None,
        }
    )


def _waiver(waiver: PublicWaiver) -> Waived:
    return Waived(**{**asdict(waiver), "location": _location(waiver.location)})


def _location(location: PublicLocation) -> Location:
    return Location(**asdict(location))
