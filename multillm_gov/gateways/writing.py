"""Plain data as YAML that people can read and that never differs from run to run."""

from typing import Any

_ABOUT = "# Written by `govern export`; change the allocations instead, and export again."


def write_yaml(data: dict[str, Any], remark: str) -> bytes:
    """Keys in their own order, block style, no references; UTF-8."""
    import yaml

    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401 - as the library declares it
            del data
            return True

    text = yaml.dump(
        data,
        Dumper=Plain,
        sort_keys=False,
        allow_unicode=True,
        width=10_000,
        default_flow_style=False,
    )
    return f"{_ABOUT}\n# {remark}\n{text}".encode()
