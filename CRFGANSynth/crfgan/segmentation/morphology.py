"""Shapes of masks: grown, cut off, filled. Distances are in mm, so that voxels of any size and form give the same.

Masks are SimpleITK images of 0 and 1 whose last axis, K, goes from the feet to the head.
"""

from __future__ import annotations

from math import ceil

import SimpleITK as sitk


def depth(mask: sitk.Image) -> sitk.Image:
    """Distance in mm to the mask's surface: below 0 inside of it."""
    return sitk.SignedMaurerDistanceMap(mask, insideIsPositive=False, squaredDistance=False, useImageSpacing=True)


def grown(mask: sitk.Image, mm: float) -> sitk.Image:
    """Dilation by a ball."""
    return depth(mask) <= mm


def shrunk(mask: sitk.Image, mm: float) -> sitk.Image:
    """Erosion by a ball; the edge of the image takes nothing off, since organs go on beyond it."""
    return complement(grown(complement(mask), mm))


def opened(mask: sitk.Image, mm: float) -> sitk.Image:
    """Without what is thinner than a ball."""
    return grown(shrunk(mask, mm), mm)


def closed(mask: sitk.Image, mm: float) -> sitk.Image:
    """With the gaps that a ball doesn't fit into."""
    # Room to grow into, or what comes near the edge of the image would stick to it.
    margin = [ceil(mm / size) + 1 for size in mask.GetSpacing()]
    padded = sitk.ConstantPad(mask, margin, margin, 0)
    return sitk.Crop(shrunk(grown(padded, mm), mm), margin, margin)


def complement(mask: sitk.Image) -> sitk.Image:
    """What isn't in the mask."""
    return mask == 0


def filled(mask: sitk.Image) -> sitk.Image:
    """With all that it encloses in an axial slice.

    Slice by slice, since airways and the ends of the field of view open in 3D what is closed here.
    """
    slices = [sitk.BinaryFillhole(mask[:, :, k]) for k in range(mask.GetDepth())]
    joined = sitk.JoinSeries(slices, 0.0, mask.GetSpacing()[2])
    joined.CopyInformation(mask)
    return joined


def pieces(mask: sitk.Image, smallest: int = 1) -> sitk.Image:
    """Its connected pieces of at least so many voxels, numbered from the largest."""
    return sitk.RelabelComponent(sitk.ConnectedComponent(mask), smallest)


def largest(mask: sitk.Image) -> sitk.Image:
    """Its largest connected piece."""
    return pieces(mask) == 1
