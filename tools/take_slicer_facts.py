"""Takes what the tests need of the full facts about Slicer's interface: Testing/SlicerFacts/facts.json.

    python tools/take_slicer_facts.py FULL_FACTS [OUT]

Taken are the Qt classes that the module, its .ui file or the comparison names, those of Slicer and CTK that the
stand-ins name, what the members that the module uses return, and the bases of all these; of Python files the classes
that somebody names. What Slicer's start gives is taken whole.
"""

import argparse
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "Testing" / "SlicerFacts" / "facts.json"
MODULE = ("CRFGANSynth/*.py", "CRFGANSynth/CRFGANSynthLib/**/*.py", "CRFGANSynth/Resources/UI/*.ui")
COMPARISON = ("Testing/SlicerFacts/*.py",)
STAND_INS = ("Testing/SlicerStandIns/**/*.py",)
SLICERS = ("ctk", "qMRML", "qSlicer")
RETURNING = ("slots", "invokables", "methods", "decorators", "statics")
LEFT_OUT = ("header", "chain")
MADE_FROM = "../shared/slicer_facts/facts.json, by tools/take_slicer_facts.py"
WIDTH = 100


def words(*patterns: str) -> set:
    """Every word of the files, their comments too."""
    texts = (file.read_text(encoding="utf-8") for pattern in patterns for file in ROOT.glob(pattern))
    return {word for text in texts for word in re.findall(r"\w+", text)}


def take(full: dict) -> dict:
    """The facts that are needed."""
    kept = classes_needed({**full["widgets"], **full["qt"]["classes"]})
    named = words(*MODULE, *COMPARISON, *STAND_INS)
    return {
        "made_from": MADE_FROM,
        "versions": full["versions"],
        "startup": full["startup"],
        "pythonqt": {key: full["pythonqt"][key] for key in ("every_object", "qobject", "module_names")},
        "ctk_names": sorted(name for name, facts in full["widgets"].items() if facts["python"] == "ctk"),
        "python": {name: python_file(facts, named) for name, facts in full["python"].items()},
        "widgets": {name: trimmed(facts) for name, facts in full["widgets"].items() if name in kept},
        "qt": {
            "names": full["qt"]["names"],
            "classes": {name: trimmed(facts) for name, facts in full["qt"]["classes"].items() if name in kept},
        },
    }


def classes_needed(classes: dict) -> set:
    used = words(*MODULE)
    kept = {name for name in used | words(*COMPARISON) if name in classes}
    kept |= {name for name in words(*STAND_INS) if name in classes and name.startswith(SLICERS)}
    waiting = sorted(kept)
    while waiting:
        facts = classes[waiting.pop()]
        more = {each for each in {*facts.get("bases", ()), *returned(facts, used)} if each in classes} - kept
        kept |= more
        waiting += sorted(more)
    return kept


def returned(facts: dict, used: set) -> set:
    """The classes of what the module gets from members that it uses."""
    texts = [text for key in RETURNING for name, each in facts.get(key, {}).items() if name in used for text in each]
    types = [text.partition(" (")[0] for text in texts]
    types += [each[0] for name, each in facts.get("properties", {}).items() if name in used]
    return {re.sub(r"\bconst\b|[*&\s]", "", each) for each in types}


def python_file(facts: dict, named: set) -> dict:
    """A Python file with the classes that are named, and their bases in the same file."""
    kept, waiting = set(), [name for name in facts["classes"] if name in named]
    while waiting:
        name = waiting.pop()
        kept.add(name)
        waiting += [base for base in facts["classes"][name]["bases"] if base in facts["classes"] and base not in kept]
    functions = {name: signature(each) for name, each in facts["functions"].items()}
    taken = {key: each for key, each in facts.items() if key != "all"}
    taken |= {"functions": functions, "classes": {name: python_class(facts["classes"][name]) for name in kept}}
    if "added_by_decorator" in facts:
        taken["added_by_decorator"] = {
            decorator: {name: each if each is None else signature(each) for name, each in members.items()}
            for decorator, members in facts["added_by_decorator"].items()
        }
    return taken


def python_class(facts: dict) -> dict:
    methods = {name: f"{each['kind']} ({signature(each['parameters'])})" for name, each in facts["methods"].items()}
    return facts | {"methods": methods}


def signature(parameters: list) -> str:
    """As Python spells it; a default that is no simple literal is `...`."""
    texts, starred = [], False
    for name, kind, has_default, *literal in parameters:
        if kind == "keyword_only" and not starred:
            texts.append("*")
        starred = starred or kind in ("keyword_only", "var_positional")
        stars = {"var_positional": "*", "var_keyword": "**"}.get(kind, "")
        default = f"={literal[0] if literal else '...'}" if has_default else ""
        texts.append(stars + name + default)
    return ", ".join(texts)


def trimmed(facts: dict) -> dict:
    """Without where it is from, what notifies of a property, and methods that a property of the same name hides."""
    kept = {key: each for key, each in facts.items() if key not in LEFT_OUT}
    properties = facts.get("properties", {})
    kept["properties"] = {name: each[:2] for name, each in properties.items()}
    if "methods" in facts:
        kept["methods"] = {name: each for name, each in facts["methods"].items() if name not in properties}
    return kept


def lines(value, indent: int = 0) -> str:
    """JSON in which what is short, and every list, is one line, so that a change shows as the line it is."""
    short = json.dumps(value, sort_keys=True, separators=(",", ":"))
    if len(short) <= WIDTH or not isinstance(value, dict):
        return short
    inner = "\n" + " " * (indent + 1)
    parts = [f"{json.dumps(key)}:{lines(each, indent + 1)}" for key, each in sorted(value.items())]
    return "{" + inner + f",{inner}".join(parts) + "}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("full_facts", type=Path)
    parser.add_argument("out", type=Path, nargs="?", default=OUT)
    given = parser.parse_args()
    full = json.loads(given.full_facts.read_text(encoding="utf-8"))
    given.out.write_text(lines(take(full)) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
