"""One mistake, one flaw: what the reader and the schema both say of one place is said once."""

from collections.abc import Iterable

from multillm_gov.finding import Flaw


def without_echoes(flaws: Iterable[Flaw]) -> tuple[Flaw, ...]:
    """The flaws in their order, each once, without ambiguous scalars that the schema refuses at the same place.

    ``requests: 1_000`` is text where a number is expected: the schema's flaw says so, with what to
    write.
    """
    once = dict.fromkeys(flaws)
    refused = {flaw.location for flaw in once if flaw.kind == "schema"}
    return tuple(
        flaw for flaw in once if flaw.kind != "ambiguous-scalar" or flaw.location not in refused
    )
