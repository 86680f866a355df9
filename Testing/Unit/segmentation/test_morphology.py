"""Shapes of masks in mm, on voxels that are no cubes."""

import numpy as np
import pytest
import SimpleITK as sitk
from crfgan.segmentation.morphology import closed, complement, filled, grown, largest, opened, pieces, shrunk

SPACING = (1.0, 2.0, 4.0)


def image(*boxes, shape=(9, 15, 21)):
    """Boxes of ones, each as slices of K, J, I."""
    mask = np.zeros(shape, np.uint8)
    for box in boxes:
        mask[box] = 1
    made = sitk.GetImageFromArray(mask)
    made.SetSpacing(SPACING)
    return made


def array(mask):
    return sitk.GetArrayFromImage(mask)


def voxel(k, j, i):
    return np.s_[k : k + 1, j : j + 1, i : i + 1]


def test_a_voxel_grows_as_far_along_every_axis_in_mm():
    ball = array(grown(image(voxel(4, 7, 10)), 4))
    assert [ball.any(axes).sum() for axes in ((1, 2), (0, 2), (0, 1))] == [3, 5, 9]


def test_shrinking_undoes_growing_in_the_open():
    box = image(np.s_[3:6, 5:10, 7:14])
    np.testing.assert_array_equal(array(shrunk(grown(box, 4), 4)), array(box))


def test_the_edge_of_the_image_takes_nothing_off():
    whole = image(np.s_[:, :, :])
    assert array(shrunk(whole, 8)).all()


def test_opening_removes_a_sheet_and_leaves_a_block():
    block, sheet = np.s_[:, 4:12, 2:10], np.s_[:, 7:8, 12:20]
    found = array(opened(image(block, sheet), 2))
    assert found[:, 5:11, 3:9].all()
    assert not found[:, :, 10:].any()


def test_closing_fills_a_gap_and_adds_nothing_at_the_edge():
    left, right = np.s_[2:7, 4:11, 1:8], np.s_[2:7, 4:11, 10:17]
    found = array(closed(image(left, right), 3))
    assert found[2:7, 4:11, 1:17].all()
    assert found.sum() == found[2:7, 4:11, 1:17].sum()


def test_filling_is_in_axial_slices():
    tube = np.ones((9, 15, 21), np.uint8)
    tube[:, 3:12, 3:18] = 0
    mask = sitk.GetImageFromArray(tube)
    mask.SetSpacing(SPACING)
    assert array(filled(mask)).all()
    assert filled(mask).GetSpacing() == SPACING


def test_the_outside_is_not_filled():
    cup = image(np.s_[2:7, 4:5, 4:10], np.s_[2:7, 10:11, 4:10], np.s_[2:7, 4:11, 4:5])
    np.testing.assert_array_equal(array(filled(cup)), array(cup))


def test_pieces_are_numbered_from_the_largest_and_small_ones_left_out():
    mask = image(voxel(1, 1, 1), np.s_[5:8, 5:8, 5:8], np.s_[2:3, 8:12, 12:14])
    assert [np.sum(array(pieces(mask)) == number) for number in (1, 2, 3)] == [27, 8, 1]
    assert array(pieces(mask, smallest=8)).max() == 2
    assert array(largest(mask)).sum() == 27


@pytest.mark.parametrize("change", [largest, complement, filled, lambda mask: closed(mask, 4)])
def test_an_empty_mask_is_taken(change):
    assert array(change(image())).all() == (change is complement)


def test_nothing_grows_from_nothing():
    assert not array(grown(image(), 4)).any()
