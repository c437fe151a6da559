"""What a prompt file declares before its text: version, variables, canary inputs."""

from typing import Annotated

from msgspec import Meta, Struct, field

from multillm_gov.vocabulary import Closed

VariableName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$",
        description="A name: up to 64 letters, digits and `_`, starting with a letter",
    ),
]
Words = Annotated[str, Meta(max_length=1_000)]
Body = Annotated[str, Meta(max_length=200_000)]
Value = Body | int | float | bool | Annotated[list[Body], Meta(max_length=1_000)]
"""What a variable may hold: a text, a number, true or false, or a list of texts."""


class PromptVariable(Closed, frozen=True, kw_only=True):
    """One place in a prompt that each request fills."""

    description: Words = ""
    required: Annotated[
        bool, Meta(description="Whether every request must give it; not with a default")
    ] = True
    default: Annotated[Value | None, Meta(description="Value used when a request gives none")] = (
        None
    )

    @property
    def wanted(self) -> bool:
        """Whether a request without it is wrong."""
        return self.required and self.default is None


class PromptHeader(Closed, frozen=True, kw_only=True):
    """The YAML between the two ``---`` lines at the top of a prompt file."""

    version: Annotated[
        Annotated[str, Meta(min_length=1, max_length=100)] | int | None,
        Meta(
            description="Version of the text, for people: a whole number or a quoted text; the "
            "digest is what counts"
        ),
    ] = None
    description: Words = ""
    variables: Annotated[
        dict[VariableName, PromptVariable],
        Meta(max_length=200, description="Names that the text uses as `{{ name }}`"),
    ] = field(default_factory=dict)
    canaries: Annotated[
        tuple[dict[VariableName, Value], ...],
        Meta(
            max_length=100,
            description="Harmless inputs that probes send: a value per variable, nothing secret",
        ),
    ] = ()
    system: Annotated[Body, Meta(description="System message; it may use the variables too")] = ""


class Prompt(Struct, frozen=True, kw_only=True):
    """A prompt file; without front matter it is plain text, and braces have no meaning."""

    path: str
    header: PromptHeader = PromptHeader()
    body: str
    """The text below the front matter, without blank lines around it."""
    body_line: int = 1
    """Line of the file that the body starts on, for messages about it."""
    is_template: bool = False
    """Whether there is a front matter, so that ``{{ … }}`` in the text is filled in."""
    digest: str
    """``sha256:…`` of the file's bytes, front matter included."""


Prompts = dict[str, Prompt]
"""Sound prompts by path."""
