"""Each rule's remedy, applied as it is worded, makes its finding vanish.

A hand below reads what to do in a remedy's own words and does that to the files, so that a remedy
that names the wrong key, model, amount or command fails here. A rule whose remedy needs a decision
or
a measurement first says so on its page (`Rule.decision`).
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from multillm_gov.catalog.lock import encode_lock
from multillm_gov.catalog.locking import build_lock
from multillm_gov.catalog.overrides import Overrides
from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.cli.shared.group import cli
from multillm_gov.documents.layout import LOCK
from multillm_gov.finding import Finding
from multillm_gov.rules.engine.registry import all_rules
from tests.rules.current_digests import with_current_digests

AS_OF = date(2026, 11, 24)
FILLED = {
    "mode": "chat",
    "usd_per_million_tokens": {"input": 0.4, "output": 0.8},
    "input": 0.4,
    "output": 0.8,
    "source": "contract",
    "requests_per_minute": 100_000,
    "tokens_per_minute": 100_000_000,
    "regions": ["EU"],
    "classifications": ["public", "internal", "confidential", "restricted"],
    "vendor": "own",
    "provider": "openai",
    "cloud": "azure",
    "jurisdiction": "CA",
    "retention_days": 0,
    "trains_on_inputs": False,
    "exit_plan_tested": AS_OF,
    "alternatives": ["mistral"],
    "date": AS_OF,
    "result": "survives",
    "sample_size": 5_000,
    "score": 1.0,
}
"""What a person writes where a remedy leaves ``…``."""

Hand = Callable[["Bench", re.Match[str]], None]
HANDS: list[tuple[re.Pattern[str], Hand]] = []


def hand(pattern: str) -> Callable[[Hand], Hand]:
    def keep(function: Hand) -> Hand:
        HANDS.append((re.compile(pattern, re.DOTALL), function))
        return function

    return keep


class Bench:
    """The files of a case with one finding, to be mended."""

    def __init__(self, case: dict[str, Any], finding: Finding, folder: Path) -> None:
        self.case, self.finding, self.folder = case, finding, folder
        self.files: dict[str, Any] = with_current_digests(case["files"])
        self.as_of: date = case.get("as_of", AS_OF)
        self.lock = tuple(case.get("lock", ()))

    def write(self, new: str) -> None:
        """Put a text in the place of what the finding marks."""
        place = self.finding.location
        lines = self.files[place.path].splitlines(keepends=True)
        line = lines[place.line - 1]
        lines[place.line - 1] = line[: place.column - 1] + new + line[place.end_column - 1 :]
        self.files[place.path] = "".join(lines)

    def tree(self, path: str) -> Any:
        return yaml.safe_load(self.files.get(path, "")) or {}

    def save(self, path: str, tree: Any) -> None:
        self.files[path] = yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)

    def task(self, name: str) -> tuple[str, Any, Any]:
        """File, tree and declaration of a task class."""
        for path in sorted(self.files):
            if path.startswith("allocations/"):
                tree = self.tree(path)
                if name in tree.get("task_classes", {}):
                    return path, tree, tree["task_classes"][name]
        raise LookupError(name)

    def allocations(self) -> list[str]:
        return sorted(path for path in self.files if path.startswith("allocations/"))

    def first(self, folder: str, key: str) -> str:
        """The file of a folder that has a key already, else a new one."""
        paths = sorted(
            path for path in self.files if path.startswith(f"{folder}/") and path.endswith(".yaml")
        )
        return next((path for path in paths if key in self.tree(path)), f"{folder}/added.yaml")

    def merge(self, folder: str, addition: dict[str, Any]) -> None:
        for key, value in addition.items():
            path = self.first(folder, key)
            tree = self.tree(path)
            _merge(tree, {key: value})
            self.save(path, tree)

    def record(self, key: str, record: dict[str, Any]) -> None:
        path = self.first("evidence", key)
        tree = self.tree(path)
        tree.setdefault(key, []).append(record)
        self.save(path, tree)

    def records(self, **wanted: Any) -> Iterator[dict[str, Any]]:
        """Evidence of a model or task class, to be changed in place."""
        for path in sorted(path for path in self.files if path.startswith("evidence/")):
            tree = self.tree(path)
            for one in tree.get("records", []):
                if all(one[key] == value for key, value in wanted.items()):
                    yield one
            self.save(path, tree)


def _merge(tree: Any, addition: Any) -> None:
    for key, value in addition.items():
        if isinstance(value, dict) and isinstance(tree.get(key), dict):
            _merge(tree[key], value)
        else:
            tree[key] = value


def _filled(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _filled(one, name) for name, one in value.items()}
    return FILLED[key] if value in ("…", ["…"]) else value


def _read(text: str) -> Any:
    """YAML of a remedy, with what it leaves open filled in."""
    read = yaml.safe_load(text)
    for model in (
        (read.get("models") or {}).values() if isinstance(read.get("models"), dict) else ()
    ):
        if isinstance(model.get("retirement"), dict):
            model["retirement"]["date"] = date(2035, 1, 1)
    return _filled(read)


@hand(r"Close it with `(.)`")
def close(bench: Bench, words: re.Match[str]) -> None:
    """The parser tells where the next thing began: the line before it ends too early."""
    place = bench.finding.location
    lines = bench.files[place.path].splitlines()
    opener = {"]": "[", "}": "{"}[words[1]]
    index = max(
        number
        for number in range(place.line)
        if lines[number].count(opener) > lines[number].count(words[1])
    )
    lines[index] += words[1]
    bench.files[place.path] = "\n".join(lines) + "\n"


@hand(r"^Quote it to mean the text \((\".+?\")\)|quote it to mean the text \((\".+?\")\)")
def quote(bench: Bench, words: re.Match[str]) -> None:
    bench.write(words[1] or words[2])


@hand(r"^Declare it below `variables` \(`(\w+): ")
def declare_variable(bench: Bench, words: re.Match[str]) -> None:
    path = bench.finding.location.path
    declared = f"variables:\n  {words[1]}: {{required: false}}\n"
    bench.files[path] = bench.files[path].replace("variables:\n", declared, 1)


@hand(r"^Run `govern pin [^`]+`, which writes `prompt_digest: (\S+)`")
def pin_prompt(bench: Bench, words: re.Match[str]) -> None:
    path, tree, task = bench.task(bench.finding.subject)
    task["prompt_digest"] = words[1]
    bench.save(path, tree)


@hand(r"^Declare the actual use: `(demand: .+?)`, or")
def redeclare(bench: Bench, words: re.Match[str]) -> None:
    path, tree, task = bench.task(bench.finding.subject)
    _merge(task, _read(words[1]))
    bench.save(path, tree)


@hand(r"^Remove the tag")
def untag(bench: Bench, _: re.Match[str]) -> None:
    place = bench.finding.location
    bench.files[place.path] = re.sub(r"!\S+ ?", "", bench.files[place.path])


@hand(
    r"^Write `([\w.]+)`; (?:known keys|allowed):|^Write `([^`]+)`(?:, or describe| \(|\.$|, which "
    r"retires)"
)
def write_word(bench: Bench, words: re.Match[str]) -> None:
    bench.write(words[1] or words[2])


@hand(r"^Correct the name, or remove what refers to it")
def correct(bench: Bench, _: re.Match[str]) -> None:
    meant = re.search(r"did you mean `([^`]+)`", bench.finding.message)
    if meant:
        path, wrong = bench.finding.location.path, bench.finding.message.split("`")[1]
        bench.files[path] = re.sub(
            rf"(?<![\w/.]){re.escape(wrong)}(?![\w/.])", meant[1], bench.files[path]
        )


@hand(r"(?<!and write )`route: (\[.+\])`")
def reweigh(bench: Bench, words: re.Match[str]) -> None:
    path, tree, task = bench.task(bench.finding.subject)
    task["route"] = yaml.safe_load(words[1])
    bench.save(path, tree)


@hand(r"^Remove the entry")
def remove_entry(bench: Bench, _: re.Match[str]) -> None:
    path = bench.finding.location.path
    tree = bench.tree(path)
    for key in ("models", "providers"):
        (tree.get(key) or {}).pop(bench.finding.subject, None)
    bench.save(path, {key: value for key, value in tree.items() if value})


@hand(r"^Correct the name, or remove the entry\.$")
def remove_move(bench: Bench, _: re.Match[str]) -> None:
    """The entry of `moved` that the finding marks: its message names both ends."""
    old, new = re.findall(r"`([^`]+)`", bench.finding.message)[:2]
    path = bench.finding.location.path
    tree = bench.tree(path)
    tree["moved"].remove({"from": old, "to": new})
    bench.save(path, tree)


@hand(r"^Revoke it .*`(os\.environ/NAME)`")
def name_variable(bench: Bench, words: re.Match[str]) -> None:
    bench.write(words[1])


@hand(r"^Put the file in `(\w+)/`")
def move_file(bench: Bench, words: re.Match[str]) -> None:
    path, tree, task = bench.task(bench.finding.subject)
    key = bench.finding.message.split()[0]
    task[key] = f"{words[1]}/moved.md"
    bench.files[task[key]] = "x\n"
    bench.save(path, tree)


@hand(r"^Write the text in quotes: `(?P<key>\w+): (?P<value>\".*\")`; or put a space")
def quote_text(bench: Bench, match: re.Match[str]) -> None:
    place = bench.finding.location
    lines = bench.files[place.path].splitlines(keepends=True)
    line = lines[place.line - 1]
    lines[place.line - 1] = line[: place.column - 1] + match["value"] + "\n"
    bench.files[place.path] = "".join(lines)


@hand(r"^Rename it to `(?P<name>[^`]+)`, or move it out of the portfolio's folder")
def spell_right(bench: Bench, match: re.Match[str]) -> None:
    wrong, right = bench.finding.location.path, match["name"].rstrip("/")
    bench.files = {
        right + path.removeprefix(wrong) if path.partition("/")[0] == wrong else path: text
        for path, text in bench.files.items()
    }


@hand(r"^Rename the file so that it is read, or move it out")
def move_out(bench: Bench, _: re.Match[str]) -> None:
    bench.files.pop(bench.finding.location.path)


@hand(
    r"`catalog/(?:models\.yaml)?`: (`(?:models|providers|vendors|clouds): [^`]+`"
    r"(?:(?:, | and )`(?:models|providers|vendors|clouds): [^`]+`)*)"
)
def describe(bench: Bench, words: re.Match[str]) -> None:
    """``MODEL`` is the one of the portfolio's own whose facts are missing."""
    known = {
        name
        for path in bench.files
        if path.startswith("catalog/")
        for name in bench.tree(path).get("models", {})
    }
    for declaration in re.findall(r"`([^`]+)`", words[1]):
        bench.merge("catalog", _read(declaration.replace("MODEL", min(known, default=""))))


