"""One portfolio in which every text that its author may choose means harm to whoever shows it, and
what a parser of each format must find in it: the author's text as text, and nothing else.

Each payload aims at one reader: hosts that link mentions, Markdown, HTML, terminals, the runner of
a workflow, Typst, Graphviz, Mermaid, XML, addresses.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import jsonschema_rs
from markdown_it import MarkdownIt

from multillm_gov.rendering.public.publishing import report_schema
from multillm_gov.report import Report

PAYLOADS = {
    "mention": "@everyone #12 GH-7 www.e.example",
    "link": "[x](https://e.example) ![p](https://e.example/p.png)",
    "html": "<script>alert(1)</script><img src=x onerror=y></details>",
    "terminal": "\x1b[31mred\x1b]8;;https://e.example\x07x",
    "workflow": "%0A::error file=a::b ::stop-commands::t ##[error]x",
    "typst": '#panic("x") $x$ *b* @ref ```',
    "dot": '"]; click n0 "javascript:alert(1)" -> n1;',
    "mermaid": "%%{init: {}}%% --> end `x`|{{}}",
    "bidi": "\u202eevil\u2066",
    "xml": "]]> <!ENTITY x 'y'> &x; &lt;b&gt;",
}
REFUSED = ("terminal", "bidi")
"""What no governed text may hold: the reader refuses it, and its findings show it written out."""
ALL = " ".join(text for name, text in PAYLOADS.items() if name not in REFUSED)
PATH = "allocations/[x](javascript:alert(1))?a=%2e%2e#@everyone<b>,line=1::error::x.yaml"
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""Controls, and marks that change the order of what is seen."""
_LINKED = re.compile(r"@\w|#\d|GH-\d|://|\bwww\.", re.IGNORECASE)
_SARIF = Path(__file__).parent / "data" / "sarif" / "sarif-2.1.0.schema.json"


def _quoted(text: str) -> str:
    return json.dumps(text)


_PAIRS = (("mention", "link"), ("html", "workflow"), ("typst", "dot"), ("mermaid", "xml"))


def _model(name: str, price: int) -> str:
    one, two, three, four = (_quoted(f"{PAYLOADS[a]} {PAYLOADS[b]} {price}") for a, b in _PAIRS)
    return (
        f"  {name}:\n    mode: chat\n"
        f"    usd_per_million_tokens: {{input: {price}, output: {price}}}\n"
        "    max_input_tokens: 100000\n    max_output_tokens: 1000\n"
        f"    because: {_quoted(ALL)}\n"
        f"    exposure: {{family: {one}, vendor: {two}, provider: {three}, cloud: {four}, "
        "jurisdiction: US}\n"
    )


def portfolio(*, fallback: bool, cap: int) -> dict[str, str]:
    """Files by path; two calls with other arguments make a change."""
    first, second = (_quoted(f"custom/{PAYLOADS[name]}") for name in ("html", "dot"))
    texts = [_quoted(f"{PAYLOADS[one]} {PAYLOADS[two]}") for one, two in _PAIRS]
    one, two, three, four = texts
    allocation = f"""\
owner: {one}
task_classes:
  writing:
    purpose: {_quoted(ALL)}
    route: [{{model: {first}}}]
    {f"fallbacks: [{second}]" if fallback else "# no fallback"}
    demand: {{requests: 100000, input_tokens: 1000, output_tokens: 500}}
    cost_of_wrong_model: {{effect: {two}, value_at_stake: 50000}}
    spend_cap: {{monthly: 100}}
  waived:   # govern: ignore GOV701 because {PAYLOADS["mention"]} {PAYLOADS["link"]}
    route: [{{model: {second}}}]
    demand: {{requests: 100, input_tokens: 1000, output_tokens: 500}}
    cost_of_wrong_model: {{value_at_stake: 100}}
"""
    spoilt = f"""\
owner: {three}
task_classes:
  {_quoted(ALL)}:
    route: [{{model: {four}}}]
  spoilt:
    tags: [{_quoted(ALL)}]
    route: [{{model: {three}}}]
    {_quoted(ALL)}: 1
    review: {{last: {_quoted(ALL)}}}
"""
    policies = f"""\
policies:
  fallbacks: {{rule: fallback-missing, because: {_quoted(ALL)}, approvers: [{three}]}}
  caps: {{rule: cap-missing, because: {_quoted(ALL)}, controls: [{one}]}}
  spread:
    {{rule: concentration, level: vendor, max_share: 0.{cap}, because: {_quoted(ALL)}}}
  {_quoted(ALL)}: {{rule: {_quoted(ALL)}}}
waivers:
  - {{policy: fallbacks, subject: waived, reason: {_quoted(ALL)}, approved_by: {three},
     expires: 2026-12-01, ticket: {four}}}
  - {{policy: {two}, subject: {three}, reason: {_quoted(ALL)}, approved_by: {four},
     expires: 2026-01-01}}
"""
    strange = f"policies/{PAYLOADS['terminal'].replace('/', '')}{PAYLOADS['bidi']}.yaml"
    return {
        "govern.yaml": f"organization: {_quoted(ALL)}\nappetite: {{max_monthly_spend: {cap}00}}\n",
        PATH: allocation,
        "allocations/spoilt.yaml": spoilt,
        "allocations/broken.yaml": f"owner: {' '.join(PAYLOADS.values())}: [\n",
        "catalog/models.yaml": f"models:\n{_model(first, 6)}{_model(second, 4)}"
        f"{_model(three, 3)}{_model(four, 2)}",
        "policies/p.yaml": policies,
        strange: "policies: 1\n",
    }


