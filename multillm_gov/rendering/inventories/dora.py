"""Rows of the EU's register of information (DORA), template B_07.01, as CSV.

The columns and their closed lists are those of Implementing Regulation (EU) 2024/2956. Filled is
what ``catalog/`` declares of each supplier; contracts, identifiers and audits are the register
tool's, so their columns stay empty, and so does what is not declared.
"""

import csv
from io import StringIO

from multillm_gov.inventory import Inventory, SupplierAssessment
from multillm_gov.rendering.plain.escaping import encodable, visible

MEDIA_TYPE = "text/csv"
COLUMNS = tuple(f"c{number:04}" for number in range(10, 130, 10))
"""``c0010`` (contract) to ``c0120`` (alternatives)."""
_SUBSTITUTABILITY = {
    "not substitutable": "eba_ZZ:x959",
    "highly complex": "eba_ZZ:x960",
    "medium complexity": "eba_ZZ:x961",
    "easily substitutable": "eba_ZZ:x962",
}
_REASON = {
    "lack of real alternatives": "eba_ZZ:x963",
    "difficulty migrating or reintegrating": "eba_ZZ:x964",
    "both": "eba_ZZ:x965",
}
_REINTEGRATION = {
    "easy": "eba_ZZ:x798",
    "difficult": "eba_ZZ:x966",
    "highly complex": "eba_ZZ:x967",
}
_IMPACT = {
    "low": "eba_ZZ:x791",
    "medium": "eba_ZZ:x792",
    "high": "eba_ZZ:x793",
    "not assessed": "eba_ZZ:x799",
}
_YES_NO = {"yes": "eba_BT:x28", "no": "eba_BT:x29", "not assessed": "eba_BT:x21"}
_FORMULA = ("=", "+", "-", "@")
"""First characters that a spreadsheet would run."""


def render(inventory: Inventory) -> bytes:
    """A heading and a row for each supplier; the first column is its name, to join by."""
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(("supplier", *COLUMNS))
    for supplier in inventory.suppliers:
        writer.writerow([_cell(text) for text in _row(supplier)])
    return buffer.getvalue().encode()


def _row(assessment: SupplierAssessment) -> list[str]:
    exit_plan = (
        "" if assessment.exit_plan is None else _YES_NO["yes" if assessment.exit_plan else "no"]
    )
    return [
        assessment.name,
        *("", "", "", ""),
        _SUBSTITUTABILITY.get(assessment.substitutability or "", ""),
        _REASON.get(assessment.reason or "", ""),
        "",
        exit_plan,
        _REINTEGRATION.get(assessment.reintegration or "", ""),
        _IMPACT.get(assessment.discontinuation_impact or "", ""),
        _YES_NO.get(assessment.alternatives_identified or "", ""),
        "; ".join(assessment.alternatives),
    ]


def _cell(text: str) -> str:
    shown = visible(encodable(text))
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
