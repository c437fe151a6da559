"""What the readers of files found, handed on by the rules that claim it."""

from collections.abc import Callable, Iterator

from multillm_gov.finding import Flaw, Violation
from multillm_gov.rules.engine.rule import Nothing, RuleContext


def flaws_of(kind: str) -> Callable[[RuleContext, Nothing], Iterator[Violation]]:
    """The check of a rule that claims one kind of flaw."""

    def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
        return (_violation(flaw) for flaw in context.flaws if flaw.kind == kind)

    return check


_NO_DIGITS = dict.fromkeys(range(ord("0"), ord("9") + 1))
"""Line numbers in a message must not change what it is."""


def _violation(flaw: Flaw) -> Violation:
    return Violation(
        message=flaw.message,
        place=flaw.location,
        subject=flaw.subject or flaw.location.path,
        remedy=flaw.remedy,
        distinction=flaw.message.translate(_NO_DIGITS),
    )
