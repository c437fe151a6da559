"""From prompt files to prompts: strict front matter, and the text as it is."""

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

from multillm_gov.documents.decoding import decode
from multillm_gov.documents.document import Document, SourceFile, Text
from multillm_gov.documents.shape import convert
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.finding import Flaw
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.portfolio.prompt import Prompt, PromptHeader, Prompts

_PIECE = re.compile(
    r"\{#.*?(?:#\}|\Z)|\{%-?\s*raw\s*-?%\}.*?(?:\{%-?\s*endraw\s*-?%\}|\Z)|\{\{|\{%", re.DOTALL
)
_TOKEN = re.compile(
    r"""(?P<end>-?[%}]\})|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<number>\d[\w.]*)"""
    r"""|(?P<name>[A-Za-z_]\w*)|(?P<sign>[^\s])""",
    re.DOTALL,
)
_WORDS = frozenset(
    {
        *(
            "and",
            "or",
            "not",
            "in",
            "is",
            "if",
            "else",
            "elif",
            "endif",
            "for",
            "endfor",
            "loop",
            "recursive",
        ),
        *("true", "false", "none", "True", "False", "None", "raw", "endraw"),
    }
)
MAX_HEADER = 64 * 2**10
"""Most characters of a front matter."""
MAX_PROMPT = 2**20
"""Most bytes of a prompt file that is read; a million tokens are no prompt but a document."""
MOST_NAMED = 20
"""Most names reported in one file."""
_FENCE = re.compile(r"---[ \t]*(?:\r\n?|\n)")
_CLOSING = re.compile(r"^---[ \t]*(?:\r\n?|\n|\Z)", re.MULTILINE)


def names_used(content: str, start: int) -> Iterator[tuple[str, int]]:
    """Every name that an expression reads, with its offset; names that loops bind are left out.

    It knows the language of prompts (see `providers.prompting`): text, ``{{ … }}``, ``if``,
    ``for``, filters and tests. Anything else is reported when the text is rendered.
    """
    bound: set[str] = set()
    position = start
    while opening := _PIECE.search(content, position):
        position = opening.end()
        if opening[0] not in ("{{", "{%"):
            continue
        tokens, position = _tokens(content, position)
        yield from _reads(tokens, bound, in_block=opening[0] == "{%")


def _tokens(content: str, position: int) -> tuple[list[tuple[str, str, int]], int]:
    """Kind, text and offset of the tokens of one tag, and where it ends."""
    pairs: list[tuple[str, str, int]] = []
    while token := _TOKEN.search(content, position):
        position = token.end()
        if token.lastgroup == "end":
            break
        pairs.append((token.lastgroup or "", token[0], token.start()))
    else:
        position = len(content)
    return pairs, position


def _reads(
    tokens: list[tuple[str, str, int]], bound: set[str], *, in_block: bool
) -> Iterator[tuple[str, int]]:
    if in_block and tokens and tokens[0][1] == "for":
        end = next((index for index, token in enumerate(tokens) if token[1] == "in"), len(tokens))
        bound |= {text for kind, text, _ in tokens[1:end] if kind == "name"}
        tokens = tokens[end:]
    before = ""
    for kind, text, offset in tokens:
        # After a dot, a bar or `is` stands the name of an attribute, a filter or a test.
        is_read = kind == "name" and text not in _WORDS and before not in {".", "|", "is", "is not"}
        if is_read and text not in bound:
            yield text, offset
        before = f"{before} not" if before == "is" and text == "not" else text


def load_prompts(
    files: Mapping[str, SourceFile], tasks: Iterable[TaskClass]
) -> tuple[Prompts, tuple[Flaw, ...]]:
    """Read the prompt of every task class that names one; missing files are another rule's."""
    prompts: Prompts = {}
    flaws: list[Flaw] = []
    named = {task.declared.prompt for task in tasks if task.declared.prompt is not None}
    for path in sorted(named & files.keys()):
        prompt, matching_flaws = read_prompt(files[path])
        flaws.extend(matching_flaws)
        if prompt is not None:
            prompts[path] = prompt
    return prompts, tuple(flaws)