class _Page(HTMLParser):
    """Elements with their attributes, and what stands between script and style tags."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(data.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


_OURS = re.compile(
    r"<details><summary>[^<>]*</summary>\s*|</details>\s*|<!-- govern[^<>]*-->\s*|<br>"
)
_DRAWN = {"svg", "title", "desc", "text", "line", "rect", "circle", "polygon", "path"}
_WRITTEN = {
    *("html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section"),
    *("footer", "figure", "figcaption", "h1", "h2", "h3", "p", "ul", "li", "a", "dl", "dt", "dd"),
    *("div", "span", "code", "details", "summary", "table", "caption", "thead", "tbody", "tr"),
    *("th", "td", "br", "hr"),
}


def starts_no_command(data: bytes) -> None:
    """No line that the runner of a workflow obeys, in the log of a build that prints it.

    Runners take ``::`` at the start of a line, blanks before it aside, and ``##[`` anywhere.
    """
    text = data.decode("utf-8", "replace")
    assert not re.search(r"^\s*::", text, re.MULTILINE)
    assert not re.search(r"##\w*\[", text)


def inert_markdown(text: str) -> None:
    """No link, image, HTML but ours, nor anything that a host would link by itself."""
    assert not UNSEEN.search(text.replace("&#8203;", ""))
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for token in parser.parse(text):
        for each in (token, *(token.children or ())):
            assert each.type not in {"link_open", "image", "heading_open_setext"}, each.content
            if each.type in {"html_block", "html_inline"}:
                assert not _OURS.sub("", each.content).strip(), each.content
            if each.type == "text":
                assert not _LINKED.search(each.content), each.content


def _markdown(data: bytes, report: Report) -> None:
    inert_markdown(data.decode())
    if report.kind == "diff":
        assert data.decode().count("<details>") == data.decode().count("</details>")


def _html(data: bytes, report: Report) -> None:
    ours = files("multillm_gov.rendering").joinpath("templates", "report.js").read_bytes()
    assert data.count(b"<script>" + ours + b"</script>") == 1
    page = _Page(data.replace(b"<script>" + ours + b"</script>", b""))
    assert {tag for tag, _ in page.elements} <= _WRITTEN | _DRAWN
    for tag, attributes in page.elements:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name not in {"src", "srcset", "xlink:href", "action", "formaction"}
            assert name != "href" or (value or "").startswith("#")
    assert b"default-src 'none'" in data
    assert report.title in page.text


def _pdf(data: bytes, report: Report) -> None:
    import pikepdf

    with pikepdf.open(BytesIO(data)) as pdf:
        assert "/OpenAction" not in pdf.Root
        assert "/AA" not in pdf.Root
        assert not {"/JavaScript", "/EmbeddedFiles"} & set(pdf.Root.get("/Names", {}))
        for each in pdf.objects:
            if isinstance(each, pikepdf.Dictionary) and "/S" in each:
                assert each["/S"] not in {"/URI", "/Launch", "/JavaScript", "/SubmitForm"}
        assert report.organization.split()[0] in str(pdf.docinfo["/Title"]).replace("\u200b", "")


def _text(data: bytes, report: Report) -> None:
    """Nothing that a terminal acts on; a build's log has no command at the start of a line."""
    text = data.decode()
    assert not UNSEEN.search(text)
    assert report.title in text or report.layout != "document"


