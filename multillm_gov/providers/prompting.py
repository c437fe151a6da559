"""Filling in a prompt: a small template language in a sandbox, with the work it may do counted.

Text, ``{{ name }}`` with a few filters, ``if`` and ``for`` are allowed and nothing else: no
assignment, no call, no arithmetic, no attribute, no file. Values can then never grow, so that the
work is bounded by what is read and repeated, and both are counted; a prompt comes from a pull
request, and runs on the machine that holds the keys.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from multillm_gov.errors import SourceError
from multillm_gov.evaluation.client import Message
from multillm_gov.portfolio.prompt import Prompt
from multillm_gov.providers.template_language import (
    BUDGET,
    OverspentError,
    StepBudget,
    compile_template,
)

if TYPE_CHECKING:
    from jinja2 import Template

MAX_VALUE = 1_000_000
"""Most characters of one value that is filled in."""


class Rendering:
    """A prompt made ready to be filled in many times."""

    def __init__(self, prompt: Prompt) -> None:
        """Read the texts of a prompt.

        Raises:
            SourceError: a text is no template of the small language; the message names file and
                line.
        """
        self._prompt = prompt
        self._body = self._compiled(prompt.body, prompt.body_line) if prompt.is_template else None
        self._system = self._compiled(prompt.header.system, None) if prompt.header.system else None

    def fill(self, values: Mapping[str, Any], user: str | None = None) -> tuple[Message, ...]:
        """The messages to send.

        Args:
            values: Values of the variables; what is left out takes its default.
            user: What the user says; the prompt's text is then the system message before it.

        Raises:
            SourceError: a required variable has no value, one is not declared, or the text asks for
                too much.
        """
        known = self._values(values)
        body = self._prompt.body if self._body is None else self._run(self._body, known)
        system = "" if self._system is None else self._run(self._system, known)
        if user is not None:
            system, body = "\n\n".join(part for part in (system, body) if part), user
        first = (Message("system", system),) if system else ()
        return (*first, Message("user", body))

    def _values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        variables, path = self._prompt.header.variables, self._prompt.path
        strange = sorted(given.keys() - variables.keys())
        if strange:
            raise SourceError(
                f"`{path}` declares no variable `{strange[0][:80]}`",
                "Correct the name.",
            )
        lacking = sorted(
            name for name, variable in variables.items() if variable.wanted and name not in given
        )
        if lacking:
            raise SourceError(
                f"`{path}` needs a value for `{lacking[0]}`",
                "Pass it, or declare a `default` in the front matter.",
            )
        defaults = {
            name: variable.default
            for name, variable in variables.items()
            if variable.default is not None
        }
        return {name: _checked(path, name, value) for name, value in {**defaults, **given}.items()}

    def _compiled(self, text: str, line: int | None) -> "Template":
        from jinja2 import TemplateError, TemplateSyntaxError

        path = self._prompt.path
        try:
            return compile_template(text)
        except TemplateSyntaxError as error:
            where = f"{path}:{line + error.lineno - 1}" if line is not None else f"{path}: `system`"
            reason = (error.message or "not a template")[:300]
        except (
            TemplateError,
            RecursionError,
            MemoryError,
            SyntaxError,
            ValueError,
            OverflowError,
        ) as error:
            where, reason = path, f"not a template ({type(error).__name__})"
        raise SourceError(
            f"{where}: {reason}",
            "A prompt may use `{{ name }}`, filters, `if` and `for`; write `{% raw %}` before "
            "braces.",
        )

    def _run(self, template: "Template", values: dict[str, Any]) -> str:
        from jinja2 import TemplateError

        path, budget = self._prompt.path, StepBudget()
        try:
            return "".join(map(budget.put_out, template.generate({**values, BUDGET: budget})))
        except OverspentError as error:
            raise SourceError(
                f"`{path}` needs too much work to fill in: {error}",
                "Shorten the loops or the values.",
            ) from None
        except (
            TemplateError,
            TypeError,
            ValueError,
            ArithmeticError,
            LookupError,
            RecursionError,
        ) as error:
            reason = str(error)[:300]
            raise SourceError(
                f"`{path}` cannot be filled in: {reason}", "Correct the text or the values."
            ) from None


def _checked(path: str, name: str, value: object) -> object:
    """A value that is plain: a text, a number, true or false, or a list of those."""
    if isinstance(value, str | int | float) and len(str(value)) <= MAX_VALUE:
        return value
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        parts = [part for part in value if isinstance(part, str | int | float)]
        if len(parts) == len(value) and sum(len(str(part)) for part in parts) <= MAX_VALUE:
            return tuple(parts)
    raise SourceError(
        f"`{path}`: the value of `{name}` is not a text, number or list of them, or has more than "
        f"{MAX_VALUE:,} characters",
        "Pass a shorter value; write nested values as text.",
    )
