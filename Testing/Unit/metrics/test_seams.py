"""The seam index: volumes with known steps, and the bar on real ones."""

import numpy as np
import pytest
from crfgan.errors import InputError
from crfgan.metrics.seams import plane_steps, seam_index
from hippocampi import hippocampi, needs_hippocampi


def stairs(inside, at_boundary, side=32):
    """A volume that rises along its depth by `inside` from plane to plane, by `at_boundary` between slabs."""
    steps = np.where(np.arange(1, side) % (side // 8) == 0, at_boundary, inside)
    return np.broadcast_to(np.r_[0, np.cumsum(steps)][:, None, None], (side, 32, 48)).astype(np.float32)


def test_ratio_of_known_steps():
    assert seam_index(plane_steps([stairs(0.1, 0.3)]))["depth"] == pytest.approx(3, rel=1e-5)
    assert seam_index(plane_steps([stairs(0.1, 0.02, side=64)]))["depth"] == pytest.approx(0.2, rel=1e-5)


def test_steps_of_a_set_are_pooled():
    # (0.1 + 0.5) / (0.1 + 0.1)
    steps = plane_steps([stairs(0.1, 0.1), stairs(0.1, 0.5)])
    assert steps.shape == (2, 3, 2)
    assert seam_index(steps)["depth"] == pytest.approx(3, rel=1e-5)


def test_each_axis_is_measured_by_itself():
    noise = np.random.default_rng(0).standard_normal((32, 32, 48)).astype(np.float32)
    for axis, name in enumerate(("depth", "height", "width")):
        rise = np.moveaxis(stairs(0, 5, side=noise.shape[axis])[:, :1, :1], 0, axis)
        index = seam_index(plane_steps([noise + rise]))
        assert index.pop(name) > 3
        assert list(index.values()) == pytest.approx([1, 1], abs=0.02)


def test_blank_volumes_have_no_ratio():
    assert np.isnan(list(seam_index(plane_steps([np.zeros((16, 16, 16))])).values())).all()


@pytest.mark.parametrize("shape", [(30, 32, 32), (8, 32, 32)])
def test_sides_without_slabs_are_refused(shape):
    with pytest.raises(InputError, match=r"sides that are multiples of 8 and at least 16, got \((30|8), 32, 32\)"):
        plane_steps([np.zeros(shape)])


@needs_hippocampi
@pytest.mark.parametrize(("size", "swapped"), [(32, 2.56), (64, 4.69)])
def test_swapped_slabs_of_real_volumes_show(size, swapped):
    found, rng = hippocampi(size), np.random.default_rng(0)
    volumes = found.volumes[found.held_out]
    assert list(seam_index(plane_steps(volumes)).values()) == pytest.approx([1.01, 1, 1], abs=0.015)
    slabs = np.split(volumes, 8, axis=1)
    mixed = np.concatenate([slab[rng.permutation(len(slab))] for slab in slabs], axis=1)
    index = seam_index(plane_steps(mixed))
    assert index["depth"] == pytest.approx(swapped, rel=0.03)
    assert [index["height"], index["width"]] == pytest.approx([1, 1], abs=0.015)
