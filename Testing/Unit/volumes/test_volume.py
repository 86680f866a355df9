"""A volume knows where it lies, and refuses to exist without a usable geometry."""

import numpy as np
import pytest
from crfgan.errors import InputError
from crfgan.volumes.orientation import to_canonical
from crfgan.volumes.volume import Volume

ARRAY = np.arange(2 * 3 * 4).reshape(2, 3, 4)
OBLIQUE = np.array([[0, -1.8, 0.2, 5], [0.5, 0.1, 0.1, -7], [0.02, 0.3, -2.9, 90], [0, 0, 0, 1]])


def with_entry(row: int, column: int, value: float) -> np.ndarray:
    matrix = np.eye(4)
    matrix[row, column] = value
    return matrix


def place_of(volume: Volume, value: int) -> np.ndarray:
    """Return the (R, A, S) position of the voxel that holds `value`."""
    ijk = np.argwhere(volume.array == value)[0][::-1]
    return (volume.ijk_to_ras @ [*ijk, 1])[:3]


def test_spacing_is_in_the_order_i_j_k():
    assert Volume(ARRAY, np.diag([0.5, -2, 3, 1])).spacing.tolist() == [0.5, 2, 3]


def test_shape_is_that_of_the_array():
    assert Volume(ARRAY, np.eye(4)).shape == (2, 3, 4)


def test_center_lies_between_first_and_last_voxel():
    matrix = np.diag([2.0, 2, 2, 1])
    matrix[:3, 3] = 10, 20, 30
    assert Volume(ARRAY, matrix).center_ras().tolist() == [13, 22, 31]


def test_geometry_is_kept_as_float64():
    assert Volume(ARRAY, np.eye(4, dtype=int)).ijk_to_ras.dtype == np.float64


def test_geometry_given_is_not_shared():
    matrix = np.eye(4)
    volume = Volume(ARRAY, matrix)
    matrix[0, 0] = 9
    assert volume.spacing[0] == 1


@pytest.mark.parametrize("shape", [(3, 4), (1, 2, 3, 4), (0, 3, 4)])
def test_array_that_is_not_3d_is_refused(shape):
    with pytest.raises(InputError, match="scan must be one 3D volume, got"):
        Volume(np.zeros(shape), np.eye(4), "scan")


@pytest.mark.parametrize(
    "matrix",
    [
        with_entry(0, 0, np.nan),
        with_entry(1, 3, np.inf),
        with_entry(2, 2, 0),
        with_entry(3, 0, 1),
        np.eye(3),
        np.ones((4, 4)),
        np.array([[1, 1, 0, 0], [0, 1e-9, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]),
    ],
    ids=["nan", "infinite", "flat", "projective", "3x3", "ones", "parallel axes"],
)
def test_unusable_geometry_is_refused(matrix):
    with pytest.raises(InputError, match="scan must have a finite geometry with three different axes, got"):
        Volume(ARRAY, matrix, "scan")


def test_tiny_voxels_are_a_geometry():
    assert Volume(ARRAY, np.diag([1e-4, 1e-4, 1e-4, 1])).spacing.tolist() == [1e-4] * 3


def test_canonical_axes_point_right_front_and_up():
    axes = to_canonical(Volume(ARRAY, OBLIQUE)).ijk_to_ras[:3, :3]
    assert np.abs(axes).argmax(axis=0).tolist() == [0, 1, 2]
    assert (np.diag(axes) > 0).all()


def test_canonical_volume_keeps_every_voxel_in_its_place():
    volume = Volume(ARRAY, OBLIQUE)
    moved = to_canonical(volume)
    for value in ARRAY.ravel():
        np.testing.assert_allclose(place_of(moved, value), place_of(volume, value), rtol=0, atol=1e-12)


def test_canonical_volume_stays_as_it_is():
    volume = to_canonical(Volume(ARRAY, OBLIQUE, "scan"))
    again = to_canonical(volume)
    assert np.array_equal(again.array, volume.array) and np.array_equal(again.ijk_to_ras, volume.ijk_to_ras)
    assert again.name == "scan"


def test_sheared_axes_each_go_to_a_body_axis_of_their_own():
    # Two columns lie closest to R; one of them has to serve A.
    sheared = np.array([[1, 0.8, 0, 0], [0, 0.6, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]])
    assert np.array_equal(to_canonical(Volume(ARRAY, sheared)).ijk_to_ras, sheared)
