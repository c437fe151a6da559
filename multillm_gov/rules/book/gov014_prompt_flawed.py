"""GOV014: a prompt file declares every variable that its text uses."""

from multillm_gov.finding import Severity
from multillm_gov.rules.engine.flaws import flaws_of
from multillm_gov.rules.engine.rule import Rule

RULE = Rule(
    id="GOV014",
    name="prompt-flawed",
    title="Invalid prompt file",
    one="One prompt file is invalid",
    many="{count} problems make prompt files invalid",
    short_title="Invalid prompts",
    requirement="A prompt file declares every variable that its text uses.",
    why=(
        "A name in a prompt that no request fills is sent empty, or stops the request; a canary "
        "input that lacks a variable proves nothing about the prompt. The front matter of a "
        "prompt file is read as strictly as every governed file, and its text is compared with "
        "the variables it declares. A file without front matter is plain text, in which braces "
        "mean nothing. Front matter of more than 65,536 characters, and a file of more than 1 "
        "MiB, are not read."
    ),
    remediation=(
        "Declare each `{{ name }}` under `variables`, and give every required one in each of the "
        "`canaries`."
    ),
    severity=Severity.ERROR,
    check=flaws_of("prompt"),
    scope="files",
    claims="prompt",
    waivable=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    prompt: prompts/triage.md
# prompts/triage.md
---
version: 3
variables:
  ticket: {description: What the customer wrote}
canaries:
  - {ticket: My invoice is wrong.}
---
Sort this ticket into one of the queues: {{ tiket }}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    prompt: prompts/triage.md
# prompts/triage.md
---
version: 3
variables:
  ticket: {description: What the customer wrote}
canaries:
  - {ticket: My invoice is wrong.}
---
Sort this ticket into one of the queues: {{ ticket }}
""",
)