@hand(r"Run `govern catalog lock`")
def lock(bench: Bench, _: re.Match[str]) -> None:
    """By the prices of today, those that moved included."""
    trees = [bench.tree(path) for path in sorted(bench.files) if path.startswith("allocations/")]
    tasks = [task for tree in trees for task in tree["task_classes"].values()]
    names = {leg["model"] for task in tasks for leg in task["route"]} | {
        name for task in tasks for name in task.get("fallbacks", ())
    }
    path = Path(__file__).parent / "data" / "price_map.json"
    entries = json.loads(path.read_bytes())
    for name, changes in bench.case.get("moved", {}).items():
        entries[name] = {**entries[name], **(changes or {})}
    today = PriceMap("99.0.3", json.dumps(entries).encode())
    bench.files[LOCK] = encode_lock(
        build_lock(sorted(names), Overrides(), today, bench.as_of)
    ).decode()
    bench.lock = ()


@hand(r"^Add `((?:fallbacks|spend_cap|owner): .+?)`|then write `(review: .+?)`")
def add_key(bench: Bench, words: re.Match[str]) -> None:
    text = (words[1] or words[2]).replace("[MODEL]", "[mistral/mistral-large-2512]")
    path, tree, task = bench.task(bench.finding.subject)
    _merge(task, yaml.safe_load(text.replace("AMOUNT", "1000").replace("TEAM", "support")))
    bench.save(path, tree)


