"""Names on the package `slicer` and in slicer.modules, as they are once the application has started."""


def problems(facts, names, modules):
    """Sentences about names that the stand-ins have put there."""
    start = facts.startup
    known = [name for key in ("attributes", "submodules_available", "vtk_classes", "qt_classes") for name in start[key]]
    for name in sorted(set(names) - set(known)):
        if name in start["submodules_need_import"] + start["submodules_after_own_modules"]:
            yield f"slicer.{name} is there without an import"
        else:
            yield f"there is no slicer.{name}"
    own = {each.lower() for each in start["modules"]} | {"sampleDataSources"}
    yield from (f"there is no slicer.modules.{name}" for name in sorted(set(modules) - own))
