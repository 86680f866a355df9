"""The module's .ui file: are its classes, properties, signals and slots Slicer's?"""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from .signatures import normalized, takes

OF_THE_LOADER = {"buddy"}  # what a form says of a widget that the loader takes


def read(folder: Path) -> ElementTree.Element:
    """The form of a module; an empty one where it has none."""
    file = next(folder.glob("Resources/UI/*.ui"), None)
    return ElementTree.Element("ui") if file is None else ElementTree.parse(file).getroot()


def widgets(form) -> dict:
    """The class of each widget by the widget's name."""
    return {each.get("name"): each.get("class") for each in form.iter("widget")}


def problems(facts, form):
    for widget in form.iter("widget"):
        yield from _of_widget(facts, widget)
    classes = widgets(form)
    for each in form.iter("connection"):
        sender, signal, receiver, slot = (each.findtext(tag) for tag in ("sender", "signal", "receiver", "slot"))
        yield from _of_connection(facts, classes.get(sender), signal, classes.get(receiver), slot)


def _of_widget(facts, widget):
    name, cls = widget.get("name"), widget.get("class")
    if cls not in facts.classes:
        yield f".ui: {name}: facts.json has no class {cls}"
        return
    for each in widget.findall("property"):
        key = each.get("name")
        if each.get("stdset") == "0" or key in OF_THE_LOADER:
            continue
        member = facts.member(cls, key)
        if member is None or member.kind != "property":
            yield f".ui: {name}: {cls} has no property {key}"
        elif not member.writable:
            yield f".ui: {name}: {cls}.{key} is read-only"


def _of_connection(facts, sender, signal, receiver, slot):
    if sender in facts.classes:
        known = [text for _, has in facts.parts(sender, "signals") for texts in has.values() for text in texts]
        if normalized(signal) not in map(normalized, known):
            yield f".ui: {sender} has no signal {signal}"
    if receiver in facts.classes:
        name, _, rest = slot.partition("(")
        member = facts.member(receiver, name)
        number = len([each for each in rest.rstrip(")").split(",") if each])
        if member is None or not takes(member.texts, number):
            yield f".ui: {receiver} has no slot {slot}"