@hand(r"^Add `([^`]+)` to `fallbacks`")
def add_fallback(bench: Bench, words: re.Match[str]) -> None:
    path, tree, task = bench.task(bench.finding.subject)
    task.setdefault("fallbacks", []).append(words[1])
    bench.save(path, tree)


@hand(r"^Add (?:a fallback with another|a model of another) .+ to `fallbacks`")
def add_some_fallback(bench: Bench, _: re.Match[str]) -> None:
    path, tree, task = bench.task(bench.finding.subject)
    task.setdefault("fallbacks", []).extend(
        ["gemini/gemini-2.5-flash", "mistral/mistral-large-2512"]
    )
    bench.save(path, tree)


@hand(r"^State the ([\w, ]+) of the models in `catalog/`")
def tell_apart(bench: Bench, words: re.Match[str]) -> None:
    """Each model hangs on somebody of its own."""
    tasks = [
        task for file in bench.allocations() for task in bench.tree(file)["task_classes"].values()
    ]
    names = sorted(
        {leg["model"] for task in tasks for leg in task["route"]}
        | {name for task in tasks for name in task.get("fallbacks", ())}
    )
    for level in re.split(r", | and ", words[1]):
        bench.merge(
            "catalog",
            {"models": {name: {"exposure": {level: f"own-{names.index(name)}"}} for name in names}},
        )


