"""What facts.json answers when an expression of a known kind is asked for an attribute."""

from .kinds import SLICER_MODULES, Kind
from .signatures import returned


class Answers:
    """`attribute` gives the kind of what is there; `lacking` a sentence where surely nothing is."""

    def __init__(self, facts, form, module_name: str):
        self.facts, self.form, self.module_name = facts, form, module_name

    def attribute(self, owner: Kind, name: str) -> Kind | None:
        ways = {
            "module": self._of_module,
            "modules": self._of_modules,
            "class": self._of_qt,
            "object": self._of_qt,
            "form": self._of_form,
            "python class": self._of_python,
            "python object": self._of_python,
        }
        return ways[owner.what](owner, name) if owner.what in ways else None

    def lacking(self, owner: Kind, name: str) -> str:
        ways = {
            "module": self._lacks_module,
            "modules": self._lacks_modules,
            "class": self._lacks_qt,
            "object": self._lacks_qt,
            "form": self._lacks_form,
            "member": self._lacks_signal,
            "python class": self._lacks_python,
            "python object": self._lacks_python,
        }
        return ways[owner.what](owner, name) if owner.what in ways and not name.startswith("__") else ""

    # Modules.

    def _of_module(self, owner, name):
        if owner.name == "slicer":
            return self._of_slicer(name)
        if owner.name in ("qt", "ctk"):
            return Kind("class", name) if name in self.facts.classes else None
        if owner.name not in self.facts.python:
            return None
        module, own = self.facts.origin(owner.name, name)
        if self.facts.python_class(module, own) is not None:
            return Kind("python class", own, module)
        return Kind("function", own, module) if self.facts.function(module, own) is not None else None

    def _of_slicer(self, name):
        if name == "app":
            return Kind("object", "qSlicerApplication")
        if name == "modules":
            return SLICER_MODULES
        if f"slicer.{name}" in self.facts.python:
            return Kind("module", f"slicer.{name}")
        return Kind("class", name) if name in self.facts.classes else None

    def _lacks_module(self, owner, name):
        has = {"slicer": self._slicer_has, "qt": self._qt_has, "ctk": self._ctk_has, "PythonQt": self._pythonqt_has}
        if has.get(owner.name, lambda name: self.facts.has(owner.name, name))(name):
            return "" if self._is_known(owner.name, name) else f"facts.json has nothing on {owner.name}.{name}"
        return f"there is no {owner.name}.{name}"

    def _is_known(self, module, name):
        """Qt's and CTK's classes are all known by name, but only those that were needed are known well."""
        return module not in ("qt", "ctk") or not name.startswith(("Q", "ctk")) or name in self.facts.classes

    def _slicer_has(self, name):
        start = self.facts.startup
        return f"slicer.{name}" in self.facts.python or any(
            name in start[key] for key in ("attributes", "submodules_available", "vtk_classes", "qt_classes")
        )

    def _qt_has(self, name):
        return name in self.facts.data["qt"]["names"]

    def _ctk_has(self, name):
        return name in self.facts.ctk or (name not in self.facts.classes and name in self.facts.data["ctk_names"])

    def _pythonqt_has(self, name):
        return name in self.facts.data["pythonqt"]["module_names"]

    # slicer.modules.

    def _of_modules(self, owner, name):
        own = name == self.module_name.lower()
        return Kind("object", "qSlicerScriptedLoadableModule" if own else "qSlicerLoadableModule", exact=own)

    def _lacks_modules(self, owner, name):
        known = {each.lower() for each in self.facts.startup["modules"]} | {"sampleDataSources", "pytorchutils"}
        own = (self.module_name.lower(), f"{self.module_name}Widget", f"{self.module_name}Instance")
        return "" if name in known or name in own else f"there is no slicer.modules.{name}"

    # Qt objects.

    def _of_qt(self, owner, name):
        member = self.facts.member(owner.name, name)
        if member is None:
            return None
        if member.kind == "property" and returned(member.type) in self.facts.classes:
            return Kind("object", returned(member.type), exact=False)
        return Kind("member", name, owner.name)

    def _lacks_qt(self, owner, name):
        if self.facts.member(owner.name, name) is not None:
            return ""
        if not owner.exact and self.facts.is_base(owner.name):
            return ""
        return f"{owner.name} has no {name}{self.facts.out_of_reach(owner.name, name)}"

    def _lacks_signal(self, owner, name):
        member = self.facts.member(owner.of, owner.name)
        if member.kind != "signal" or name in ("connect", "disconnect", "emit"):
            return ""
        return f"the signal {owner.of}.{owner.name} has no {name}"

    def _of_form(self, owner, name):
        return Kind("object", self.form[name]) if name in self.form else None

    def _lacks_form(self, owner, name):
        return "" if name in self.form else f"the .ui file has no widget {name}"

    # Python objects.

    def _of_python(self, owner, name):
        found = self.facts.python_member(owner.of, owner.name, name)
        return Kind("python member", name, (owner.of, owner.name, owner.what)) if found else None

    def _lacks_python(self, owner, name):
        if self.facts.python_member(owner.of, owner.name, name) or not self.facts.knows_all_of(owner.of, owner.name):
            return ""
        return f"{owner.of}.{owner.name} has no {name}"
