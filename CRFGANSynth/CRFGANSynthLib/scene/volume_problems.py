"""What keeps a volume of the scene from being trained on, told before anything is begun."""

import math

from slicer.i18n import tr as _

from ..nodes import isUnderNonLinear, volumeFromNode
from .hardening import hardenedCopyOf

FEWEST_SLICES = 8


def transformProblemOf(node):
    """What its transform keeps a volume node from, in a sentence; empty if nothing. Doesn't look at the voxels."""
    if not isUnderNonLinear(node):
        return ""
    if hardenedCopyOf(node) is not None:
        return _("Under a transform that isn't linear: its hardened copy is used.")
    return _("Under a transform that isn't linear. Press Harden copies.")


def voxelProblemOf(node):
    """What its voxels keep a volume node from being trained on, in a sentence; empty if nothing."""
    from crfgan.errors import InputError

    if isUnderNonLinear(node):
        return ""  # its copy's voxels count

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