def read_prompt(file: SourceFile) -> tuple[Prompt | None, tuple[Flaw, ...]]:
    """Read one prompt file.

    Returns:
        The prompt and what is wrong with it; there is none where what would be sent is not certain.
    """
    file = SourceFile(file.path, file.content)
    source = decode(file)
    if isinstance(source, Flaw):
        return None, (source,)
    if len(file.data) > MAX_PROMPT:
        return None, (_too_large(source, len(file.data)),)
    digest = f"sha256:{sha256(file.data).hexdigest()}"
    opening = _FENCE.match(source.content)
    if opening is None:
        return Prompt(path=file.path, body=source.content.strip("\r\n"), digest=digest), ()
    closing = _CLOSING.search(source.content, opening.end())
    if closing is None or closing.start() > MAX_HEADER:
        message = "the front matter that starts here has no closing `---` line"
        if closing is not None:
            message = (
                f"the front matter has {closing.start():,} characters; at most {MAX_HEADER:,} "
                "are read"
            )
        remedy = "Add a line `---` before the prompt's text, or remove the first `---`."
        return None, (_flaw(source, message, remedy, 0, 3),)
    return _with_header(file, source, closing, digest)


def _too_large(source: Text, size: int) -> Flaw:
    message = (
        f"the prompt has {size / 2**20:,.1f} MiB; at most {MAX_PROMPT / 2**20:.0f} MiB are read"
    )
    remedy = "Send long material as a variable, and keep the prompt short."
    return _flaw(source, message, remedy, 0, 0)


def _with_header(
    file: SourceFile, source: Text, closing: "re.Match[str]", digest: str
) -> tuple[Prompt | None, tuple[Flaw, ...]]:
    # The opening fence stays: to YAML it is the start of a document, and every place is the file's
    # own.
    written = source.content[: closing.start()]
    document, flaws = read_document(SourceFile(file.path, written.encode("utf-8", "surrogatepass")))
    if document is None:
        return None, flaws
    header, misfits = convert(document, (), PromptHeader)
    if header is None:
        return None, (*flaws, *misfits)
    text = source.content[closing.end() :]
    blank = len(text) - len(text.lstrip("\r\n"))
    prompt = Prompt(
        path=file.path,
        header=header,
        body=text.strip("\r\n"),
        body_line=source.position(closing.end() + blank)[0] + 1,
        is_template=True,
        digest=digest,
    )
    return prompt, (
        *flaws,
        *_unknown_names(source, closing.end(), prompt),
        *_canaries(document, header),
    )


def _unknown_names(source: Text, start: int, prompt: Prompt) -> Iterator[Flaw]:
    """Names in the text that the front matter does not declare: each of them once."""
    reported: set[str] = set()
    for name, offset in names_used(source.content, start):
        if (
            name not in prompt.header.variables
            and name not in reported
            and len(reported) < MOST_NAMED
        ):
            reported.add(name)
            message = f"the text uses `{name}`, which `variables` does not declare"
            remedy = (
                f"Declare it below `variables` (`{name}: {{description: …}}`), or correct the name."
            )
            yield _flaw(source, message, remedy, offset, offset + len(name))


def _canaries(document: Document, header: PromptHeader) -> Iterator[Flaw]:
    """Canary inputs that lack a variable, or give one that is not declared."""
    for index, canary in enumerate(header.canaries):
        lacking = [
            name
            for name, variable in header.variables.items()
            if variable.wanted and name not in canary
        ]
        strange = [name for name in canary if name not in header.variables]
        place = document.locate(("canaries", index))
        for name in lacking[:MOST_NAMED]:
            yield Flaw(
                kind="prompt",
                message=f"canary {index + 1} gives no `{name}`, which is required",
                location=place,
                remedy=f"Add `{name}: …` to it, or give the variable a `default`.",
            )
        for name in strange[:MOST_NAMED]:
            yield Flaw(
                kind="prompt",
                message=f"canary {index + 1} gives `{name}`, which `variables` does not declare",
                location=document.locate(("canaries", index, name), on_key=True),
                remedy=f"Declare it below `variables` (`{name}: {{description: …}}`), or remove it "
                "from the canary.",
            )


def _flaw(source: Text, message: str, remedy: str, start: int, end: int) -> Flaw:
    return Flaw(kind="prompt", message=message, location=source.span(start, end), remedy=remedy)
