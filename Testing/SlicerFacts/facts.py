"""Asks facts.json: what Slicer has under a name, and how it may be called."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from .signatures import python_signature

FILE = Path(__file__).with_name("facts.json")
CALLABLE = ("decorators", "statics", "slots", "invokables", "methods")


@dataclass(frozen=True)
class Member:
    """What a name on a Qt object is: property, method, signal, enumeration value or enumeration type.

    texts: of a method `returns (parameters)`, one an overload; of a signal its signatures
    type, writable: of a property
    value: of an enumeration value, where it is known
    """

    kind: str
    owner: str
    texts: list = field(default_factory=list)
    type: str = ""
    writable: bool = False
    value: int | None = None


class Facts:
    """What Slicer offers; `Facts()` reads the file beside this one."""

    def __init__(self, path=FILE):
        self.data = json.loads(Path(path).read_text(encoding="utf-8"))
        self.startup, self.python = self.data["startup"], self.data["python"]
        self.ctk = {name for name, each in self.data["widgets"].items() if each["python"] == "ctk"}
        self.classes = {**self.data["qt"]["classes"], **self.data["widgets"]}

    # Qt classes.

    def bases(self, name: str) -> list:
        """Of Slicer's and CTK's classes the first alone: the others are none of Qt's."""
        bases = self.classes.get(name, {}).get("bases", [])
        return bases[:1] if name in self.data["widgets"] else bases

    def lineage(self, name: str) -> list:
        """The class and all of its bases, the nearest first."""
        found, waiting = [], [name]
        while waiting:
            each = waiting.pop(0)
            if each in self.classes and each not in found:
                found.append(each)
                waiting += self.bases(each)
        return found

    def is_base(self, name: str) -> bool:
        """Whether others derive from it, so that an object said to be of it may have more than it has."""
        return any(name in self.bases(each) for each in self.classes)

    def parts(self, name: str, key: str):
        """What the classes of the lineage have under a key: (class, its dictionary)."""
        return ((owner, self.classes[owner].get(key, {})) for owner in self.lineage(name))

    def member(self, cls: str, name: str) -> Member | None:
        """In the order in which PythonQt looks: property, method or signal, enumeration."""
        ways = (self._property, self._callable, self._enumeration, self._of_every_object)
        found = next(filter(None, (way(cls, name) for way in ways)), None)
        if found is None and name == "name":
            return self.member(cls, "objectName")
        if found is None and name.endswith("_") and not name.startswith("_"):
            return self.member(cls, name[:-1])
        return found

    def _property(self, cls, name):
        for owner, has in self.parts(cls, "properties"):
            if name in has:
                return Member("property", owner, type=has[name][0], writable=has[name][1])
        return None

    def _callable(self, cls, name):
        found = [(owner, has[name]) for key in CALLABLE for owner, has in self.parts(cls, key) if name in has]
        if found:
            return Member("method", found[0][0], [text for _, texts in found for text in texts])
        signals = [(owner, has[name]) for owner, has in self.parts(cls, "signals") if name in has]
        return Member("signal", signals[0][0], [text for _, texts in signals for text in texts]) if signals else None

    def _enumeration(self, cls, name):
        for owner, has in self.parts(cls, "enums"):
            for kind, values in has.items():
                if name in values:
                    value = values[name] if isinstance(values, dict) else None
                    return Member("enumeration value", owner, value=value)
                if name == kind:
                    return Member("enumeration", owner)
        return None

    def _of_every_object(self, cls, name):
        if "QObject" in self.lineage(cls) and name in self.data["pythonqt"]["qobject"]:
            return Member("method", "QObject", self.data["pythonqt"]["qobject"][name])
        every = self.data["pythonqt"]["every_object"]
        return Member("method", "PythonQt") if name in every or name.startswith("__") else None

    def out_of_reach(self, cls: str, name: str) -> str:
        """A remark for a public C++ method that Python can't call; empty for any other name."""
        owner = next((each for each in self.lineage(cls) if name in self.classes[each].get("cpp_only", ())), None)
        return f" ({owner} has it in C++, out of Python's reach)" if owner else ""

    # Python files.

    def origin(self, module: str, name: str) -> tuple:
        """Where a name is from that a Python file has: (module, name); the same where it isn't known."""
        file, name = self.python.get(module), name.rpartition(".")[2]
        if file is None or name in file["functions"] or name in file["classes"]:
            return module, name
        if name in file.get("exports", {}):
            return self.origin(file["exports"][name], name)
        source, colon, own = file["imports"].get(name, "").partition(":")
        if colon:
            package = module if file["stars"] else module.rpartition(".")[0]
            return self.origin(package + source if source.startswith(".") else source, own)
        return module, name

    def has(self, module: str, name: str) -> bool:
        """Whether a Python file has a public name; a file that isn't known may have any."""
        file = self.python.get(module)
        if file is None:
            return True
        return any(name in file.get(key, ()) for key in ("functions", "classes", "names", "imports", "exports"))

    def function(self, module: str, name: str):
        """The signature of a function of a Python file, or None."""
        module, name = self.origin(module, name)
        text = self.python.get(module, {"functions": {}})["functions"].get(name)
        return None if text is None else python_signature(text)

    def python_class(self, module: str, name: str):
        module, name = self.origin(module, name)
        return self.python.get(module, {"classes": {}})["classes"].get(name)

    def python_member(self, module: str, cls: str, name: str):
        """(kind, signature) of what a Python class has; kind: method, staticmethod, property, attribute and so on."""
        module, cls = self.origin(module, cls)
        facts = self.python_class(module, cls)
        if facts is None:
            return None
        if name in facts["methods"]:
            kind, _, text = facts["methods"][name].partition(" ")
            return kind, python_signature(text[1:-1])
        if name in facts["attributes"]:
            return "attribute", None
        return next(filter(None, (self.python_member(module, base, name) for base in facts["bases"])), None)

    def knows_all_of(self, module: str, cls: str) -> bool:
        """Whether all bases of a Python class are known, so that a name that isn't found is not there."""
        module, cls = self.origin(module, cls)
        facts = self.python_class(module, cls)
        return facts is not None and all(self.knows_all_of(module, base) for base in facts["bases"] if base != "object")
