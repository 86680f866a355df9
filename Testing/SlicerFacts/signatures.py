"""Parameters: of C++ methods from texts `returns (parameters)`, of Python functions from Python's own spelling."""

import ast
import inspect
import re

EMPTY = inspect.Parameter.empty
KINDS = inspect.Parameter


def cpp_parameters(text: str) -> list[str]:
    """The texts of the parameters of one overload."""
    inside = text[text.index("(") + 1 : text.rindex(")")]
    parts, depth = [""], 0
    for character in inside:
        depth += (character in "(<[{") - (character in ")>]}")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


def counts(text: str) -> range:
    """With how many arguments an overload can be called."""
    parameters = cpp_parameters(text)
    return range(sum("=" not in each for each in parameters), len(parameters) + 1)


def takes(texts, number: int) -> bool:
    """Whether some overload takes this many arguments."""
    return any(number in counts(text) for text in texts)


def cpp_default(parameter: str):
    """(name, value) of a parameter whose default is a plain literal, else None."""
    left, equals, value = (part.strip() for part in parameter.partition("="))
    words = {"true": True, "false": False, "nullptr": None, "0": 0, "1": 1}
    return (left.split()[-1].lstrip("*&"), words[value]) if equals and value in words else None


def returned(text: str) -> str:
    """The type that an overload returns, or a property has, without its ornaments."""
    return re.sub(r"\bconst\b|[*&]", "", text.partition(" (")[0]).strip()


def signal_types(signature: str) -> list[str]:
    """The types of a signal's arguments, as Qt compares them."""
    kinds = [each.strip() for each in signature.partition("(")[2].rstrip(") ").split(",")]
    kinds = [re.sub(r"^const\s+(.*?)\s*&$", r"\1", each) for each in kinds if each]
    return [re.sub(r"\s*([*&])\s*", r"\1", each) for each in kinds]


def normalized(signature: str) -> str:
    return f"{signature.partition('(')[0].strip()}({','.join(signal_types(signature))})"


def python_signature(text: str) -> inspect.Signature:
    """From parameters as Python spells them; a default that is no simple literal is Ellipsis."""
    given = ast.parse(f"def function({text}): pass").body[0].args
    plain = [*given.posonlyargs, *given.args]
    defaults = [EMPTY] * (len(plain) - len(given.defaults)) + [ast.literal_eval(each) for each in given.defaults]
    found = [
        KINDS(each.arg, KINDS.POSITIONAL_OR_KEYWORD, default=default)
        for each, default in zip(plain, defaults, strict=True)
    ]
    if given.vararg:
        found.append(KINDS(given.vararg.arg, KINDS.VAR_POSITIONAL))
    for each, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        value = EMPTY if default is None else ast.literal_eval(default)
        found.append(KINDS(each.arg, KINDS.KEYWORD_ONLY, default=value))
    if given.kwarg:
        found.append(KINDS(given.kwarg.arg, KINDS.VAR_KEYWORD))
    return inspect.Signature(found)


def misfit(signature: inspect.Signature, positional: int, keywords) -> str:
    """Why a call doesn't fit, in Python's own words; empty where it does."""
    try:
        signature.bind(*range(positional), **dict.fromkeys(keywords))
    except TypeError as error:
        return str(error)
    return ""
