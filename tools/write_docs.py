"""Write every generated file anew: rule book, reference of keys, report schema, editors' schemas.

Run from the repository's root: ``python tools/write_docs.py``. CI runs it and fails where a file
changes.
"""

from pathlib import Path

from multillm_gov.rendering.formats.json import write_json
from multillm_gov.rendering.public.publishing import report_schema
from multillm_gov.sources.output import write_bytes
from multillm_gov.workflows.pages.explain import list_rules
from multillm_gov.workflows.pages.keys import reference_page
from multillm_gov.workflows.pages.lint_rules import lint_markdown
from multillm_gov.workflows.schema import schema_names, write_schemas


def main() -> None:
    """Write them below the current folder."""
    write_bytes(Path("docs/rules.md"), list_rules("markdown").encode())
    write_bytes(Path("docs/lint-rules.md"), lint_markdown().encode())
    write_bytes(Path("docs/report.schema.json"), write_json(report_schema()))
    pages = [f"docs/reference/{name}.md" for name in schema_names()]
    for name, page in zip(schema_names(), pages, strict=True):
        write_bytes(Path(page), reference_page(name).encode())
    books = ("docs/rules.md", "docs/lint-rules.md", "docs/report.schema.json")
    for path in (*books, *pages, *write_schemas(Path())):
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
