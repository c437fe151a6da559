"""Filling in prompts: what the small language says, and that no text gets out of it or exhausts the
machine."""

import time
import tracemalloc

import pytest

from multillm_gov.documents.document import SourceFile
from multillm_gov.errors import SourceError
from multillm_gov.evaluation.client import Message
from multillm_gov.portfolio.prompts import read_prompt
from multillm_gov.providers.prompting import Rendering


def prompt(
    body: str,
    head: str = "variables: {text: {}, parts: {default: [a, b]}, tone: {required: false}}",
):
    found, _ = read_prompt(SourceFile("prompts/p.md", f"---\n{head}\n---\n{body}".encode()))
    assert found is not None
    return found


def filled(body: str, **values: object) -> str:
    (message,) = Rendering(prompt(body)).fill({"text": "Hello", **values})
    assert message.role == "user"
    return message.content


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Sort: {{ text }}\n", "Sort: Hello"),
        ("{{ text | upper | lower | title }} {{ parts | join(', ') }}", "Hello a, b"),
        (
            "{% for part in parts %}{{ loop.index }}{% if not loop.last %}-{% endif %}{% endfor %}",
            "1-2",
        ),
        (
            "{% for a in parts %}{% for b in parts %}{{ a }}{{ b }} {% endfor %}{% endfor %}",
            "aa ab ba bb ",
        ),
        ("{% if tone is defined %}{{ tone }}{% else %}plain{% endif %}", "plain"),
        ("{{ tone | default('calm') }}{{ parts | length }}{{ parts | tojson }}", 'calm2["a", "b"]'),
        ("{{ 'yes' if text == 'Hello' and 'a' in parts else 'no' }}", "yes"),
        ("{# a remark #}{% raw %}{{ text }}{% endraw %}", "{{ text }}"),
        ("<b>{{ text }}</b> & co", "<b>Hello</b> & co"),
    ],
)
def test_the_small_language(body: str, expected: str) -> None:
    assert filled(body) == expected


def test_a_value_is_never_a_template() -> None:
    assert (
        filled("{{ text }}", text="{{ parts }} {% include 'x' %}")
        == "{{ parts }} {% include 'x' %}"
    )


def test_the_system_message_and_what_the_user_says() -> None:
    made = Rendering(prompt("Sort.", "variables: {tone: {default: calm}}\nsystem: Be {{ tone }}."))
    assert made.fill({}) == (Message("system", "Be calm."), Message("user", "Sort."))
    assert made.fill({"tone": "kind"}, "Where is it?") == (
        Message("system", "Be kind.\n\nSort."),
        Message("user", "Where is it?"),
    )


def test_a_plain_prompt_keeps_its_braces() -> None:
    plain, flaws = read_prompt(SourceFile("prompts/p.md", b"Answer {{ like }} {% this.\n"))
    assert plain is not None
    assert flaws == ()
    assert Rendering(plain).fill({}) == (Message("user", "Answer {{ like }} {% this."),)
    with pytest.raises(SourceError, match="declares no variable `like`"):
        Rendering(plain).fill({"like": "x"})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{{ text.__class__ }}", "prompts/p.md:5: the attribute `__class__`"),
        ("{{ ''['__class__'] }}", "`getitem`"),
        ("{{ text | attr('__class__') }}", "the filter `attr`"),
        ("{{ range(10) }}", "`call`"),
        ("{{ loop.cycle('a') }}", "`call`"),
        ("{{ cycler.__init__.__globals__.os.popen('id') }}", "`call`|attribute"),
        ("{{ self._TemplateReference__context }}", "the attribute"),
        ("{{ self }}", "the name `self`"),
        ("{% include 'prompts/q.md' %}", "`include`"),
        ("{% import '/etc/passwd' as x %}", "`import`"),
        ("{% extends 'q' %}", "`extends`"),
        ("{% set a = text %}", "`assign`"),
        ("{% macro m() %}{{ m() }}{% endmacro %}", "`macro`"),
        ("{% block b %}{% endblock %}", "`block`"),
        ("{{ 'a' * 1000000000 }}", "`mul`"),
        ("{{ 10 ** 1000000 }}", "`pow`"),
        ("{{ '%1000000000d' % 1 }}", "`mod`"),
        ("{{ text ~ text }}", "`concat`"),
        ("{{ '{:1000000000}'.format(1) }}", "`call`"),
        ("{{ text | center(1000000000) }}", "the filter `center`|No filter"),
        ("{{ text | replace('l', 'llllllll') }}", "the filter `replace`|No filter"),
        ("{{ text | indent(1000000000) }}", "the filter `indent`|No filter"),
        ("{% for a in parts recursive %}{{ loop(parts) }}{% endfor %}", "`call`|recursive"),
        ("{% filter upper %}x{% endfilter %}", "not part"),
        ("{{ 9" + "9" * 5000 + " }}", "not a template"),
        ("{{ " + "(" * 100_000, "not a template|too many|unexpected"),
        ("{% if text %}" * 60 + "{% endif %}" * 60, "nests them too deeply|not a template"),
        ("{{ text }}" * 30_000, "too many braces"),
        ("{{ text", "unexpected|expected"),
        ("x" * 500_000, "at most 400,000 are filled in"),
    ],
)
def test_nothing_else_is_said(body: str, said: str) -> None:
    started = time.monotonic()
    with pytest.raises(SourceError, match=said):
        Rendering(prompt(f"\n{body}"))
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    "body",
    [
        (
            "{% for a in parts %}{% for b in parts %}{% for c in parts %}{% endfor %}{% endfor %}{% "  # noqa: E501
            "endfor %}"
        ),
        "{% for a in parts %}{{ text }}{% endfor %}",
        (
            "{% for a in parts %}{% if text | upper | lower | upper | lower == 'x' %}{% endif %}{% "
            "endfor %}"
        ),
        "{{ parts | join(text) }}",
        "{% for a in parts %}{{ parts | join(text) | length }}{% endfor %}",
        "{% for a in parts %}{{ parts | tojson | tojson | tojson | tojson | length }}{% endfor %}",
    ],
)
def test_work_and_memory_are_bounded(body: str) -> None:
    rendering = Rendering(prompt(body))
    values = {"text": "x" * 900_000, "parts": ["y" * 100] * 9_000}
    tracemalloc.start()
    started = time.monotonic()
    with pytest.raises(SourceError, match="needs too much work"):
        rendering.fill(values)
    assert time.monotonic() - started < 20
    assert tracemalloc.get_traced_memory()[1] < 200 * 2**20
    tracemalloc.stop()


def test_values_must_be_plain_and_there() -> None:
    rendering = Rendering(prompt("{{ text }}"))
    for value in ({"a": 1}, [["nested"]], None, b"x", "x" * 1_000_001):
        with pytest.raises(SourceError, match="the value of `text` is not a text"):
            rendering.fill({"text": value})
    with pytest.raises(SourceError, match="needs a value for `text`"):
        rendering.fill({})
    with pytest.raises(SourceError, match="cannot be filled in"):
        Rendering(prompt("{{ tone }}")).fill({"text": "x"})
    with pytest.raises(SourceError, match="a loop needs a list"):
        Rendering(prompt("{% for one in text %}{% endfor %}")).fill({"text": "x"})
