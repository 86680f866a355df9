"""What CTK's collapsible button and group box share: children hidden while it is collapsed, as they were afterwards."""

from PySide6.QtCore import Property, Qt
from PySide6.QtWidgets import QWidget


class Collapsing:
    """Mixed into a checkable QWidget: checked means expanded."""

    def _start_expanded(self):
        self._hidden_children = []
        self.setCheckable(True)
        self.setChecked(True)
        self.toggled.connect(self._apply)

    def _is_collapsed(self) -> bool:
        return not self.isChecked()

    def _set_collapsed(self, collapsed):
        self.setChecked(not collapsed)

    def _apply(self, expanded):
        if expanded:
            self._show_children()
        else:
            self._hide_children()
        self.updateGeometry()

    def _show_children(self):
        for child in self._hidden_children:
            child.show()
        self._hidden_children = []

    def _hide_children(self):
        for child in self.findChildren(QWidget, options=Qt.FindDirectChildrenOnly):
            if not (child.testAttribute(Qt.WA_WState_ExplicitShowHide) and child.isHidden()):
                self._hidden_children.append(child)
                child.hide()

    def _hide_children_while_collapsed(self):
        if self._is_collapsed():
            self._hide_children()


def collapsed_property():
    """The property `collapsed` of both widgets."""
    return Property(bool, lambda self: self._is_collapsed(), lambda self, collapsed: self._set_collapsed(collapsed))
