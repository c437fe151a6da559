"""All variables, by the kind of subject."""

from typing import Any

from multillm_gov.rules.custom.subjects import OneModel, OneTask, Whole
from multillm_gov.rules.custom.task_variables import TASK_VARIABLES
from multillm_gov.rules.custom.vocabulary import Over, Variable
from multillm_gov.rules.custom.wide_variables import MODEL_VARIABLES, WHOLE_VARIABLES

OWN: dict[Over, tuple[Variable, ...]] = {
    "task_class": TASK_VARIABLES,
    "model": MODEL_VARIABLES,
    "portfolio": (),
}
"""Variables of one subject; `WHOLE_VARIABLES` can be read everywhere."""


def types_of(over: Over) -> dict[str, str]:
    """CEL types by name of everything that can be read over a kind of subject."""
    return {variable.name: variable.type for variable in (*OWN[over], *WHOLE_VARIABLES)}


def values_of(variables: tuple[Variable, ...], one: OneTask | OneModel | Whole) -> dict[str, Any]:
    """The values of some variables of one subject.

    Raises:
        TooLongError: a list is longer than the limit.
    """
    return {variable.name: variable.read(one) for variable in variables}
