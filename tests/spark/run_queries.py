"""Runs queries on Apache Spark in local mode: called by the tests, in Spark's own environment.

Reads a JSON list from stdin, ``[{"table": NAME, "path": PARQUET, "query": SQL}, …]``, and prints
the answers as a JSON list of lists of rows, decimals as text.
"""

import json
import sys

from pyspark.sql import SparkSession


def main() -> None:
    """Answer all queries in one session."""
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.ansi.enabled", "true")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    answers = []
    for each in json.load(sys.stdin):
        session.read.parquet(each["path"]).createOrReplaceTempView(each["table"])
        answers.append([row.asDict() for row in session.sql(each["query"]).collect()])
    session.stop()
    json.dump(answers, sys.stdout, default=str)


if __name__ == "__main__":
    main()
