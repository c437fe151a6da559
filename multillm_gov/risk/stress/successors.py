"""Whether a successor is tested and ready for a task class: by internal results, never its name."""

from multillm_gov.risk.stress.stress_context import StressContext


def is_qualified(task_class: str, model: str, context: StressContext) -> bool:
    """Whether the successor of ``model`` has passed in a task class.

    The newest internal result must reach the quality floor, or where there is no floor or no result
    the newest probe must have passed. Evidence after the day counts for nothing.
    """
    if model not in context.successors:
        return False
    successor = context.successors[model].name
    quality = context.by_name[task_class].figures.task.declared.quality
    newest = next(
        (
            placed.record
            for placed in context.evidence.get((task_class, successor), ())
            if placed.record.origin == "internal" and placed.record.date <= context.as_of
        ),
        None,
    )
    if newest is not None and quality is not None:
        return newest.score >= quality.floor
    probes = context.probes.get((task_class, successor), ())
    probe = next((placed.probe for placed in probes if placed.probe.date <= context.as_of), None)
    return newest is not None or (probe is not None and probe.verdict == "pass")
