"""What lives in LiteLLM's database and not in its file: a team and a tag for each task class.

Terraform's JSON syntax, for the provider `ncecere/litellm`. A team's budget holds for all of its
task class's models together, on every route, and for fallbacks too; it needs the proxy to have a
database, and callers to use a key of the team.
"""

import re
from typing import Any

from multillm_gov.gateways.exported import Exported, Rendered, header_lines, lost_settings
from multillm_gov.gateways.formats.litellm import TAG
from multillm_gov.gateways.json_text import write_json
from multillm_gov.gateways.routing import ModelGroup, Routing
from multillm_gov.gateways.wanted import Setting

_MONTH = "1mo"
_ELSEWHERE = "`govern export litellm` writes it to the proxy's file"
LOST: dict[Setting, str] = {
    **dict.fromkeys(
        (
            "weights",
            "fallbacks",
            "fallbacks by fault",
            "timeout",
            "request and token limits",
            "own prices",
            "region",
            "service tier",
        ),
        _ELSEWHERE,
    ),
    "monthly cap without an exchange rate": "LiteLLM counts US dollars; declare `exchange` in "
    "govern.yaml",
    "monthly cap of all task classes together": "a team's budget is its own; `govern export "
    "litellm` writes `max_budget` for the whole proxy",
    "cap per request": "LiteLLM limits spend over time, never that of one request",
}


def render(routing: Routing, commit: str) -> Exported:
    """Teams and tags as `*.tf.json`: the same bytes on every run."""
    teams, tags = {}, {}
    for group in routing.task_classes:
        name = _identifier(group.name)
        teams[name], tags[name] = _team(group), _tag(group)
    resources = {
        "terraform": {"required_providers": {"litellm": {"source": "ncecere/litellm"}}},
        "resource": {"litellm_team": teams, "litellm_tag": tags},
    }
    rendered = Rendered(
        body=write_json(resources),
        omissions=lost_settings(routing, LOST),
        remark="Give each caller a key of its task class's team; a key of none has no budget.",
    )
    comment = {"//": header_lines(rendered, commit)}
    data = write_json({**comment, **resources}).encode()
    return Exported(data=data, omissions=rendered.omissions)


def _team(group: ModelGroup) -> dict[str, Any]:
    cap = {"max_budget": group.usd_per_month, "budget_duration": _MONTH}
    return {
        "team_id": f"{TAG}{group.name}",
        "team_alias": group.name,
        "models": [group.name, *group.fallbacks],
        **(cap if group.usd_per_month is not None else {}),
        **({"metadata": {"owner": _inert(group.owner)}} if group.owner else {}),
    }


def _tag(group: ModelGroup) -> dict[str, Any]:
    owner = f", owned by {group.owner}" if group.owner else ""
    return {
        "name": f"{TAG}{group.name}",
        "description": _inert(f"Spend of task class {group.name}{owner}"),
    }


def _identifier(name: str) -> str:
    """A name that Terraform takes: two task classes never share one."""
    safe = re.sub(r"[^A-Za-z0-9_-]", "_", name)
    suffix = "" if safe == name else f"_{name.encode().hex()}"
    return f"task_class_{safe}{suffix}"


def _inert(text: str) -> str:
    """A text of a governed file that Terraform evaluates no template in."""
    return text.replace("${", "$${").replace("%{", "%%{")
