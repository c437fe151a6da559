"""The only module that names the expression engine (CEL), behind four small types.

The engine bounds iterations (10,000 an evaluation) and nesting (32). What could still grow a value
beyond bounds is
left out of the language: the ``map`` macro, ``matches`` (a regular expression is compiled anew at
each step) and joining texts or lists; `custom.words` refuses lists and maps made of anything but
literals.
"""

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from multillm_gov.errors import MissingExtraError

_LANGUAGE = """
stdlib:
  exclude_macros: [map]
  exclude_functions:
    - name: matches
    - {name: _+_, overloads: [{id: add_string}, {id: add_bytes}, {id: add_list}]}
"""
_ERROR = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): ([^\n]*)")
_STATUS = re.compile(r"^[A-Z_]+: | \[[A-Z_]+\]$")


class Misfit(Struct, frozen=True):
    """Why an expression is refused, at a line and column of it (from 1)."""

    line: int
    column: int
    message: str


class Unjudged(Struct, frozen=True):
    """Why an expression could not be evaluated over one subject."""

    message: str


class Expression:
    """A compiled expression over the variables of its `ExpressionLanguage`."""

    def __init__(self, engine: Any, compiled: Any) -> None:  # noqa: ANN401 - the engine has no types
        self._engine = engine
        self._compiled = compiled

    def holds(self, activation: Any) -> "bool | Unjudged":  # noqa: ANN401
        """Whether it is true; the engine's errors are truthy values, so only ``True`` counts."""
        try:
            result = self._compiled.eval(activation)
        except RuntimeError as error:  # the iteration budget
            return Unjudged(_STATUS.sub("", _STATUS.sub("", str(error))))
        value = result.value()
        if value is True or value is False:
            return value
        if result.type() == self._engine.Type.ERROR:
            return Unjudged(_STATUS.sub("", str(value)))
        return Unjudged(f"it is neither true nor false but {result.type().name().lower()}")


class ExpressionLanguage:
    """CEL over declared variables, typed by CEL's own signatures (``list<string>``)."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        """Build it.

        Raises:
            MissingExtraError: the extra `cel` is not installed.
        """
        try:
            from cel_expr_python import cel
        except ImportError as error:
            raise MissingExtraError(
                "Custom rules need an expression engine that is not installed",
                "pip install 'multillm-gov[cel]'",
            ) from error
        self._engine = cel
        types = {name: cel.Type(signature) for name, signature in variables.items()}
        self._language = cel.NewEnv(config=cel.NewEnvConfigFromYaml(_LANGUAGE), variables=types)

    def compile(self, text: str) -> Expression | tuple[Misfit, ...]:
        """The expression, checked for types; or what is wrong with it, at least one thing."""
        try:
            compiled = self._language.compile(text)
        except RuntimeError as error:
            misfits = [
                Misfit(int(line), int(column), reason)
                for line, column, reason in _ERROR.findall(str(error))
            ]
            return tuple(misfits) or (Misfit(1, 1, _STATUS.sub("", _STATUS.sub("", str(error)))),)
        kind = compiled.return_type()
        if kind not in (self._engine.Type.BOOL, self._engine.Type.DYN):
            return (Misfit(1, 1, f"expected true or false, got {kind.name().lower()}"),)
        return Expression(self._engine, compiled)

    def activation(self, values: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Values by variable, for any number of expressions; plain dicts and lists only."""
        return self._language.Activation(values)