def _concise(data: bytes, report: Report) -> None:
    text = data.decode()
    assert not UNSEEN.search(text)
    lines = text.splitlines()
    if report.findings:
        assert len(lines) == len(report.findings) + 1
        label = re.compile(
            r".*:\d+:\d+: (?:waived |ignored )?(?:error|warning|note)\[GOV\d{3}\] .+"
        )
        assert all(label.fullmatch(line) for line in lines[:-1])


def _github(data: bytes, report: Report) -> None:
    """One command a finding and a summary, as the runner reads them."""
    command = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")
    read = [command.fullmatch(line) for line in data.decode().splitlines()]
    assert all(read)
    assert len(read) == 1 + sum(finding.active for finding in report.findings)
    for match in read:
        assert match is not None
        names = [pair.partition("=")[0] for pair in match[2].split(",")]
        assert set(names) <= {"file", "line", "endLine", "col", "endColumn", "title"}
        assert len(names) == len(set(names))
        assert not UNSEEN.search(match[3])


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from (str(key), *_texts(each))
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _json(data: bytes, report: Report) -> None:
    """Texts are as written, controls as escapes: the bytes themselves hold none."""
    read = json.loads(data)
    jsonschema_rs.validator_for(report_schema()).validate(read)
    assert not UNSEEN.search(data.decode())
    assert read["organization"] == report.organization


def _gitlab(data: bytes, report: Report) -> None:
    assert not UNSEEN.search(data.decode())
    issues = json.loads(data)
    assert len(issues) == len(report.findings)
    for issue in issues:
        names = {"description", "check_name", "fingerprint", "severity", "location"}
        assert set(issue) - {"other_locations"} == names
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert not issue["location"]["path"].startswith("/")
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)


def _oscal(data: bytes, report: Report) -> None:
    """A document whose observations are the findings, each in one line of text."""
    (result,) = json.loads(data)["assessment-results"]["results"]
    assert len(result["observations"]) == 1 + len(report.findings)
    for one in result["observations"]:
        assert one["description"].strip()
        assert "\n" not in one["description"]


def _sarif(data: bytes, report: Report) -> None:
    """Valid, with relative addresses below the root, and no link in any message."""
    document = json.loads(data)
    schema = json.loads(_SARIF.read_bytes())
    assert [
        each.message for each in jsonschema_rs.validator_for(schema).iter_errors(document)
    ] == []
    assert not UNSEEN.search(data.decode())
    (run,) = document["runs"]
    assert len(run["results"]) == sum(finding.active for finding in report.findings)
    for place in _places(run):
        address = urlsplit(place["uri"])
        assert (address.scheme, address.netloc, address.query, address.fragment) == ("", "", "", "")
        assert ".." not in unquote(address.path).split("/")
    for result in run["results"]:
        assert not re.search(r"(?<!\\)\[[^\]]*(?<!\\)\]\(", result["message"]["text"])


def _places(value: object) -> Iterator[Mapping[str, str]]:
    if isinstance(value, dict):
        if "uri" in value and value.get("uriBaseId"):
            yield value
        for each in value.values():
            yield from _places(each)
    elif isinstance(value, list):
        for each in value:
            yield from _places(each)


def _junit(data: bytes, report: Report) -> None:
    assert b"<!ENTITY" not in data
    assert b"<![CDATA[" not in data
    root = ET.fromstring(data)  # noqa: S314 - our own, without entities
    assert {each.tag for each in root.iter()} <= {
        *("testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out"),
        *("properties", "property", "system-err"),
    }
    assert not UNSEEN.search("".join(root.itertext()))
    assert root.tag == "testsuites"
    assert report.kind


def _parts(data: bytes) -> Iterator[tuple[str, ET.Element]]:
    """The parsed parts of an Office document; none is a program, none names a place outside it."""
    with ZipFile(BytesIO(data)) as packed:
        for name in packed.namelist():
            assert not re.search(r"vba|activeX|embeddings/.*\.(bin|exe)|externalLink", name), name
            if name.endswith((".xml", ".rels")):
                content = packed.read(name)
                assert b"<!DOCTYPE" not in content
                root = ET.fromstring(content)  # noqa: S314 - our own, without entities
                for each in root.iter():
                    assert each.get("TargetMode") != "External", (name, each.attrib)
                    assert not each.tag.endswith(("}hlinkClick", "}hlinkHover", "}hyperlink"))
                yield name, root


