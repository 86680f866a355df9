"""Stands in for the module PythonQt: `from PythonQt import BoolResult`, what a `bool*` of Qt writes to."""


class BoolResult:
    """False until a call that it was passed to has set it."""

    _value = False

    def __bool__(self):
        return self._value

    def __repr__(self):
        return f"BoolResult({self._value})"