@hand(r"^Remove it from `fallbacks`")
def remove_fallback(bench: Bench, _: re.Match[str]) -> None:
    path, tree, task = bench.task(bench.finding.subject)
    index = bench.finding.message.split("`")[1]
    place = max(number for number, name in enumerate(task["fallbacks"]) if name == index)
    del task["fallbacks"][place]
    bench.save(path, tree)


@hand(r"un `govern drill (?P<task>[\w-]+)` and commit the record that it writes")
def drill_again(bench: Bench, match: re.Match[str]) -> None:
    """The chain was fixed: the command writes that the drill succeeded."""
    record = {"task_class": match["task"], "date": bench.as_of, "result": "survives"}
    path = bench.first("evidence", "drills")
    tree = bench.tree(path)
    older = [one for one in tree.get("drills", []) if one["task_class"] != match["task"]]
    tree["drills"] = [*older, {**record, "seconds_to_recover": 1}]
    bench.save(path, tree)


@hand(r"`(?:drills: \[)?(\{task_class: [^`]+?, date: …, result: [^`]+?\})\]?`")
def drill(bench: Bench, words: re.Match[str]) -> None:
    record = {**_read(words[1]), "date": bench.as_of}
    for path in sorted(path for path in bench.files if path.startswith("evidence/")):
        tree = bench.tree(path)
        drills = tree.get("drills", [])
        drills[:] = [
            one
            for one in drills
            if (one["task_class"], one["date"]) != (record["task_class"], bench.as_of)
        ]
        bench.save(path, tree)
    bench.record("drills", record)


@hand(r"^Move at least ([\d.]+)% of requests .*?first in `([^`]+)`")
def move_requests(bench: Bench, words: re.Match[str]) -> None:
    """Take just what is named from the largest leg, by weight, and give it to somebody new."""
    path, tree, task = bench.task(words[2])
    tasks = [
        one
        for file in bench.files
        if file.startswith("allocations/")
        for one in bench.tree(file)["task_classes"].values()
    ]
    total = sum(one["demand"]["requests"] for one in tasks if "demand" in one)
    points = float(words[1]) * total / task["demand"]["requests"]
    whose = bench.finding.figures.get("largest") or bench.finding.subject.partition(":")[2]
    known = {"openai": "gpt", "anthropic": "claude", "google": "gemini", "mistral": "mistral"}
    leg = next(
        one
        for one in task["route"]
        if known.get(str(whose), "mistral" if "FR" in bench.finding.message else "") in one["model"]
    )
    leg["weight"] = round(leg.get("weight", 100) - points, 6)
    other = "claude-sonnet-4-6" if "FR" in bench.finding.message else "mistral/mistral-large-2512"
    if "law of `US` and `FR`" in bench.finding.message:
        other = "own/model"
        own = {"provider": "own", "vendor": "own", "cloud": "own"}
        entry = {"mode": "chat", "usd_per_million_tokens": {"input": 1, "output": 2}}
        bench.merge("catalog", {"models": {other: {**entry, "exposure": own}}})
        for party in ("vendors", "providers", "clouds"):
            bench.merge("catalog", {party: {"own": {"jurisdiction": "CA"}}})
    task["route"].append({"model": other, "weight": round(points, 6)})
    bench.save(path, tree)


@hand(r"cap raised to at least ([\d,.]+) USD")
def raise_cap(bench: Bench, words: re.Match[str]) -> None:
    path, tree, task = bench.task(bench.finding.subject)
    task["spend_cap"]["monthly"] = float(words[1].replace(",", ""))
    bench.save(path, tree)