def _xlsx(data: bytes, report: Report) -> None:
    """Formulas are ours: functions, numbers and names of cells, no text of an author."""
    for name, root in _parts(data):
        for each in root.iter():
            if each.tag.endswith("}f"):
                calls = re.findall(r"[A-Z]{3,}(?=\()", each.text or "")
                assert set(calls) <= {"SUM", "ROUND", "IF", "ISNUMBER", "ABS", "AND"}, each.text
                assert not re.search(r"[|@#]|://", each.text or "") or "!" in (each.text or "")
        assert not UNSEEN.search("".join(root.itertext())), name
    assert report.title


def _pptx(data: bytes, report: Report) -> None:
    for name, root in _parts(data):
        assert not UNSEEN.search("".join(root.itertext()).replace("\x0b", "")), name
    assert report.title


REPORTS: dict[str, Callable[[bytes, Report], None]] = {
    "concise": _concise,
    "github": _github,
    "gitlab": _gitlab,
    "html": _html,
    "json": _json,
    "junit": _junit,
    "markdown": _markdown,
    "pdf": _pdf,
    "pptx": _pptx,
    "oscal": _oscal,
    "sarif": _sarif,
    "text": _text,
    "xlsx": _xlsx,
}
"""Of each format of a report; a new format brings its own."""

_SVG = "{http://www.w3.org/2000/svg}"
_MERMAID_TEXT = r"(?:[A-Za-z0-9 .,:/_\-+%()·…]|#\d+;|<br/>)+"
_MERMAID = tuple(
    re.compile(line.replace("TEXT", _MERMAID_TEXT))
    for line in (
        r"flowchart LR",
        r"  acc(Title|Descr): [^;#{}<>\"`]*",
        r'  n\d+(\(\["TEXT"\]\)|\["TEXT"\]|\{\{"TEXT"\}\})',
        r'  n\d+ (==>(\|"TEXT"\|)?|-\.->(\|"TEXT"\|)?|-->) n\d+',
        r"  classDef \w+ [\w#:,\- ]+",
        r"  class n\d+(,n\d+)* \w+",
    )
)
_DOT = re.compile(r'\s+|"(?:[^"\\\n]|\\["\\n])*"|->|[{}\[\];,=]|[A-Za-z_][A-Za-z0-9_]*|[0-9.]+')


def _dot(data: bytes) -> None:
    """Tokens of the language alone, so that no text ends its quotes."""
    text, at = data.decode(), 0
    assert not UNSEEN.search(text)
    while at < len(text):
        token = _DOT.match(text, at)
        assert token, text[at : at + 60]
        at = token.end()
    assert not re.search(r"\b(URL|href|image)\b", re.sub(r'"(?:[^"\\]|\\.)*"', "", text))


def _mermaid(data: bytes) -> None:
    lines = data.decode().splitlines()
    assert [line for line in lines if not any(kind.fullmatch(line) for kind in _MERMAID)] == []


def _graph_markdown(data: bytes) -> None:
    text = data.decode()
    assert text.splitlines().count("```mermaid") == 1
    before, _, rest = text.partition("```mermaid\n")
    drawing, _, after = rest.partition("\n```\n")
    _mermaid(drawing.encode())
    inert_markdown(before + after)


def _svg(data: bytes) -> None:
    root = ET.fromstring(data)  # noqa: S314 - our own
    assert {each.tag.removeprefix(_SVG) for each in root.iter()} <= _DRAWN
    for each in root.iter():
        assert not any(name.startswith("on") or name.endswith("href") for name in each.attrib)
    assert not UNSEEN.search("".join(root.itertext()))


def _graph_json(data: bytes) -> None:
    assert json.loads(data)["version"] == 1
    assert not UNSEEN.search(data.decode())


def _graph_text(data: bytes) -> None:
    assert not UNSEEN.search(data.decode())


GRAPHS: dict[str, Callable[[bytes], None]] = {
    "dot": _dot,
    "json": _graph_json,
    "markdown": _graph_markdown,
    "mermaid": _mermaid,
    "svg": _svg,
    "text": _graph_text,
}
"""Of each format of the graph."""
