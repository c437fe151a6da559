"""The least any checker could do: import click, PyYAML and the schema engine, parse the files and validate them.

Usage: ``python floor.py SCHEMA FILE [SCHEMA FILE]...``, run as a whole process of its own by
`benchmarks.run`.
"""  # noqa: E501

import json
import sys
from pathlib import Path

import click
import jsonschema_rs
import yaml


class Loader(yaml.CSafeLoader):
    """PyYAML's safe loader in C, with dates left as text: JSON Schema knows no dates."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def main(arguments: list[str]) -> int:
    validators = {
        schema: jsonschema_rs.validator_for(json.loads(Path(schema).read_bytes()))
        for schema in set(arguments[::2])
    }
    wrong = 0
    for schema, file in zip(arguments[::2], arguments[1::2], strict=True):
        document = yaml.load(Path(file).read_bytes(), Loader=Loader)  # noqa: S506 (a safe one)
        wrong += not validators[schema].is_valid(document)
    click.echo(f"{len(arguments) // 2} files, {wrong} invalid")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
