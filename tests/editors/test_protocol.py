"""The language server as an editor meets it: a process, two pipes, JSON-RPC."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from multillm_gov.documents.layout import FOLDERS, SETTINGS
from multillm_gov.portfolio.portfolio import Portfolio
from multillm_gov.workflows.init import host_files

ALLOCATION = """\
owner: support
task_classes:
  triage:
    route: [{model: gpt-4o-2024-05-13}]
"""
UTF8 = {"general": {"positionEncodings": ["utf-8", "utf-16"]}}


def edit(
    line: int, start: int, end: int, text: str, last_line: int | None = None
) -> dict[str, Any]:
    last = {"line": line if last_line is None else last_line, "character": end}
    return {"range": {"start": {"line": line, "character": start}, "end": last}, "text": text}


def only(items: list[dict[str, Any]], code: str) -> dict[str, Any]:
    (found,) = [item for item in items if item["code"] == code]
    return found


def test_a_session_from_hello_to_goodbye(editor, portfolio: Path) -> None:
    capabilities = editor.initialize(
        textDocument={"publishDiagnostics": {"relatedInformation": True}}
    )
    assert capabilities["hoverProvider"]
    assert capabilities["completionProvider"]
    assert capabilities["codeActionProvider"]
    assert capabilities["positionEncoding"] == "utf-16"
    uri = editor.open(portfolio / "allocations/support.yaml")

    retired = only(editor.published[uri], "GOV102")
    assert retired["range"] == {
        "start": {"line": 3, "character": 20},
        "end": {"line": 3, "character": 37},
    }
    assert retired["severity"] == 1
    assert retired["source"] == "govern"
    assert retired["tags"] == [2]
    assert "`gpt-4o-2024-05-13` was retired on 2026-10-23, 32 days ago" in retired["message"]
    assert editor.versions[uri] == 1

    policies = (portfolio / "policies/limits.yaml").as_uri()
    editor.wait(lambda: policies in editor.published)
    shares = only(editor.published[policies], "GOV301")
    (place,) = shares["relatedInformation"]
    assert place["location"]["uri"] == uri
    assert place["location"]["range"]["start"] == {"line": 3, "character": 11}
    assert editor.leave() == 0
    assert "Traceback" not in editor.complaints


def test_a_finding_is_cleared_when_it_is_mended_without_saving(desk, portfolio: Path) -> None:
    file = portfolio / "allocations/support.yaml"
    before = file.read_text()
    uri = desk.open(file)
    assert "GOV102" in desk.codes(uri)
    desk.change(uri, 2, edit(3, 20, 37, "anthropic/claude-sonnet-4-6"))
    assert "GOV102" not in desk.codes(uri)
    desk.change(uri, 3, edit(3, 20, 47, "gpt-4o-2024-05-1"), edit(3, 36, 36, "3"))
    assert "GOV102" in desk.codes(uri)
    desk.change(uri, 4, {"text": before.replace("gpt-4o-2024-05-13", "gpt-5.4-2026-03-05")})
    assert "GOV102" not in desk.codes(uri)
    assert file.read_text() == before


def test_the_unsaved_text_counts_until_the_file_is_closed(desk, portfolio: Path) -> None:
    policies = desk.open(portfolio / "policies/limits.yaml")
    assert "GOV006" not in desk.codes(policies)
    file = portfolio / "allocations/support.yaml"
    uri = desk.open(file, "task_classes: {}\n")
    assert "GOV102" not in desk.codes(uri)
    desk.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    desk.wait(lambda: "GOV102" in desk.codes(uri))
    desk.notify("textDocument/didClose", {"textDocument": {"uri": policies}})
    desk.wait(lambda: not desk.published[uri] and not desk.published[policies])


def test_a_file_not_yet_saved_belongs_to_the_portfolio(desk, portfolio: Path) -> None:
    desk.open(
        portfolio / "allocations/new.yaml",
        "task_classes:\n  triage:\n    route: [{model: gpt-5}]\n",
    )
    other = (portfolio / "allocations/support.yaml").as_uri()
    desk.wait(lambda: other in desk.published)
    assert (
        "`triage` is already defined at allocations/new.yaml"
        in only(desk.published[other], "GOV008")["message"]
    )


def test_two_portfolios_are_judged_apart(desk, portfolio: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(portfolio, other)
    mended = ALLOCATION.replace("gpt-4o-2024-05-13", "gpt-5.4-2026-03-05")
    (other / "allocations/support.yaml").write_text(mended)
    first = desk.open(portfolio / "allocations/support.yaml")
    second = desk.open(other / "allocations/support.yaml")
    assert "GOV102" in desk.codes(first)
    assert "GOV102" not in desk.codes(second)
    assert "GOV008" not in desk.codes(first) | desk.codes(second)
    desk.change(second, 2, {"text": ALLOCATION})
    assert "GOV102" in desk.codes(second)
    desk.notify("textDocument/didClose", {"textDocument": {"uri": second}})
    desk.wait(lambda: not desk.published[second])
    assert "GOV102" in desk.codes(first)


def starter_attributes() -> str:
    return host_files("", Portfolio())[".gitattributes"].decode()


def test_a_change_on_the_disk_is_judged(editor, portfolio: Path) -> None:
    watch = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    editor.initialize(**watch)
    uri = editor.open(portfolio / "policies/limits.yaml")
    other = portfolio / "allocations/support.yaml"
    editor.wait(lambda: "GOV102" in editor.codes(other.as_uri()))
    editor.wait(
        lambda: any(each["method"] == "client/registerCapability" for each in editor.notified)
    )
    watched = json.dumps([e for e in editor.notified if e["method"] == "client/registerCapability"])
    attributes = starter_attributes()
    for folder in (*FOLDERS, SETTINGS):
        assert folder in watched
        assert f"{folder}{'' if folder == SETTINGS else '/**'} text=auto eol=lf" in attributes
    other.write_text(other.read_text().replace("gpt-4o-2024-05-13", "gpt-5.4-2026-03-05"))
    editor.notify(
        "workspace/didChangeWatchedFiles", {"changes": [{"uri": other.as_uri(), "type": 2}]}
    )
    editor.wait(lambda: "GOV102" not in editor.codes(other.as_uri()))
    assert uri in editor.published


@pytest.mark.parametrize(("capabilities", "width"), [({}, 2), (UTF8, 4)], ids=["utf-16", "utf-8"])
def test_columns_are_the_editors_own_units(
    editor, portfolio: Path, capabilities: dict[str, Any], width: int
) -> None:
    told = editor.initialize(**capabilities)
    assert told["positionEncoding"] == ("utf-8" if capabilities else "utf-16")
    text = "task_classes:\n  triage: {purpose: '🎉🎉', route: [{model: gpt-4o-2024-05-13}]}\n"
    uri = editor.open(portfolio / "allocations/support.yaml", text)
    found = only(editor.published[uri], "GOV102")["range"]
    start = text.splitlines()[1].index("gpt") + 2 * (width - 1)
    assert (found["start"]["character"], found["end"]["character"]) == (start, start + 17)
    # An edit right after the second emoji, and one of the emoji itself.
    quote = text.splitlines()[1].index("🎉")
    editor.change(uri, 2, edit(1, quote + 2 * width, quote + 2 * width, "🎉"))
    assert only(editor.published[uri], "GOV102")["range"]["start"]["character"] == start + width
    editor.change(uri, 3, edit(1, quote, quote + width, ""), edit(1, quote, quote + 2 * width, "é"))
    shorter = text.splitlines()[1].index("gpt") - 1 + (1 if capabilities else 0)
    assert only(editor.published[uri], "GOV102")["range"]["start"]["character"] == shorter
    hover = editor.at("hover", uri, 1, shorter + 3)
    assert hover["range"]["start"]["character"] == shorter


def test_lines_end_where_the_protocol_says(desk, portfolio: Path) -> None:
    """U+2028 ends a line for Python, not for an editor: edits below it must not land elsewhere."""
    text = (
        "# one\u2028line\r\ntask_classes:\r\n  triage:\r    route: [{model: gpt-4o-2024-05-13}]\n"
    )
    uri = desk.open(portfolio / "allocations/support.yaml", text)
    assert only(desk.published[uri], "GOV005")["range"]["start"] == {"line": 0, "character": 5}
    desk.change(uri, 2, edit(0, 5, 6, ""))
    assert only(desk.published[uri], "GOV102")["range"]["start"] == {"line": 3, "character": 20}


def test_hover_tells_what_is_under_the_cursor(desk, portfolio: Path) -> None:
    uri = desk.open(portfolio / "allocations/support.yaml")
    told = desk.at("hover", uri, 3, 25)
    assert told["range"] == {
        "start": {"line": 3, "character": 20},
        "end": {"line": 3, "character": 37},
    }
    card = told["contents"]["value"]
    for said in (
        "input 5.00 USD, output 15.00 USD per million tokens",
        "128,000 tokens",
        "- vendor: openai",
        "- jurisdiction: US",
        "2026-10-23, 32 days ago",
        "122 days too few: a migration takes 90",
        "- successor: `",
    ):
        assert said in card
    assert "mistral" in desk.at("hover", uri, 4, 20)["contents"]["value"]
    assert "`owner`" in desk.at("hover", uri, 0, 2)["contents"]["value"]
    policies = desk.open(portfolio / "policies/limits.yaml")
    assert "**GOV301** `concentration`" in desk.at("hover", policies, 2, 12)["contents"]["value"]
    assert "enforcement" in desk.at("hover", policies, 1, 4)["contents"]["value"]
    assert desk.at("hover", policies, 99, 99) is None


def test_completion_in_a_text_that_is_no_yaml_yet(desk, portfolio: Path) -> None:
    text = "task_classes:\n  triage:\n    route: [{model: anthropic/claude-so"
    uri = desk.open(portfolio / "allocations/support.yaml", text)
    told = desk.at("completion", uri, 2, len("    route: [{model: anthropic/claude-so"))
    first = told["items"][0]
    assert first["label"].startswith("anthropic/claude-sonnet")
    assert "USD per million tokens" in first["detail"]
    place = first["textEdit"]["range"]
    assert (place["start"]["character"], place["end"]["character"]) == (20, 39)
    assert len(told["items"]) <= 60
    policies = desk.open(
        portfolio / "policies/limits.yaml", "policies:\n  vendors:\n    rule: con\n"
    )
    labels = [item["label"] for item in desk.at("completion", policies, 2, 13)["items"]]
    assert labels[0] == "concentration"
    assert not [label for label in labels if "con" not in label]


def test_a_mend_is_offered_and_mends(desk, portfolio: Path) -> None:
    text = "policies:\n  vendors:\n    rule: concentrations\n    max_share: 0.5\n"
    uri = desk.open(portfolio / "policies/limits.yaml", text)
    found = only(desk.published[uri], "GOV006")
    actions = desk.ask(
        "textDocument/codeAction",
        {
            "textDocument": {"uri": uri},
            "range": found["range"],
            "context": {"diagnostics": [found]},
        },
    )
    fix = next(action for action in actions if action["title"] == "Write `concentration`")
    assert fix["kind"] == "quickfix"
    (change,) = fix["edit"]["changes"][uri]
    desk.change(uri, 2, {"range": change["range"], "text": change["newText"]})
    assert "GOV006" not in desk.codes(uri)


def test_hostile_files_end_nothing(editor, portfolio: Path) -> None:
    editor.initialize()
    file = portfolio / "allocations/support.yaml"
    uri = editor.open(file)
    hostile = [
        "[" * 100_000,
        "a: &a [*a, *a]\nb: !!python/object/apply:os.system [id]\n",
        "\ud800 lone",
        "\0\x1b]0;title\x07",
        "task_classes: {a: {route: [{model: '](javascript:x) ![](http://x.invalid/a.png) `'}]}}",
        "? {x: y}\n: [\n",
        "x" * 300_000,
        "",
    ]
    for version, text in enumerate(hostile, start=2):
        editor.change(uri, version, {"text": text})
        for line, character in ((0, 0), (0, 5), (0, 34), (3, 10**6), (10**6, 0)):
            for method in ("hover", "completion"):
                answer = editor.answer(
                    f"textDocument/{method}",
                    {
                        "textDocument": {"uri": uri},
                        "position": {"line": line, "character": character},
                    },
                )
                assert "error" not in answer
                assert "](http" not in json.dumps(answer)
        assert "\x1b" not in json.dumps(editor.published[uri], ensure_ascii=False)
    editor.change(uri, 100, {"text": file.read_text()})
    assert "GOV102" in editor.codes(uri)
    assert editor.leave() == 0
    assert "Traceback" not in editor.complaints


def test_a_link_is_not_read_through_the_editor(desk, portfolio: Path, tmp_path: Path) -> None:
    outside = tmp_path / "secret.yaml"
    outside.write_text("task_classes: {stolen: {route: [{model: gpt-4o-2024-05-13}]}}\n")
    link = portfolio / "allocations/link.yaml"
    link.symlink_to(outside)
    uri = desk.open(link, outside.read_text())
    assert desk.codes(uri) == {"GOV009"}


def test_files_of_nobody_are_passed_over(editor, portfolio: Path, tmp_path: Path) -> None:
    editor.initialize()
    stray = tmp_path / "stray.yaml"
    for uri in (
        stray.as_uri(),
        "untitled:Untitled-1",
        "file:///%00",
        (portfolio / "README.md").as_uri(),
    ):
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": "a: 1\n"}
        editor.notify("textDocument/didOpen", {"textDocument": document})
        change = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": "b"}]}
        editor.notify("textDocument/didChange", change)
        assert editor.at("hover", uri, 0, 0) is None
        editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert editor.published == {}
    assert editor.leave() == 0


def test_errors_of_the_editor_end_nothing(editor, portfolio: Path) -> None:
    editor.initialize()
    assert editor.answer("no/suchMethod", {})["error"]["code"] == -32601
    editor.send({"id": "misshapen", "method": "textDocument/hover", "params": {"position": "here"}})
    editor.notify("textDocument/didOpen", {"textDocument": 7})
    uri = editor.open(portfolio / "allocations/support.yaml")
    assert "GOV102" in editor.codes(uri)


def test_keystrokes_in_a_burst_are_judged_once(desk, portfolio: Path) -> None:
    uri = desk.open(portfolio / "allocations/support.yaml")
    told: list[int | None] = []
    for version in range(2, 22):
        document = {"uri": uri, "version": version}
        change = {"textDocument": document, "contentChanges": [edit(0, 0, 0, "#")]}
        desk.notify("textDocument/didChange", change)
    while desk.versions[uri] != 21:
        message = desk._next()
        if (
            message.get("method") == "textDocument/publishDiagnostics"
            and message["params"]["uri"] == uri
        ):
            told.append(message["params"]["version"])
    assert told[-1] == 21
    assert len(told) < 10


def test_leaving_without_shutdown_is_told_by_the_exit_code(editor) -> None:
    editor.initialize()
    editor.notify("exit")
    assert editor.process.wait(60) == 1


def test_a_closed_pipe_ends_the_server(editor) -> None:
    editor.initialize()
    assert editor.process.stdin is not None
    editor.process.stdin.close()
    started = time.monotonic()
    assert editor.process.wait(60) == 1
    assert time.monotonic() - started < 30


def test_a_missing_package_is_named_with_what_to_type() -> None:
    program = (
        "import sys\nsys.modules['pygls'] = sys.modules['lsprotocol'] = None\n"
        "from multillm_gov.__main__ import main\nsys.exit(main(['lsp']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=False, timeout=60, text=True
    )
    assert done.returncode == 3
    assert "pip install 'multillm-gov[lsp]'" in done.stderr
    assert done.stdout == ""
