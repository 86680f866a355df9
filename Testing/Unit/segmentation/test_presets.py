"""Masks by thresholds and morphology: what they find in phantoms, where the truth is known, and in any orientation."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from crfgan.errors import InputError
from crfgan.phantoms import make_chest, make_head
from crfgan.segmentation.presets import PRESETS, dice, presets_for, segment, volume_ml
from crfgan.volumes.discovery import find_volumes
from crfgan.volumes.reading import read_volume
from crfgan.volumes.volume import Volume

VOLUMES = Path(__file__).resolve().parents[4] / "shared" / "data" / "volumes"
TRUTH = {
    "lung": ("right lung", "left lung", "airways", "pulmonary vessels", "nodule"),
    "bone": ("ribs and sternum", "spine", "shoulder girdle"),
    "brain": ("grey matter", "white matter", "ventricles", "deep grey nuclei", "cerebellum", "brainstem", "lesion"),
}
NOT_BODY = ("background", "table")


@cache
def phantom(preset, seed):
    make = make_chest if PRESETS[preset].modality == "ct" else make_head
    return make(seed, (64, 64, 64))


def truth(subject, preset):
    names = TRUTH.get(preset) or [name for name in subject.label_names.values() if name not in NOT_BODY]
    return np.isin(subject.labels.array, [value for value, name in subject.label_names.items() if name in names])


# Bone: part of the truth is cartilage and discs, softer than any threshold for bone, and voxels are 5.6 mm wide.
@pytest.mark.parametrize(
    ("preset", "least"), [("lung", 0.96), ("bone", 0.73), ("body", 0.98), ("brain", 0.86), ("head", 0.98)]
)
def test_structures_of_phantoms_are_found(preset, least):
    reached = []
    for seed in range(4):
        subject = phantom(preset, seed)
        reached.append(dice(segment(subject.image, preset), truth(subject, preset)))
    assert min(reached) > least


@pytest.mark.parametrize("preset", PRESETS)
def test_a_mask_is_of_zeros_and_ones_on_the_voxels_of_the_volume(preset):
    image = phantom(preset, 0).image
    mask = segment(image, preset)
    assert (mask.shape, mask.dtype) == (image.shape, np.uint8)
    assert set(np.unique(mask)) == {0, 1}


@pytest.mark.parametrize("preset", ["lung", "brain"])
def test_the_same_is_found_in_a_volume_stored_along_other_axes(preset):
    image = phantom(preset, 1).image
    mask = segment(image, preset)
    # K becomes I and is turned round; I becomes K.
    last = image.shape[0] - 1
    matrix = image.ijk_to_ras[:, [2, 1, 0, 3]]
    matrix[:, 3] += last * matrix[:, 0]
    matrix[:, 0] *= -1
    stored = replace(image, array=image.array[::-1].transpose(2, 1, 0), ijk_to_ras=matrix)
    np.testing.assert_array_equal(segment(stored, preset), mask[::-1].transpose(2, 1, 0))


def test_lungs_are_found_where_the_field_of_view_cuts_them():
    subject = phantom("lung", 2)
    part = slice(20, 36)
    image = replace(subject.image, array=subject.image.array[part])
    assert dice(segment(image, "lung"), truth(subject, "lung")[part]) > 0.95


def test_a_hole_in_the_chest_wall_costs_no_lung():
    subject = phantom("lung", 0)
    array = subject.image.array.copy()
    array[32, 32, :32] = -1000
    holed = segment(replace(subject.image, array=array), "lung")
    assert dice(holed, truth(subject, "lung")) > 0.95


def test_a_brain_without_its_skull_is_found_whole():
    subject = phantom("brain", 0)
    brain = truth(subject, "brain")
    stripped = replace(subject.image, array=np.where(brain, subject.image.array, 0))
    assert dice(segment(stripped, "brain"), brain) > 0.92


def test_presets_suit_the_modality():
    assert presets_for(phantom("lung", 0).image) == ["lung", "bone", "body"]
    assert presets_for(phantom("brain", 0).image) == ["brain", "head"]


def test_an_unknown_preset_is_refused():
    with pytest.raises(InputError, match=r"preset must be one of lung, bone, body, brain, head, got 'liver'\. Choose"):
        segment(phantom("brain", 0).image, "liver")


def test_a_volume_that_shows_nothing_of_the_kind_is_refused():
    head = phantom("brain", 0).image
    with pytest.raises(InputError, match=r"head 0 must show a lung, .* its intensities suit brain, head\."):
        segment(head, "lung")


@pytest.mark.parametrize("preset", PRESETS)
def test_a_volume_of_one_value_is_refused(preset):
    with pytest.raises(InputError, match="Blank must show"):
        segment(Volume(np.full((8, 8, 8), -1000.0), np.eye(4), "Blank"), preset)


def test_dice_is_that_of_simpleitk():
    rng = np.random.default_rng(0)
    a, b = (rng.integers(0, 2, (5, 6, 7)).astype(np.uint8) for _ in range(2))
    overlap = sitk.LabelOverlapMeasuresImageFilter()
    overlap.Execute(sitk.GetImageFromArray(a), sitk.GetImageFromArray(b))
    assert dice(a, b) == pytest.approx(overlap.GetDiceCoefficient(), abs=1e-12)


def test_dice_of_known_overlaps():
    a, b = np.zeros((2, 2, 2)), np.zeros((2, 2, 2))
    assert dice(a, b) == 1
    a[0, 0, :] = 1
    assert dice(a, b) == 0
    b[0, :, 0] = 7
    assert dice(a, b) == 0.5
    assert dice(a, a) == 1


def test_dice_refuses_masks_of_different_shapes():
    with pytest.raises(InputError, match=r"got \(2, 2, 2\) and \(2, 2, 3\)"):
        dice(np.zeros((2, 2, 2)), np.zeros((2, 2, 3)))


def test_a_volume_in_ml():
    mask = np.zeros((4, 4, 4), np.uint8)
    mask[0, :2, :] = 1
    assert volume_ml(mask, (1, 2, 5)) == pytest.approx(0.08)


@pytest.mark.skipif(not VOLUMES.exists(), reason="needs shared/data/volumes")
@pytest.mark.parametrize(
    ("name", "preset", "millilitres"),
    [
        ("ct_chest_Lung_Dx-A0001_5mm_bin2", "lung", (5000, 6200)),
        ("ct_chest_cip_ct-64-rotated-directions", "lung", (4200, 5200)),
        ("mr_t1_studyforrest_sub02_oblique_bin2", "brain", (1300, 1800)),
        ("mr_t1_ch2_colin27_1mm", "brain", (1500, 2000)),
    ],
)
def test_sizes_in_real_volumes_are_those_of_people(name, preset, millilitres):
    (source,) = (source for source in find_volumes([VOLUMES]) if source.name == name)
    volume = read_volume(source)
    least, most = millilitres
    assert least < volume_ml(segment(volume, preset), volume.spacing) < most
