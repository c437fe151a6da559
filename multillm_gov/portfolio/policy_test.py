"""Cases in ``tests/policies``: what the portfolio's policies find, and what they do not."""

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from multillm_gov.documents.document import Document
from multillm_gov.documents.shape import convert
from multillm_gov.finding import Flaw
from multillm_gov.location import Place
from multillm_gov.portfolio.shapes import Text
from multillm_gov.vocabulary import Closed

Patch = Annotated[
    dict[str, Any] | None,
    Meta(description="Merged over what stands under the name, key by key; null removes it"),
]


class CatalogOverlay(Closed, frozen=True, kw_only=True):
    """Merged over what ``catalog/`` declares."""

    models: Annotated[dict[str, Patch], Meta(description="Models to change, by name")] = field(
        default_factory=dict
    )
    providers: Annotated[dict[str, Patch], Meta(description="Providers to change, by name")] = (
        field(default_factory=dict)
    )
    vendors: Annotated[dict[str, Patch], Meta(description="Vendors to change, by name")] = field(
        default_factory=dict
    )


class EvidenceOverlay(Closed, frozen=True, kw_only=True):
    """Added to the evidence."""

    records: Annotated[tuple[dict[str, Any], ...], Meta(description="Results to add")] = ()
    drills: Annotated[tuple[dict[str, Any], ...], Meta(description="Drills to add")] = ()


class Overlay(Closed, frozen=True, kw_only=True):
    """Changes of a case to the portfolio: maps merge by key, lists replace, null removes."""

    settings: Annotated[dict[str, Any], Meta(description="Merged over `govern.yaml`")] = field(
        default_factory=dict
    )
    task_classes: Annotated[
        dict[str, Patch], Meta(description="By name, wherever they are declared")
    ] = field(default_factory=dict)
    policies: Annotated[
        dict[str, Patch], Meta(description="By name, wherever they are declared")
    ] = field(default_factory=dict)
    waivers: Annotated[
        tuple[dict[str, Any], ...] | None,
        Meta(description="Added; null removes all of the portfolio's"),
    ] = ()
    approvals: Annotated[
        tuple[dict[str, Any], ...] | None,
        Meta(description="Added; null removes all of the portfolio's"),
    ] = ()
    catalog: CatalogOverlay = CatalogOverlay()
    evidence: Annotated[
        EvidenceOverlay | None, Meta(description="Added; null removes all of the portfolio's")
    ] = EvidenceOverlay()


class Expected(Closed, frozen=True, kw_only=True):
    """One finding a case must bring; every key given must match."""

    policy: Annotated[Text | None, Meta(description="Name of the policy that asks")] = None
    rule: Annotated[Text | None, Meta(description="Name or id of the rule")] = None
    subject: Annotated[
        Text | None, Meta(description="As the finding names it: a task class, `vendor:openai` …")
    ] = None
    severity: Annotated[
        Literal["note", "warning", "error"] | None, Meta(description="Severity of the finding")
    ] = None
    message: Annotated[Text | None, Meta(description="Words that the message contains")] = None
    waived: Annotated[bool, Meta(description="Whether a waiver covers it")] = False

    def __post_init__(self) -> None:
        """Refuse an expectation that any finding would meet."""
        if self.policy is None and self.rule is None:
            raise ValueError("Expected `policy` or `rule`")


class PolicyTest(Closed, frozen=True, kw_only=True):
    """One case."""

    name: Annotated[
        str, Meta(min_length=1, max_length=200, description="What it shows; unique in its file")
    ]
    expect: Annotated[
        Literal["none"] | Annotated[tuple[Expected, ...], Meta(min_length=1)],
        Meta(description="`none`, or every finding of the policies and rules under test"),
    ]
    overlay: Overlay = Overlay()
    as_of: Annotated[
        date | None, Meta(description="Day to judge dates against; default: the call's")
    ] = None
    only: Annotated[
        tuple[Text, ...],
        Meta(
            max_length=100,
            description=(
                "Policies and rules under test; default: those that `expect` names, and with "
                "`none` whatever fails "
                "`govern check`"
            ),
        ),
    ] = ()


class PolicyTestFile(Closed, frozen=True, kw_only=True):
    """A whole file below ``tests/policies/``."""

    cases: Annotated[
        tuple[PolicyTest, ...],
        Meta(min_length=1, max_length=1_000, description="The cases by name"),
    ]


class PlacedPolicyTest(Struct, frozen=True, kw_only=True):
    """A case and where it is written."""

    declared: PolicyTest
    place: Place


def load_policy_tests(
    documents: dict[str, Document],
) -> tuple[tuple[PlacedPolicyTest, ...], tuple[Flaw, ...]]:
    """Every case that is sound, in order of path and place; what is not becomes a flaw."""
    cases: list[PlacedPolicyTest] = []
    flaws: list[Flaw] = []
    for path in sorted(documents):
        document = documents[path]
        file, matching_flaws = convert(document, (), PolicyTestFile)
        flaws.extend(matching_flaws)
        if file is not None:
            cases.extend(
                PlacedPolicyTest(declared=case, place=Place(path, ("cases", index)))
                for index, case in enumerate(file.cases)
            )
    return tuple(cases), tuple(flaws)
