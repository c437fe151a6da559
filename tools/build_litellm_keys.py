"""Collect the settings that releases of LiteLLM read, into the package's data.

Run from the repository's root with the folders of unpacked releases, oldest first, each named after
its release; the newest may be installed::

    python tools/build_litellm_keys.py unpacked/1.65.0 ... unpacked/1.110.2

A key counts as read where the proxy's source names it: in a look-up of the section, as a field of
the section's model, as a parameter of the router, or (`litellm_settings`, whose keys become
attributes of the module) as an attribute that some code reads. Keys of which that cannot be said
are kept apart: nothing is claimed of them.
"""

import ast
import json
import re
import sys
from pathlib import Path

TARGET = Path("multillm_gov/gateways/litellm/data/keys.json")
_WORD = r"""["'](\w+)["']"""


def read_by(section: str, text: str) -> set[str]:
    """Keys that a source looks up in a section."""
    if section not in text:
        return set()
    name = rf"{section}(?:\s*or\s*\{{\}}\s*\))?"
    patterns = (rf"{name}\.get\(\s*{_WORD}", rf"{name}\[\s*{_WORD}", rf"{_WORD} in \w*{section}\b")
    return {key for pattern in patterns for key in re.findall(pattern, text)}


def fields(trees: list[ast.Module], name: str) -> set[str]:
    """Annotated fields of the classes of a name."""
    return {
        statement.target.id
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name == name
        for statement in node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    }


def endpoints_of(package: Path) -> list[str]:
    """Addresses by which LiteLLM tells the provider of a model that names none."""
    texts: dict[str, str] = {}
    for node in ast.parse((package / "constants.py").read_text("utf-8")).body:
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        if node.target.id == "openai_compatible_endpoints" and isinstance(node.value, ast.List):
            return sorted(
                texts[each.id] if isinstance(each, ast.Name) else ast.literal_eval(each)
                for each in node.value.elts
            )
        found = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
        texts[node.target.id] = str(found[-1]) if found else ""
    raise ValueError("no list of endpoints")


def attributes(tree: ast.Module) -> set[str]:
    """Names that a module assigns."""
    found: set[str] = set()
    for node in ast.walk(tree):
        targets = [node.target] if isinstance(node, ast.AnnAssign) else []
        targets = node.targets if isinstance(node, ast.Assign) else targets
        found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def router_parameters(tree: ast.Module) -> set[str]:
    """Parameters of the router's constructor."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = {each.arg for each in (*node.args.args, *node.args.kwonlyargs)}
            if "model_list" in names and node.name in {"__init__", "_router_init"}:
                return names - {"self", "_host"}
    raise ValueError("no constructor of the router")


def providers_of(package: Path) -> list[str]:
    """What may stand before the slash of a model."""
    text = (package / "types/utils.py").read_text("utf-8")
    declared = re.search(r"class LlmProviders\(.*?\n(?=class )", text, re.DOTALL)
    names = set(re.findall(r'= "([\w-]+)"', declared[0] if declared else ""))
    served = package / "llms/openai_like/providers.json"
    if served.is_file():
        names |= set(json.loads(served.read_text("utf-8")))
    return sorted(names)


def prices_of(package: Path) -> list[str]:
    """Names of prices that a deployment or the price map may have."""
    text = (package / "types/utils.py").read_text("utf-8")
    declared = fields([ast.parse(text)], "CustomPricingLiteLLMParams")
    declared |= fields([ast.parse(text)], "MirroredPricingParams")
    declared |= fields([ast.parse(text)], "ModelInfoBase")
    prices = json.loads(
        (package / "model_prices_and_context_window_backup.json").read_text("utf-8")
    )
    declared |= {key for entry in prices.values() for key in entry}
    declared |= {"cost_per_query", "cost_per_ptu_per_hour", "pricing_provider"}
    return sorted(name for name in declared if "cost" in name or "price" in name)


def keys_of(release: Path) -> dict[str, set[str]]:
    """The keys that one release reads, by section."""
    package = release / "litellm"
    texts = {path: path.read_text("utf-8", "replace") for path in package.rglob("*.py")}
    proxy = {path: text for path, text in texts.items() if "proxy" in path.parts}
    server = texts[package / "proxy/proxy_server.py"]
    trees = [ast.parse(text) for text in proxy.values() if "class ConfigGeneral" in text]
    read = {
        key
        for text in texts.values()
        for key in re.findall(r"\blitellm\.(\w+)\b", text)
        + re.findall(rf"getattr\(\s*litellm,\s*{_WORD}", text)
    }
    return {
        "top": read_by("config", server),
        "router_settings": router_parameters(ast.parse(texts[package / "router.py"])),
        "general_settings": fields(trees, "ConfigGeneralSettings").union(
            *(read_by("general_settings", text) for text in proxy.values()),
            *(read_by("proxy_settings", text) for text in proxy.values()),
            *(re.findall(rf"_general_setting_enabled\({_WORD}", text) for text in proxy.values()),
        ),
        "litellm_settings": read.union(
            attributes(ast.parse(texts[package / "__init__.py"])),
            re.findall(rf"key == {_WORD}", server),
            *(read_by("litellm_settings", text) for text in proxy.values()),
        ),
        "attributes": attributes(ast.parse(texts[package / "__init__.py"])).union(
            {"set_verbose"},  # assigned in a module of its own
            {"enable_post_custom_auth_checks"} & read,  # read with a default, assigned nowhere
            re.findall(rf"key == {_WORD}", server),
            *(read_by("litellm_settings", text) for text in proxy.values()),
        ),
        "named": set().union(
            *(re.findall(rf"\.get\(\s*{_WORD}", text) for text in proxy.values()),
            *(re.findall(rf"\[{_WORD}\]", text) for text in proxy.values()),
        ),
    }


def main() -> None:
    """Write each key with the first and the last of the releases that read it."""
    releases = [Path(argument) for argument in sys.argv[1:]]
    found = [keys_of(release) for release in releases]
    sections: dict[str, dict[str, list[int]]] = {}
    for number, keys in enumerate(found):
        for section, names in keys.items():
            if section == "named" and number < len(found) - 1:
                continue
            held = sections.setdefault(section, {})
            for name in names:
                held.setdefault(name, [number, number])[1] = number
    data = {
        "releases": [release.name for release in releases],
        "providers": providers_of(releases[-1] / "litellm"),
        "prices": prices_of(releases[-1] / "litellm"),
        "endpoints": endpoints_of(releases[-1] / "litellm"),
        **{
            section: (sorted(held) if section == "named" else dict(sorted(held.items())))
            for section, held in sorted(sections.items())
        },
    }
    TARGET.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")
    print({section: len(held) for section, held in sections.items()})


if __name__ == "__main__":
    main()
