"""What a policy file declares: limits and duties as instances of rules, and waivers from them."""

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from multillm_gov.finding import Enforcement
from multillm_gov.location import Place
from multillm_gov.portfolio.shapes import Name
from multillm_gov.vocabulary import Classification, Closed

Tighter = Literal[
    "lower",
    "higher",
    "lower_or_none",
    "lower_or_setting",
    "higher_or_setting",
    "fewer",
    "more",
    "more_or_none",
    "present",
    "absent",
    "never",
]
"""Which values of a parameter are tighter.

``lower``, ``higher``: a limit; none given means no limit. ``lower_or_none``: a threshold below
which nothing is judged. ``lower_or_setting``, ``higher_or_setting``: a limit in the place of a
setting. ``fewer``: allowed entries; none given means any. ``more``: required or forbidden entries.
``more_or_none``: entries it is confined to; none given means all. ``present``, ``absent``: a switch
or text that is set or not. ``never``: no value is tighter than another.
"""


class Scope(Closed, frozen=True, kw_only=True):
    """Which task classes a policy applies to: all keys must match; empty is everything."""

    task_classes: Annotated[tuple[Name, ...], Meta(description="Task classes by name")] = ()
    owners: Annotated[tuple[str, ...], Meta(description="Task classes of these owners")] = ()
    classifications: Annotated[
        tuple[Classification, ...],
        Meta(description="Task classes with data of these classifications"),
    ] = ()
    tags: Annotated[tuple[Name, ...], Meta(description="Task classes with one of these tags")] = ()
    exceptions: Annotated[
        "Scope | None", Meta(description="Task classes it does not speak of after all")
    ] = field(default=None, name="except")


EVERYTHING = Scope()
"""The scope of a policy that names none."""


class PolicyDeclaration(Struct, frozen=True, kw_only=True):
    """The keys every policy shares; the remaining keys are the rule's parameters."""

    rule: Annotated[
        str, Meta(min_length=1, description="Name or id of the rule, as `govern rules` lists it")
    ]
    enforcement: Annotated[Enforcement, Meta(description="What a violation does")] = (
        Enforcement.SOFT_MANDATORY
    )
    title: Annotated[str, Meta(max_length=80, description="Name for people")] = ""
    because: Annotated[str, Meta(description="Why the organization wants it")] = ""
    controls: Annotated[
        tuple[str, ...], Meta(description="Control ids it supports evidence for")
    ] = ()
    applies_to: Annotated[Scope, Meta(description="Task classes it applies to; default: all")] = (
        EVERYTHING
    )
    approvers: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...],
        Meta(
            max_length=50,
            description="Who alone may approve: waivers from it, and what `approval-required` asks "
            "for",
        ),
    ] = ()


class Policy(Struct, frozen=True, kw_only=True):
    """A policy as governed: common part, raw parameters (still as written) and place."""

    name: str
    declared: PolicyDeclaration
    parameters: dict[str, Any]
    place: Place


class Waiver(Closed, frozen=True, kw_only=True):
    """A written, dated exception."""

    policy: Annotated[
        str, Meta(min_length=1, description="Policy (or rule name or id) it excepts from")
    ]
    subject: Annotated[
        str, Meta(min_length=1, description="Task class, or subject as the finding names it")
    ]
    reason: Annotated[str, Meta(min_length=1, description="Why the exception is accepted")]
    approved_by: Annotated[str, Meta(min_length=1, description="Who approves it")]
    expires: Annotated[date, Meta(description="Last day it holds")]
    ticket: Annotated[str, Meta(description="Where it is tracked")] = ""


class PlacedWaiver(Struct, frozen=True, kw_only=True):
    """A waiver and where it is written."""

    declared: Waiver
    place: Place


class Approval(Closed, frozen=True, kw_only=True):
    """A written consent, bound to the content it was given to."""

    subject: Annotated[
        str,
        Meta(
            min_length=1,
            description="`task_class:NAME` or `policy:NAME`, as `govern approve` spells it",
        ),
    ]
    digest: Annotated[
        str,
        Meta(
            pattern="^sha256:[0-9a-f]{64}$",
            description="Of the canonical form of what was approved",
        ),
    ]
    approved_by: Annotated[str, Meta(min_length=1, description="Who approves it")]
    date: Annotated[date, Meta(description="Day of the consent")]
    comment: Annotated[str, Meta(description="What the approver says")] = ""


class PlacedApproval(Struct, frozen=True, kw_only=True):
    """An approval and where it is written."""

    declared: Approval
    place: Place


class PolicyFile(Closed, frozen=True, kw_only=True):
    """A whole file below ``policies/``."""

    policies: Annotated[
        dict[Name, dict[str, Any]],
        Meta(description="Policies by name; a name is unique in the portfolio"),
    ] = field(default_factory=dict)
    waivers: Annotated[tuple[Waiver, ...], Meta(description="Accepted exceptions")] = ()
    approvals: Annotated[tuple[Approval, ...], Meta(description="Approvals of content")] = ()
