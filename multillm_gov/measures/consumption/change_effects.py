"""Why spend changed between two periods: exact effects that sum to the total.

Ordered replacement, cell by cell (task class x failover x tier x provider and model x prompt size):
first the requests, then each share of the mix, then tokens per request, then the cache, then the
price take their new value while the rest keeps its old one. The order is stated because effects
that multiply have no order of their own; every step is exact, so the sum is too. A cell that is new
enters with its mix step, at its own cost.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial

from msgspec import Struct

from multillm_gov.catalog.pricing.price import UnitPrices
from multillm_gov.measures.consumption.change_cells import Key, RequestShares, SpendCell, unit_steps
from multillm_gov.measures.consumption.repricing import tokens_of
from multillm_gov.usage.aggregate import UsageAggregate

EFFECTS = (
    "volume", "failover", "tier", "mix between models", "mix between sizes", "input per request",
    "output per request", "cache share", "price", "currency", "other charges",
)  # fmt: skip
"""In the order in which they are replaced."""
RatesOf = Callable[[str | None, str | None], UnitPrices | None]
"""List prices by provider and model, as fixed weights of the kinds of tokens."""
_ZERO = Decimal(0)
_LEAST = Decimal("0.000001")
"""Smaller effects are left out; what they and divisions leave is added to the largest effect."""
_DIGITS = Decimal("1e-12")
"""As exact as money is stored: sums of such amounts round nowhere."""
_PLAIN = UnitPrices(input=Decimal(1), output=Decimal(1))


class SubjectChange(Struct, frozen=True, kw_only=True):
    """The change of one subject, or of all."""

    before: Decimal
    after: Decimal
    effects: dict[str, Decimal]
    """By name, in order; those that are none are left out. They sum to ``after - before``."""

    @property
    def total(self) -> Decimal:
        """After less before."""
        return self.after - self.before


class ExplainedChange(Struct, frozen=True, kw_only=True):
    """A change of spend, in total, by task class and by provider."""

    total: SubjectChange
    task_classes: dict[str, SubjectChange]
    providers: dict[str, SubjectChange]
    not_separable: tuple[str, ...]
    """Task classes without requests in a period: their change is one of volume as a whole."""


def explain_change(
    before: Iterable[UsageAggregate],
    after: Iterable[UsageAggregate],
    rates_of: RatesOf,
    *,
    rate_before: Decimal = Decimal(1),
    rate_after: Decimal = Decimal(1),
    not_attributed: str = "not attributed",
) -> ExplainedChange:
    """Decompose the change between two periods.

    Args:
        before: Aggregates of the first period, amounts in one currency.
        after: Of the second.
        rates_of: Fixed weights of token kinds; a model without any is weighed by plain tokens.
        rate_before: Units of the reported currency per unit of the amounts' in the first period.
        rate_after: In the second.
        not_attributed: Name of what has no task class.
    """
    old, old_other = _cells(before, not_attributed)
    new, new_other = _cells(after, not_attributed)
    effects: defaultdict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
    names = {key[0] for key in (*old, *new)}
    blurred = []
    for name in sorted(names):
        mine, theirs = _of(old, name), _of(new, name)
        if not (_requests(mine) or not mine) or not (_requests(theirs) or not theirs):
            blurred.append(name)
        for key, amounts_by_name in _decomposed(mine, theirs, rates_of).items():
            for effect, amount in amounts_by_name.items():
                _add(effects[name, key[3]], effect, amount * rate_before)
    for key, cell in new.items():
        _add(effects[key[0], key[3]], "currency", cell.money * (rate_after - rate_before))
    for other, sign, rate in ((new_other, 1, rate_after), (old_other, -1, rate_before)):
        for subject, amount in other.items():
            _add(effects[subject], "other charges", sign * amount * rate)
    olds = _money(old, old_other, rate_before)
    news = _money(new, new_other, rate_after)
    return ExplainedChange(
        total=_change(olds, news, effects, _is_any),
        task_classes={name: _change(olds, news, effects, partial(_is_of, 0, name))
                      for name in sorted({key[0] for key in (*olds, *news)})},
        providers={name: _change(olds, news, effects, partial(_is_of, 1, name))
                   for name in sorted({key[1] for key in (*olds, *news)})},
        not_separable=tuple(blurred),
    )  # fmt: skip


def _cells(
    aggregates: Iterable[UsageAggregate], not_attributed: str
) -> tuple[dict[Key, SpendCell], dict[tuple[str, str], Decimal]]:
    cells: defaultdict[Key, SpendCell] = defaultdict(SpendCell)
    other: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for aggregate in aggregates:
        name, provider = aggregate.task_class or not_attributed, aggregate.provider or "not known"
        money = aggregate.effective_cost or _ZERO
        if aggregate.charge != "usage":
            other[name, provider] += money
            continue
        key = (name, str(bool(aggregate.failover)), aggregate.service_tier or "", provider,
               aggregate.model or "not known", aggregate.size or "")  # fmt: skip
        cell = cells[key]
        cell.requests += aggregate.requests or 0
        cell.money += money
        tokens = tokens_of(aggregate)
        if tokens is not None:
            cell.input += tokens.input_with_cache
            cell.read += tokens.cache_read
            cell.write += tokens.cache_write + tokens.cache_write_1h
            cell.output += tokens.output
    return dict(cells), dict(other)


def _decomposed(
    old: dict[Key, SpendCell], new: dict[Key, SpendCell], rates_of: RatesOf
) -> dict[Key, dict[str, Decimal]]:
    """Effects of one task class by cell."""
    names_by_key: dict[Key, dict[str, Decimal]] = {}
    bare = {key for cells in (old, new) for key, cell in cells.items() if not cell.requests}
    for key in bare:  # money without requests has no unit: it moves as a whole
        change = new.get(key, SpendCell()).money - old.get(key, SpendCell()).money
        names_by_key[key] = {"volume": change}
    old = {key: cell for key, cell in old.items() if key not in bare}
    new = {key: cell for key, cell in new.items() if key not in bare}
    before, after = _requests(old), _requests(new)
    if not before or not after:
        for key in {**old, **new}:
            change = new.get(key, SpendCell()).money - old.get(key, SpendCell()).money
            names_by_key[key] = {"volume": change}
        return names_by_key
    shares_old, shares_new = RequestShares(old), RequestShares(new)
    for key in {**old, **new}:
        requests, shares = (before, after), (shares_old, shares_new)
        rates = rates_of(key[3], key[4])
        names_by_key[key] = _cell_effects(
            (old.get(key), new.get(key)), key, rates, requests, shares
        )
    return names_by_key


def _cell_effects(
    cells: tuple[SpendCell | None, SpendCell | None],
    key: Key,
    rates: UnitPrices | None,
    requests: tuple[Decimal, Decimal],
    shares: tuple[RequestShares, RequestShares],
) -> dict[str, Decimal]:
    """Effects of one cell: each step replaces one cause, and the next starts from it."""
    (before, after), (shares_old, shares_new) = requests, shares
    rates = rates or _PLAIN
    if not rates.input or not rates.output:  # a part that weighs nothing has no effect to show
        rates = _PLAIN
    units = unit_steps(*cells, rates)
    steps = [before * shares_old.of(key, 0, shares_new) * units[0].cost(rates)]
    steps.append(after * shares_old.of(key, 0, shares_new) * units[0].cost(rates))
    steps += [
        after * shares_old.of(key, level, shares_new) * units[0].cost(rates)
        for level in (1, 2, 3, 4)
    ]
    count = after * shares_old.of(key, 4, shares_new)
    steps += [count * unit.cost(rates) for unit in units[1:]]
    return {
        effect: after_step - before_step
        for effect, before_step, after_step in zip(EFFECTS, steps, steps[1:], strict=False)
    }


def _money(
    cells: dict[Key, SpendCell], other: dict[tuple[str, str], Decimal], rate: Decimal
) -> dict[tuple[str, str], Decimal]:
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for key, cell in cells.items():
        sums[key[0], key[3]] += cell.money * rate
    for subject, amount in other.items():
        sums[subject] += amount * rate
    return dict(sums)


def _change(
    old: dict[tuple[str, str], Decimal],
    new: dict[tuple[str, str], Decimal],
    effects: dict[tuple[str, str], dict[str, Decimal]],
    wanted: Callable[[tuple[str, str]], bool],
) -> SubjectChange:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for subject, amounts_by_name in effects.items():
        if wanted(subject):
            for name, amount in amounts_by_name.items():
                sums[name] += amount
    before = sum((amount for key, amount in old.items() if wanted(key)), _ZERO)
    after = sum((amount for key, amount in new.items() if wanted(key)), _ZERO)
    amounts = {name: sums[name].quantize(_DIGITS)
               for name in EFFECTS if abs(sums[name]) >= _LEAST}  # fmt: skip
    rest = after - before - sum(amounts.values(), _ZERO)
    if amounts and abs(rest) < _LEAST * len(EFFECTS):  # of divisions, and of what is left out
        largest = max(amounts, key=lambda name: abs(amounts[name]))
        amounts[largest] += rest
    return SubjectChange(before=before, after=after, effects=amounts)


def _is_any(_: tuple[str, str]) -> bool:
    return True


def _is_of(position: int, name: str, key: tuple[str, str]) -> bool:
    return key[position] == name


def _of(cells: dict[Key, SpendCell], name: str) -> dict[Key, SpendCell]:
    return {key: cell for key, cell in cells.items() if key[0] == name}


def _requests(cells: dict[Key, SpendCell]) -> Decimal:
    return sum((cell.requests for cell in cells.values()), _ZERO)


def _add(effects: dict[str, Decimal], name: str, amount: Decimal) -> None:
    effects[name] = effects.get(name, _ZERO) + amount
