"""What is a QStringList in Slicer: PythonQt takes lists and tuples and gives tuples."""

from PySide6.QtCore import Property


def string_list(attribute: str, changed=lambda self: None) -> Property:
    """A property whose texts the object keeps under `attribute`; `changed` is called after they were set.

    PySide6 takes it from a plain mixin that stands behind the Qt class, too.
    """

    def read(self):
        return tuple(getattr(self, attribute))

    def write(self, texts):
        setattr(self, attribute, list(texts))
        changed(self)

    return Property("QStringList", read, write)
