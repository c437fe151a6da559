"""For whom and in which language a pack is written, and what everything in it is called."""

from datetime import date
from decimal import Decimal
from typing import Literal

from multillm_gov.catalog.parties.display import PartyKind, model_title, party_name, title_of
from multillm_gov.content import Cell, Status
from multillm_gov.dimensions import IN_HOUSE, UNKNOWN, Level
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.languages.language import Language, Number
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.register import STATUS_OF, LimitRecord
from multillm_gov.state.state import State
from multillm_gov.words import code

Audience = Literal["board", "risk", "procurement", "engineering", "audit"]
_PARTIES: dict[str, PartyKind] = {
    "vendor": "vendors",
    "provider": "providers",
    "cloud": "clouds",
}


class Edition:
    """The names, words and numbers of one pack.

    Args:
        state: What is reported on.
        language: Of all that the tool says; what people wrote stays as it is.
        audience: Engineers read identifiers, everybody else names.
    """

    def __init__(self, state: State, language: Language, audience: Audience = "board") -> None:
        self.state = state
        self.language = language
        self.audience = audience
        self.currency = state.figures.currency
        self.say = language.say
        self.share = language.share
        self.day = language.day
        self._tasks = {task.name: task.declared.title for task in state.portfolio.task_classes}
        self._policies = {each.name: each.declared.title for each in state.portfolio.policies}
        self._titles = _model_titles(state, language)

    def _clean(self, text: str) -> str:
        """Secrets are masked before a name is respelled: afterwards nothing would find them."""
        return masked(text, self.state.secrets)

    def _title(self, identifier: str) -> str:
        return title_of(self._clean(identifier))

    @property
    def by_id(self) -> bool:
        """Whether identifiers are shown as they are written."""
        return self.audience == "engineering"

    @property
    def most_rows(self) -> int:
        """Rows of a table that lists the worst; a board's six pages hold fewer."""
        return 6 if self.audience == "board" else 12

    def task(self, name: str) -> str:
        """A task class."""
        return code(name) if self.by_id else self._tasks.get(name) or self._title(name)

    def owner(self, name: str | None) -> str:
        """A team or person; empty where nobody is named."""
        return (name or "") if self.by_id else self._title(name or "")

    def policy(self, name: str) -> str:
        """A policy."""
        return code(name) if self.by_id else self._policies.get(name) or self._title(name)

    def party(self, level: str, identifier: str) -> str:
        """A vendor, provider, cloud, model or country, as the level says."""
        if identifier in {UNKNOWN, IN_HOUSE}:
            return self.say("unknown" if identifier == UNKNOWN else "in-house")
        if self.by_id:
            return code(identifier)
        if level == Level.JURISDICTION.value:
            return self.language.country(identifier)
        if level == Level.MODEL.value:
            return self.model(identifier)
        if level not in _PARTIES:
            return self._title(identifier)
        placed = getattr(self.state.overrides, _PARTIES[level]).get(identifier)
        return (placed.declared.name if placed else "") or party_name(
            _PARTIES[level], self._clean(identifier)
        )

    def model(self, name: str) -> str:
        """A model as routed: its own name, with the day of a dated snapshot."""
        if self.by_id:
            return code(name)
        return self._titles.get(name) or model_title(self._clean(name))[0]

    def subject(self, text: str) -> str:
        """The subject of a finding: a task class, or ``vendor:openai``."""
        level, _, rest = text.partition(":")
        if text in self._tasks:
            return self.task(text)
        if rest and level in {*_PARTIES, "jurisdiction", "model", "family"}:
            return self.party(level, rest)
        if text == "portfolio":
            return self.say("portfolio")
        if text in self._policies:
            return self.policy(text)
        return (
            code(text)
            if self.by_id
            else self._titles.get(text) or party_name("vendors", self._clean(text))
        )

    def money(self, value: Number) -> str:
        """An amount in the portfolio's currency, three significant digits."""
        return self.language.money(value, self.currency)

    def amount(self, value: Number | None) -> str:
        """The same without the currency, for columns that name it; words where not known."""
        return self.say("unknown") if value is None else self.language.figure(value)

    def tasks(self, names: "list[str] | tuple[str, ...]", most: int = 3) -> str:
        """Task classes in a sentence."""
        return self.language.join([self.task(name) for name in names], most)

    def status(self, record: LimitRecord) -> Cell:
        """The judgment as a cell."""
        return Cell(self.say(f"status.{record.judgment}"), STATUS_OF[record.judgment])

    def value(self, record: LimitRecord, amount: Number | None) -> str:
        """A figure of a limit, with as many digits as it takes to see the comparison."""
        if amount is None:
            return self.say("unknown") if record.judgment != "not judged" else self.say("no-figure")
        limit = None if record.limit is None else float(record.limit)
        for digits in (3, 4, 5, 6):
            text = self._figure(record, amount, digits)
            if limit is None or float(amount) == limit:
                return text
            if text != self._figure(record, limit, digits):
                return text
        return text

    def limit(self, record: LimitRecord, amount: Number | None) -> str:
        """A limit: ``at most 50%``, ``none`` where none may exist."""
        if amount is None:
            return self.say("limit.none-set")
        if record.unit == "count" and not amount:
            return self.say("limit.none")
        return self.say(f"limit.{record.direction}", x=self._figure(record, amount, 3))

    def bare_limit(self, record: LimitRecord, amount: Number | None) -> str:
        """A limit without its direction."""
        if amount is None or (record.unit == "count" and not amount):
            return self.limit(record, amount)
        return self._figure(record, amount, 3)

    def _figure(self, record: LimitRecord, amount: Number, digits: int) -> str:
        if record.unit == "share":
            return self.share(amount, None if digits == 3 else digits - 2)
        if record.unit == "money":
            return self.language.figure(amount, digits)
        if record.unit == "days":
            return self.say("days", n=int(amount))
        if record.unit in {"count", "points"}:
            return self.language.number(amount)
        return self.language.number(amount, digits - 2)

    def status_word(self, status: Status) -> str:
        """The word of a status that no record stands behind."""
        words = {judgment: word for word, judgment in STATUS_OF.items()}
        return self.say(f"status.{words[status]}")

    def at_stake(self, task: TaskFigures) -> str:
        """Value at stake a month of a task class."""
        value: Decimal = task.value_at_stake_per_month
        return self.amount(value) if value else self.say("not-declared")

    def optional_day(self, value: date | None) -> str:
        """A day, or a line to fill in."""
        return self.say("blank") if value is None else self.day(value)


def _model_titles(state: State, language: Language) -> dict[str, str]:
    """Names of all models in use; one title for two deployments gets the provider's name."""
    names = sorted({model for task in state.portfolio.task_classes for model in task.models})
    titles: dict[str, str] = {}
    for name in names:
        placed = state.overrides.models.get(name)
        title, stamp = model_title(masked(name, state.secrets))
        if placed is not None and placed.declared.name:
            titles[name] = placed.declared.name
            continue
        titles[name] = f"{title} ({language.day(stamp)})" if stamp else title
    for name in names:
        same = [other for other in names if titles[other] == titles[name]]
        if len(same) > 1:
            for other in same:
                facts = state.catalog.find(other)
                provider = facts.exposure.provider if facts else UNKNOWN
                if provider != UNKNOWN:
                    titles[other] = f"{titles[other]}, {party_name('providers', provider)}"
    return titles