@hand(r"raise `spend_cap\.(monthly|per_request)` to what a failover may cost")
def raise_cap_for_failover(bench: Bench, words: re.Match[str]) -> None:
    path, tree, task = bench.task(bench.finding.subject)
    figure = bench.finding.figures[
        {"monthly": "failover_per_month", "per_request": "failover_cost_per_request"}[words[1]]
    ]
    task["spend_cap"][words[1]] = float(str(figure))
    bench.save(path, tree)


@hand(r"^Lower caps by ([\d,.]+) USD, that of `([^`]+)` first")
def lower_cap(bench: Bench, words: re.Match[str]) -> None:
    path, tree, task = bench.task(words[2])
    task["spend_cap"]["monthly"] = round(
        float(task["spend_cap"]["monthly"]) - float(words[1].replace(",", "")), 9
    )
    bench.save(path, tree)


@hand(r"^Route requests to `([^`]+)`, or end its hosting and remove its `usd_fixed_per_month`")
def end_hosting(bench: Bench, words: re.Match[str]) -> None:
    path = bench.first("catalog", "models")
    tree = bench.tree(path)
    model = tree["models"][words[1]]
    for declared in (model, tree["models"].get(model.get("base"), {})):
        declared.pop("usd_fixed_per_month", None)
    bench.save(path, tree)


@hand(r"add `(\{task_class: [^`]+?, score: …\})`")
def score(bench: Bench, words: re.Match[str]) -> None:
    """``and its like``: one for each model of the task class."""
    record = _read(words[1])
    task = bench.task(bench.finding.subject)[2]
    for model in sorted({leg["model"] for leg in task["route"]} | set(task.get("fallbacks", ()))):
        bench.record("records", {**record, "model": model})


@hand(
    r"^Score `([^`]+)` (?:again on the same cases|on your own cases) and add the record to "
    r"`evidence/`"
)
def score_again(bench: Bench, words: re.Match[str]) -> None:
    record = {"task_class": bench.finding.subject, "model": words[1], "date": bench.as_of}
    bench.record("records", {**record, "sample_size": 5_000, "score": 1.0})


@hand(r"^Score `([^`]+)` on ([\d,]+) more cases? and write them as one record")
def score_more(bench: Bench, words: re.Match[str]) -> None:
    for one in bench.records(task_class=bench.finding.subject, model=words[1]):
        one["sample_size"] += int(words[2].replace(",", ""))


@hand(r"^Score more cases \(([\d,]+) at this score prove the floor\)")
def score_enough(bench: Bench, words: re.Match[str]) -> None:
    marked = bench.finding.location.source_line
    for one in bench.records(task_class=bench.finding.subject):
        if str(one["model"]) in marked or str(one["model"]) in bench.finding.message:
            one["sample_size"] = int(words[1].replace(",", ""))


@hand(r"write its digest as `(\w+)` of the record \(`(sha256:\w+)`\)")
def pin(bench: Bench, words: re.Match[str]) -> None:
    for one in bench.records(task_class=bench.finding.subject):
        one[words[1]] = words[2]
        one["date"] = bench.as_of


@hand(r"write `(paired_with: \[[^`]+\])` into the record of `([^`]+)`")
def pair(bench: Bench, words: re.Match[str]) -> None:
    record = {
        "task_class": bench.finding.subject,
        "model": words[2],
        "date": bench.as_of,
        "sample_size": 5_000,
    }
    bench.record("records", {**record, "score": 1.0, **yaml.safe_load(words[1])})


@hand(r"`govern ((?:approve|waive) [^`]+)`")
def run_command(bench: Bench, words: re.Match[str]) -> None:
    """Run it over the files, with what it leaves open filled in as the policies ask."""
    _unpack(bench)
    approver = next(
        iter(re.findall(r"approvers: \[(\w+)", "".join(map(str, bench.files.values())))), "cfo"
    )
    said = (
        words[1]
        .replace("--by NAME", f"--by {approver}")
        .replace("--approved-by …", f"--approved-by {approver}")
    )
    said = said.replace("--reason …", "--reason agreed").replace(
        "--expires …", "--expires 2027-03-31"
    )
    done = CliRunner().invoke(
        cli, [*said.split(), "--as-of", str(bench.as_of), "--root", str(bench.folder)]
    )
    assert done.exit_code == 0, done.output
    for path in sorted(bench.folder.glob("policies/*.yaml")):
        bench.files[f"policies/{path.name}"] = path.read_text("utf-8")


