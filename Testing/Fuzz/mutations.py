"""Changes to files that are whole: what disks, editors, other programs and people do to them."""

import copy
import json
import re

from hypothesis import strategies as st

NUMBERS = (
    b"0", b"-1", b"1", b"255", b"65536", b"2147483648", b"99999999999999999999", b"1e999", b"-1e-999", b"nan", b"inf",
    b"0x10", b"1.5", b"", b"\xc2\xb2", b"1 2 3 4", b"true",
)  # fmt: skip
BYTES = (b"\x00", b"\xff", b"\x00\x00\x00\x80", b"\xff\xff\xff\x7f", b"\n", b"\n\n", b"[" * 3000, b'"', b"\xed\xb2\x80")
VALUES = st.sampled_from([
    None, True, 0, -1, 1, 3, 2**31, 2**63, 10**30, 0.5, 1e308, float("nan"), float("inf"), "", "text", "-1", "\ud800",
    "\x1b[2J", "../..", "a" * 5000, [], {}, [None], [[1]], {"a": 1}, [1, 2, 3], [1e9] * 3,
])  # fmt: skip
"""In the place of any value of a JSON file."""
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")


@st.composite
def changed_bytes(draw, whole: list[bytes]) -> bytes:
    """One of some contents with up to four changes; most of them near the beginning, where headers are."""
    content = draw(st.sampled_from(whole))
    for _ in range(draw(st.integers(1, 4))):
        reach = draw(st.sampled_from([64, 512, len(content)]))
        place = draw(st.integers(0, min(reach, len(content))))
        length = draw(st.sampled_from([0, 1, 2, 4, 8, 200]))
        kind = draw(st.sampled_from(["number", "number", "bytes", "any", "repeat", "cut"]))
        if kind == "number" and (found := _NUMBER.search(content, place)):
            content = content[: found.start()] + draw(st.sampled_from(NUMBERS)) + content[found.end() :]
        elif kind == "cut":
            content = content[:place]
        else:
            new = {"repeat": content[place : place + 64] * 3, "any": draw(st.binary(max_size=8))}
            content = content[:place] + new.get(kind, draw(st.sampled_from(BYTES))) + content[place + length :]
    return content


@st.composite
def changed_json(draw, whole: dict) -> dict:
    """An object in which up to three values are others, or gone."""
    content = json.loads(json.dumps(whole))
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(content))
        if not places:
            return content
        holder, key = draw(st.sampled_from(places))
        if isinstance(holder, dict) and draw(st.booleans()):
            del holder[key]
        else:
            holder[key] = copy.deepcopy(draw(VALUES))
    return content


def _places(content):
    """Every object or list in a value, with each of its keys or places."""
    entries = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in entries:
        yield content, key
        yield from _places(value)
