"""How often each service fails: as declared, else as measured, else as assumed."""

from datetime import date

from msgspec import Struct

from multillm_gov.catalog.facts import Exposure
from multillm_gov.catalog.parties.providers import provider_named
from multillm_gov.evidence.incident import PlacedIncidents
from multillm_gov.portfolio.risk import Dependency, Failure, Risk
from multillm_gov.risk.system import priors
from multillm_gov.risk.system.incident_figures import IncidentFigures, measured_services
from multillm_gov.risk.system.system import Origin


class FailureRate(Struct, frozen=True, kw_only=True):
    """How often a service is down and for how long at a time, and who says so."""

    unavailability: float
    mean_hours: float
    origin: Origin
    sample_size: int = 0
    note: str = ""


class FailureRates:
    """Looks services up; what is not declared is measured, what is not measured is assumed."""

    def __init__(self, risk: Risk, incidents: tuple[PlacedIncidents, ...], as_of: date) -> None:
        self._risk = risk
        self._measured = measured_services(incidents, as_of)

    def provider(self, exposure: Exposure) -> FailureRate:
        """The whole of what takes a model at a provider down, its cloud as such left out."""
        name = exposure.provider
        prior, note = _provider_prior(exposure)
        return self._settle("provider", name, self._risk.providers.get(name), prior, note)

    def cloud(self, name: str) -> FailureRate:
        """The host itself, on top of its services.

        What is measured of a provider may hold outages of its host, which then count twice: the
        cautious side, by no more than the host's figure.
        """
        note = "assumed: a cloud as such"
        return self._settle(
            "cloud", name, self._risk.clouds.get(name), priors.HOST_UNAVAILABILITY, note
        )

    def vendor(self, name: str) -> FailureRate:
        """Outages of a vendor beyond those of its providers: none, unless declared."""
        return self._settle("vendor", name, self._risk.vendors.get(name), 0.0, "")

    def dependency(self, name: str, declared: Dependency) -> FailureRate:
        """A gateway, key store or network of one's own."""
        failure = Failure(unavailability=declared.unavailability, mean_hours=declared.mean_hours)
        note = f"assumed: a {declared.kind} of one's own"
        return self._settle(declared.kind, name, failure, priors.GATEWAY_UNAVAILABILITY, note)

    def _settle(
        self, level: str, name: str, declared: Failure | None, prior: float, note: str
    ) -> FailureRate:
        measured = self._measured.get((level, name))
        hours = measured.mean_hours if measured else priors.OUTAGE_MEAN_HOURS
        if declared is not None and declared.mean_hours is not None:
            hours = float(declared.mean_hours)
        if declared is not None and declared.unavailability is not None:
            value = float(declared.unavailability)
            return FailureRate(
                unavailability=value,
                mean_hours=hours,
                origin="declared",
                note="declared in govern.yaml",
            )
        if measured is not None:
            return FailureRate(
                unavailability=measured.unavailability,
                mean_hours=hours,
                origin="measured",
                sample_size=measured.sample_size,
                note=_format(measured),
            )
        return FailureRate(unavailability=prior, mean_hours=hours, origin="assumed", note=note)


def _provider_prior(exposure: Exposure) -> tuple[float, str]:
    row = provider_named(exposure.provider)
    if row.cloud in priors.HYPERSCALERS and row.vendor != exposure.vendor:
        return (
            priors.HYPERSCALER_SERVED_UNAVAILABILITY,
            "assumed: served from a large cloud's own service",
        )
    return priors.FIRST_PARTY_UNAVAILABILITY, "assumed: a vendor's own or an independent API"


def _format(measured: IncidentFigures) -> str:
    outages = "1 outage" if measured.sample_size == 1 else f"{measured.sample_size} outages"
    return f"measured: {outages} in {measured.days} days"
