"""Lists and dictionaries that write themselves back to the parameter node when they are changed in place.

Part of the stand-in for slicer.parameterNodeWrapper, as strict as Slicer's: no `+` and `*`, a dictionary's `get` and
`pop` take the key alone.
"""

import collections.abc


class ObservedList(collections.abc.MutableSequence):
    """What reading a parameter of type `list` gives."""

    def __init__(self, values, write):
        self._values, self._write = list(values), write

    def __getitem__(self, index):
        return self._values[index]

    def __len__(self):
        return len(self._values)

    def __eq__(self, other):
        return self._values == (other._values if isinstance(other, ObservedList) else other)

    def __repr__(self):
        return f"ObservedList({self._values})"

    def __setitem__(self, index, value):
        self._values[index] = value
        self._write(self._values)

    def __delitem__(self, index):
        del self._values[index]
        self._write(self._values)

    def insert(self, index, item):
        self._values.insert(index, item)
        self._write(self._values)

    def sort(self, **kwargs):
        self._values.sort(**kwargs)
        self._write(self._values)

    def _refuse(self, other):
        raise NotImplementedError("An ObservedList knows += and *=, not + and *: take list(...) of it")

    __add__ = __radd__ = __mul__ = __rmul__ = _refuse


class ObservedDict(collections.abc.MutableMapping):
    """What reading a parameter of type `dict` gives."""

    def __init__(self, values, write):
        self._values, self._write = dict(values), write

    def __getitem__(self, key):
        return self._values[key]

    def __len__(self):
        return len(self._values)

    def __iter__(self):
        return iter(self._values)

    def __eq__(self, other):
        return self._values == (other._values if isinstance(other, ObservedDict) else other)

    def __repr__(self):
        return f"ObservedDict({self._values})"

    def __setitem__(self, key, value):
        self._values[key] = value
        self._write(self._values)

    def __delitem__(self, key):
        del self._values[key]
        self._write(self._values)

    def get(self, key):
        return self._values.get(key)

    def pop(self, key):
        value = self._values.pop(key)
        self._write(self._values)
        return value
