"""``govern approve``: write an approval, bound to what a task class or policy says now."""

from datetime import date
from pathlib import Path

from msgspec import Struct

from multillm_gov.errors import SourceError, UsageError
from multillm_gov.location import Place
from multillm_gov.rules.engine.approvals import POLICY, TASK_CLASS, Contents
from multillm_gov.sources.root import split_paths
from multillm_gov.state.state import State
from multillm_gov.words import code, join_words
from multillm_gov.workflows.entries import Written, amend, check_words, write
from multillm_gov.workflows.states import assess_folder

APPROVALS = "policies/approvals.yaml"
"""Where a first approval goes."""


class Approving(Struct, frozen=True, kw_only=True):
    """What ``govern approve`` did."""

    written: Written
    subject: str
    digest: str
    approved_by: str


def approve(
    subject: str, *, by: str | None, comment: str = "", as_of: date, root: Path | None = None
) -> Approving | None:
    """Approve the current content of a task class or policy; an older approval is renewed.

    Args:
        subject: ``task_class:NAME``, ``policy:NAME``, or a name that only one of them has.
        by: Who approves; ``None``: the person in ``people`` whose address git commits with.
        comment: A remark to keep with it.
        as_of: Day of the approval.
        root: The portfolio's root, if it is not to be searched for.

    Returns:
        ``None`` where that person has approved this very content already; an approval dated later
        does not count yet.

    Raises:
        UsageError: no such subject, a text says nothing, or nobody says who approves.
        SourceError: no portfolio, or a file whose layout leaves no safe place.
        OutputError: the file may not be written.
    """
    top, _ = split_paths((), root)
    assessment = assess_folder(top, as_of=as_of)
    full = _subject(subject, assessment.contents)
    approver = by if by is not None else _committer(top, assessment.state)
    check_words([("--by", approver), *([("--comment", comment)] if comment else [])])
    held = [
        approval
        for approval in assessment.state.portfolio.approvals
        if (approval.declared.subject, approval.declared.approved_by) == (full, approver)
    ]
    digest = assessment.contents.digest(full)
    if any(one.declared.digest == digest and one.declared.date <= as_of for one in held):
        return None
    entry = {"subject": full, "digest": digest, "approved_by": approver, "date": as_of.isoformat()}
    old: Place | None = max(held, key=lambda one: one.declared.date).place if held else None
    written = amend(
        assessment.state,
        "approvals",
        entry | ({"comment": comment} if comment else {}),
        old,
        APPROVALS,
    )
    write(top, written.content)
    return Approving(written=written, subject=full, digest=digest, approved_by=approver)


def _subject(requested: str, contents: Contents) -> str:
    """The full name of a subject."""
    meant = [
        full
        for full in (requested, f"{TASK_CLASS}{requested}", f"{POLICY}{requested}")
        if full in contents.subjects
    ]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise UsageError(
            f"`{requested}` is a task class and a policy",
            f"Write {join_words(map(code, meant), 'or')}.",
        )
    from difflib import get_close_matches

    known = sorted({*contents.subjects, *(full.partition(":")[2] for full in contents.subjects)})
    near = get_close_matches(requested[:200], known[:5_000], n=3, cutoff=0.5)
    hint = (
        f"Did you mean {join_words(map(code, near), 'or')}?"
        if near
        else "Name one: `task_class:NAME` or `policy:NAME`."
    )
    raise UsageError(f"There is no task class or policy `{requested}` to approve", hint)


def _committer(root: Path, state: State) -> str:
    """The one person in ``people`` whose address git would commit with here."""
    from multillm_gov.sources.git import Repository

    try:
        address = Repository.open(root).author_email()
    except SourceError:
        address = ""
    names = [
        name
        for name, addresses in sorted(state.portfolio.settings.people.items())
        if address and address.casefold() in {address.casefold() for address in addresses}
    ]
    if len(names) != 1:
        unknown = f": `{address}` is not one person in `people` of govern.yaml" if address else ""
        raise UsageError(f"Nobody says who approves{unknown}", "Add `--by NAME`.")
    return names[0]