def _unpack(bench: Bench) -> None:
    bench.files.setdefault("govern.yaml", "organization: x\n")
    for name, text in bench.files.items():
        path = bench.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


@hand(r"[Rr]emove (?:the waiver|the approval|it if the finding is fixed)")
def remove_consent(bench: Bench, _: re.Match[str]) -> None:
    place = bench.finding.location
    tree = bench.tree(place.path)
    key = "waivers" if bench.finding.rule in {"GOV703", "GOV708"} else "approvals"
    above = "\n".join(bench.files[place.path].splitlines()[: place.line])
    index = len(re.findall(r"^ *- (?:\{|\w)", above[above.index(f"{key}:") :], re.MULTILINE)) - 1
    del tree[key][index]
    bench.save(place.path, {name: value for name, value in tree.items() if value})


@hand(r"or undo it|or restore `|^Restore the policy")
def undo(bench: Bench, _: re.Match[str]) -> None:
    bench.files = dict(bench.case["base"])


@hand(r"[Rr]emove (?:the comment|it\.)|remove the comment")
def remove_comment(bench: Bench, _: re.Match[str]) -> None:
    place = bench.finding.location
    lines = bench.files[place.path].splitlines()
    lines[place.line - 1] = re.sub(r"\s*# ?govern:.*", "", lines[place.line - 1])
    bench.files[place.path] = "\n".join(lines) + "\n"


@hand(r"^Raise `quality\.floor`")
def raise_floor(bench: Bench, _: re.Match[str]) -> None:
    path, tree, task = bench.task(bench.finding.subject)
    task.setdefault("quality", {})["floor"] = 1
    bench.save(path, tree)


def _failing(rule_id: str) -> list[dict[str, Any]]:
    text = (Path(__file__).parent / f"{rule_id.lower()}.yaml").read_text("utf-8")
    return [case for case in yaml.safe_load(text)["cases"] if case.get("findings")]


def _apply(bench: Bench) -> bool:
    """Whether some hand could do what the remedy says."""
    for pattern, work in HANDS:
        words = pattern.search(bench.finding.remedy)
        if words is not None:
            files, lock = dict(bench.files), bench.lock
            work(bench, words)
            return (files, lock) != (bench.files, bench.lock)
    return False


def _mended(
    case: dict[str, Any], finding: Finding, count: int, assessed: Any, folder: Path
) -> bool:
    """Whether the remedy applies; where one leads to the next (who serves it, then on what terms),
    both are done."""
    bench = Bench(case, finding, folder)
    base = assessed(case["base"], bench.as_of, bench.lock) if "base" in case else None
    for _ in range(3):
        if not _apply(bench):
            return False
        moved = None if LOCK in bench.files else case.get("moved")
        after = assessed(bench.files, bench.as_of, bench.lock, moved=moved, base=base).findings
        mine = [one for one in after if one.rule == finding.rule]
        left = [one for one in mine if one.fingerprint == finding.fingerprint]
        if not left or len(mine) < count:
            return True
        told = f"{case['name']}: {bench.finding.remedy}\n{left[0].message}\n{bench.files}"
        assert left[0].remedy != bench.finding.remedy, told
        bench.finding = left[0]
    return False


@pytest.mark.parametrize("rule_id", [rule.id for rule in all_rules() if not rule.decision])
def test_the_remedy_applied_makes_the_finding_vanish(
    rule_id: str, assessed: Any, tmp_path: Path
) -> None:
    mended = 0
    for number, case in enumerate(_failing(rule_id)):
        as_of, given = case.get("as_of", AS_OF), case.get("lock", ())
        base = assessed(case["base"], as_of, given) if "base" in case else None
        before = assessed(case["files"], as_of, given, moved=case.get("moved"), base=base).findings
        found = [one for one in before if one.rule == rule_id]
        for index, finding in enumerate(found):
            mended += _mended(case, finding, len(found), assessed, tmp_path / f"{number}-{index}")
    assert mended, "no hand reads this rule's remedy: write one, or set the rule's `decision`"
