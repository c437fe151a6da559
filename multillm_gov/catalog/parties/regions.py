"""Where a name says that requests are processed, and whether that is permitted."""

from collections.abc import Collection

EU_MEMBERS = frozenset(
    {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"}
)
EU_MEMBERS |= {"IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"}
"""Member states of the European Union (ISO 3166 codes)."""

GEOGRAPHIES = {
    "eu": ("EU",),
    "us": ("US",),
    "us-gov": ("US",),
    "apac": ("APAC",),
    "jp": ("JP",),
    "au": ("AU",),
    "ca": ("CA",),
    "in": ("IN",),
    "global": ("global",),
    "global-standard": ("global",),
}
"""Inference geographies of Bedrock (``eu.``) and deployment zones of Azure (``azure/eu/``)."""

_AWS_COUNTRIES = {
    "eu-central-1": "DE",
    "eu-central-2": "CH",
    "eu-west-1": "IE",
    "eu-west-2": "GB",
    "eu-west-3": "FR",
    "eu-north-1": "SE",
    "eu-south-1": "IT",
    "eu-south-2": "ES",
    "ap-northeast-1": "JP",
    "ap-northeast-2": "KR",
    "ap-northeast-3": "JP",
    "ap-south-1": "IN",
    "ap-south-2": "IN",
    "ap-southeast-1": "SG",
    "ap-southeast-2": "AU",
    "ap-southeast-3": "ID",
    "ap-southeast-4": "AU",
    "ap-southeast-5": "MY",
    "ap-southeast-7": "TH",
    "ap-east-1": "HK",
    "ap-east-2": "TW",
    "ca-central-1": "CA",
    "ca-west-1": "CA",
    "mx-central-1": "MX",
    "sa-east-1": "BR",
    "me-south-1": "BH",
    "me-central-1": "AE",
    "il-central-1": "IL",
    "af-south-1": "ZA",
    "us-east-1": "US",
    "us-east-2": "US",
    "us-west-1": "US",
    "us-west-2": "US",
    "us-gov-east-1": "US",
    "us-gov-west-1": "US",
}


def places_of(region: str) -> tuple[str, ...]:
    """Places behind a region: ``("EU", "DE")`` for ``eu-central-1``; empty: not known.

    Where a country is known and lies in the Union, both are given, the wider one first.
    """
    if region in GEOGRAPHIES:
        return GEOGRAPHIES[region]
    country = _AWS_COUNTRIES.get(region)
    if country is None:
        return ()
    return ("EU", country) if country in EU_MEMBERS else (country,)


def processed_within(places: Collection[str], permitted: Collection[str]) -> bool | None:
    """Whether requests stay within permitted places; ``None``: not known where they go.

    ``("EU", "DE")`` is one place, written twice: permission for either is enough. Distinct places
    must all be permitted.
    """
    if not places:
        return None
    allowed = set(permitted)
    countries = {place for place in places if place in EU_MEMBERS}
    rest = {
        place for place in places if place not in countries and not (place == "EU" and countries)
    }
    union = "EU" in allowed
    return all(place in allowed for place in rest) and all(
        union or country in allowed for country in countries
    )
