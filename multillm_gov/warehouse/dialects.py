"""The canonical query in other engines' SQL, by sqlglot."""

import re
from typing import TYPE_CHECKING, Any

from multillm_gov.errors import UsageError, missing_extra
from multillm_gov.words import code

if TYPE_CHECKING:
    from sqlglot import exp

DIALECTS = ("athena", "bigquery", "clickhouse", "databricks", "duckdb", "postgres", "snowflake",
            "spark")  # fmt: skip
_BACKSLASH = ("bigquery", "clickhouse")
"""Where LIKE knows no ESCAPE, and a backslash escapes."""


def translate(query: str, dialect: str, *, pretty: bool = True) -> str:
    """A query of this package in another dialect.

    Raises:
        UsageError: the dialect is none of `DIALECTS`.
        MissingExtraError: the translator is not installed.
    """
    if dialect not in DIALECTS:
        raise UsageError(f"No dialect {code(dialect)}", f"Use one of: {', '.join(DIALECTS)}.")
    try:
        import sqlglot
    except ImportError as error:
        raise missing_extra("Translating the query", "sqlglot", "usage") from error
    tree = sqlglot.parse_one(query, read="duckdb")
    return _adapted(tree, dialect).sql(dialect=dialect, pretty=pretty)


def _adapted(tree: "exp.Expr", dialect: str) -> "exp.Expr":
    """What the dialects do not agree on and sqlglot leaves as it is."""
    from sqlglot import exp

    def adapt(node: Any) -> Any:  # noqa: ANN401 - sqlglot types neither
        if isinstance(node, exp.JSONExtractScalar) and dialect == "postgres":
            node.set("this", exp.cast(node.this, "json"))
        if dialect == "bigquery" and isinstance(node, exp.DataType) and _is_decimal(node):
            return exp.DataType.build("BIGNUMERIC", dialect="bigquery")
        if dialect in _BACKSLASH and isinstance(node, exp.Escape):
            like = node.this
            text = str(like.expression.this).replace("\\", "\\\\")
            like.set("expression", exp.Literal.string(re.sub(r"!([!%_])", _backslashed, text)))
            return like
        return node

    adapted: exp.Expr = tree.transform(adapt)
    return adapted


def _is_decimal(node: "exp.DataType") -> bool:
    return node.is_type("decimal")


def _backslashed(escaped: re.Match[str]) -> str:
    return "!" if escaped[1] == "!" else f"\\{escaped[1]}"
