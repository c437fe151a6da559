"""Limits on how spend and value spread over vendors and clouds, and what that makes of prices."""

from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from multillm_gov.dimensions import UNKNOWN
from multillm_gov.measures.cost.repricing import BASE_RISE, largest_bill_rise
from multillm_gov.measures.figures import Concentration, PortfolioFigures
from multillm_gov.portfolio.settings import Appetite, Settings
from multillm_gov.register import Amount, LimitRecord
from multillm_gov.risk.limits.judging import judge_above, judge_below, terms_of, without_price


class ShareLimits:
    """Records of one kind, with the terms that the settings declare of their limits."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def terms(self, key: str, limit: Amount | None) -> dict[str, Any]:
        """What the settings declare of a limit besides its number."""
        return terms_of(self.settings, key, limit)

    def largest(self, shares: Concentration, basis: str, ceiling: Decimal) -> LimitRecord:
        """The largest vendor's share, by the worse end of what is not known."""
        key = f"max_vendor_share_of_{basis}"
        words = f"Largest vendor by {basis}"
        record = self._unjudged(f"largest-vendor-of-{basis}", words, key, ceiling, shares)
        if not shares.shares:
            return record
        entity, share = shares.largest
        known = dict(shares.shares)[entity]
        return replace(
            record,
            value=share,
            best=known if entity != UNKNOWN and share > known else None,
            subject=("vendor", entity),
            judgment=judge_below(share, float(ceiling), record.warn_at),
            reason="",
            facts={**record.facts, "unknown_share": shares.unknown_share},
        )

    def effective(self, shares: Concentration, what: str, floor: Decimal) -> LimitRecord:
        """The effective number, by the worse end of what is not known."""
        key = f"min_effective_{what}"
        words = f"Effective {what} by spend"
        record = self._unjudged(f"effective-{what}", words, key, floor, shares)
        record = replace(record, unit="number", direction="at least")
        if not shares.shares:
            return record
        worst, best = shares.effective_number, shares.best_effective_number
        return replace(
            record,
            value=worst,
            best=best if best > worst else None,
            subject=(shares.level.value, shares.shares[0][0]),
            judgment=judge_above(worst, float(floor), record.warn_at),
            reason="",
            facts={
                **record.facts,
                "unknown_share": shares.unknown_share,
                "largest_share": shares.shares[0][1],
            },
        )

    def _unjudged(
        self, identifier: str, words: str, key: str, limit: Decimal, shares: Concentration
    ) -> LimitRecord:
        """The record of a share that is at most its limit, as long as there is none."""
        return LimitRecord(
            id=identifier,
            key=f"appetite.{key}",
            words=words,
            unit="share",
            direction="at most",
            limit=Decimal(limit),
            value=None,
            judgment="not judged",
            reason="there is nothing to share yet",
            facts={"in_house_share": shares.in_house_share},
            **self.terms(key, limit),
        )


def by_spend(record: LimitRecord, figures: PortfolioFigures) -> LimitRecord:
    """A figure weighed by spend; not judged where some of the spend is not known.

    What has no price, or no declared demand, may hold any share of the true spend.
    """
    reason = without_price(figures)
    if not reason:
        return record
    return replace(
        record, value=None, best=None, subject=("", ""), judgment="not judged", reason=reason
    )


def price_shock(vendors: Concentration, appetite: Appetite, named: ShareLimits) -> LimitRecord:
    """What the bill rises by if the largest vendor raises its prices (method 5)."""
    limit, key = appetite.max_price_shock_share, "max_price_shock_share"
    record = LimitRecord(
        id="price-shock",
        key=f"appetite.{key}",
        words=f"Bill increase if a vendor adds {BASE_RISE * 100:.0f}%",
        unit="share",
        direction="at most",
        limit=Decimal(limit),
        value=None,
        judgment="not judged",
        reason="there is no spend to reprice",
        facts={"rise": BASE_RISE},
        **named.terms(key, limit),
    )
    if not vendors.shares:
        return record
    rise = largest_bill_rise([share for _, share in vendors.shares], BASE_RISE)
    return replace(
        record,
        value=rise,
        subject=("vendor", vendors.shares[0][0]),
        judgment=judge_below(rise, float(limit), record.warn_at),
        reason="",
    )
