"""What the voxels of a volume give away, and that scans which are fine give nothing away."""

from pathlib import Path

import numpy as np
import pytest
from crfgan.data.vetting.evidence import examine, identity_of
from crfgan.phantoms import make_chest, make_head
from crfgan.volumes.discovery import find_volumes
from crfgan.volumes.orientation import to_canonical
from crfgan.volumes.reading import read_volume
from drawn_scans import SHAPE, ct, labels, mri, outside_circle

DATA = Path(__file__).resolve().parents[5] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the folder shared/data isn't there")


@pytest.mark.parametrize("count", [1, 2, 5, 16, 17, 60, 117, 250])
@pytest.mark.parametrize("dtype", ["u1", "i2", "f4", "f8"])
def test_label_maps_are_known_by_their_values(count, dtype):
    array = labels(0, count).astype(dtype)
    array[:4] = 0
    found = examine(array)
    assert found.is_label_map and found.values == len(np.unique(array))


def test_many_thin_labels_are_known_as_long_as_most_fill_a_place():
    array = labels(0, 40)
    array[::2, 5] = 41
    assert examine(array).is_label_map


@pytest.mark.parametrize("make", [mri, ct])
def test_scans_of_eight_bits_are_no_label_maps(make):
    array = make(0).astype("f4")
    eight = ((array - array.min()) / np.ptp(array) * 255).astype("u1")
    for scan in (eight, eight.repeat(2, 0).repeat(2, 1).repeat(2, 2)):
        found = examine(scan)
        assert not found.is_label_map and not found.may_be_label_map


def test_a_soft_mask_is_one_only_if_its_name_says_so():
    found = examine(np.clip(mri(0).astype("f4") / 500, 0, 1))
    assert not found.is_label_map and found.may_be_label_map


@pytest.mark.parametrize("value", [-8192, -3024, -2000, -32768, -1500])
@pytest.mark.parametrize("dtype", ["i2", "i4", "f4"])
def test_padding_of_ct_is_known(value, dtype):
    array = np.where(outside_circle(), value, ct(0)).astype(dtype)
    found = examine(array)
    assert found.looks_like_ct
    assert found.padding.value == value
    assert found.padding.share == pytest.approx(outside_circle().mean())


def test_two_paddings_are_known():
    array = np.where(outside_circle(), -3024, ct(0))
    array[0] = -2000
    assert (examine(array).padding.low, examine(array).padding.high) == (-3024, -2000)


@pytest.mark.parametrize("value", [-32768, 32767])
def test_padding_of_mri_is_known_at_either_end(value):
    padding = examine(np.where(outside_circle(), value, mri(0)).astype("i2")).padding
    assert padding.value == value and 0 <= padding.fill < 5


def test_ct_without_its_intercept_is_known():
    assert examine((ct(0) + 1024).clip(0).astype("u2")).lacks_intercept
    assert not examine(ct(0)).lacks_intercept


@pytest.mark.parametrize("top", [1000, 1500, 2000, 4095])
def test_mri_of_twelve_bits_is_no_ct(top):
    array = mri(0).astype("f4")
    assert not examine(np.rint(array / array.max() * top).astype("u2")).lacks_intercept


@pytest.mark.parametrize("span", [2048, 4096, np.pi])
def test_phases_are_known(span):
    array = np.random.default_rng(0).uniform(-span, span, SHAPE)
    assert examine(array.astype("f4" if span < 4 else "i2")).is_phase
    assert not examine(np.random.default_rng(0).normal(0, span, SHAPE)).is_phase


@pytest.mark.parametrize("make", [make_head, make_chest])
def test_phantoms_give_nothing_away(make):
    found = examine(make(0, (32, 32, 32)).image.array)
    assert not (found.is_label_map or found.may_be_label_map or found.lacks_intercept or found.is_phase)
    assert found.padding is None
    assert examine(make(0, (32, 32, 32)).labels.array).is_label_map


@needs_data
def test_real_volumes_give_nothing_away_but_the_padding_of_one():
    padded = []
    for source in find_volumes([DATA / "volumes"]):
        if source.name.startswith("mr_epi"):
            continue
        found = examine(to_canonical(read_volume(source)).array)
        assert not (found.is_label_map or found.may_be_label_map or found.lacks_intercept or found.is_phase), (
            source.name
        )
        padded += [source.name] if found.padding else []
    assert padded == ["dicom_LIDC-IDRI-0003_11slices"]


@needs_data
def test_small_mri_of_eight_bits_is_fine_and_its_label_maps_are_known():
    with np.load(DATA / "hippocampus_t1.npz") as data:
        for image, label in zip(data["train_images"][:40], data["train_masks"][:40], strict=True):
            found = examine(image)
            assert not (found.is_label_map or found.may_be_label_map or found.lacks_intercept or found.is_phase)
            assert found.padding is None
            assert examine(label).is_label_map


def test_identity_is_of_the_voxels_whatever_their_type():
    assert identity_of(mri(0)) == identity_of(mri(0).astype("f8")) == identity_of(np.asfortranarray(mri(0)))
    assert identity_of(mri(0)) != identity_of(mri(1))
    assert identity_of(mri(0)) != identity_of(mri(0).reshape(12, 48, 24))
