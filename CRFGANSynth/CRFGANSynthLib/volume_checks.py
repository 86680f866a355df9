"""Whether a volume of the scene can be trained on, before anything is begun."""

import math

from slicer.i18n import tr as _

from .nodes import volumeFromNode

FEWEST_SLICES = 8


def problemOf(node):
    """What keeps a volume node from being trained on, in a sentence; empty if nothing does."""
    from crfgan.errors import InputError

    try:
        volumeFromNode(node)
    except InputError as error:
        return str(error).removeprefix(node.GetName()).strip()
    if min(node.GetImageData().GetDimensions()) < FEWEST_SLICES:
        return _("Too thin: at least {count} slices are needed.").format(count=FEWEST_SLICES)
    low, high = node.GetImageData().GetScalarRange()
    if not (math.isfinite(low) and math.isfinite(high)):
        return _("Some voxels aren't numbers.")
    if low == high:
        return _("All voxels are equal.")
    return ""
