"""Procedural heads and chests: plausible signal, honest labels, one anatomy for each seed."""

from functools import cache

import numpy as np
import pytest
import SimpleITK as sitk
from crfgan.errors import InputError
from crfgan.phantoms import make_chest, make_head

MAKERS = {"head": make_head, "chest": make_chest}
SEEDS = range(5)


@cache
def phantom(kind, seed, size=40):
    return MAKERS[kind](seed, (size,) * 3)


def region(subject, *names):
    """Boolean mask of the named structures."""
    values = [value for value, name in subject.label_names.items() if name in names]
    assert len(values) == len(names), f"unknown structure among {names}"
    return np.isin(subject.labels.array, values)


def median(subject, *names):
    return float(np.median(subject.image.array[region(subject, *names)]))


def millilitres(subject, *names):
    return region(subject, *names).sum() * float(np.prod(subject.image.spacing)) / 1000


def pieces(subject, name):
    """How many connected parts a structure has."""
    mask = sitk.GetImageFromArray(region(subject, name).astype(np.uint8))
    components = sitk.ConnectedComponentImageFilter()
    components.FullyConnectedOn()
    components.Execute(mask)
    return components.GetObjectCount()


def downsampled(array):
    """Mean of each 2 x 2 x 2 block."""
    d, h, w = (n // 2 for n in array.shape)
    return array.reshape(d, 2, h, 2, w, 2).mean((1, 3, 5))


@pytest.fixture(params=MAKERS)
def kind(request):
    return request.param


def test_same_seed_gives_the_same_arrays(kind):
    first, second = (MAKERS[kind](3, (24, 24, 24)) for _ in range(2))
    np.testing.assert_array_equal(first.image.array, second.image.array)
    np.testing.assert_array_equal(first.labels.array, second.labels.array)


def test_every_seed_is_another_patient(kind):
    images = [phantom(kind, seed).image.array for seed in SEEDS]
    likeness = np.corrcoef([image.ravel() for image in images])[np.triu_indices(len(images), 1)]
    assert likeness.max() < 0.97, "two patients look alike"
    assert likeness.min() > 0.5, "the patients are not one population"


def test_arrays_are_what_networks_and_viewers_expect(kind):
    subject = phantom(kind, 0)
    assert subject.image.array.dtype == np.float32
    assert subject.labels.array.dtype == np.uint8
    assert np.isfinite(subject.image.array).all()
    assert subject.image.array.shape == subject.labels.array.shape == (40, 40, 40)


@pytest.mark.parametrize(("kind", "edge_mm"), [("head", 216.0), ("chest", 360.0)])
def test_default_geometry_is_a_centred_cube(kind, edge_mm):
    subject = phantom(kind, 0)
    np.testing.assert_allclose(subject.image.spacing, edge_mm / 40)
    np.testing.assert_allclose(subject.image.center_ras(), 0, atol=1e-6)
    np.testing.assert_array_equal(subject.image.ijk_to_ras, subject.labels.ijk_to_ras)
    assert (np.diag(subject.image.ijk_to_ras) > 0).all()


def test_non_cubic_grids_and_given_spacing(kind):
    subject = MAKERS[kind](1, shape=(20, 36, 28), spacing=6.0)
    assert subject.image.array.shape == (20, 36, 28)
    np.testing.assert_allclose(subject.image.spacing, 6.0)
    np.testing.assert_allclose(subject.image.center_ras(), 0, atol=1e-6)


@pytest.mark.parametrize("wrong", [{"shape": (32, 32)}, {"shape": (0, 8, 8)}, {"spacing": 0.0}, {"spacing": -1.0}])
def test_impossible_grids_are_refused(kind, wrong):
    with pytest.raises(InputError, match="must be"):
        MAKERS[kind](0, **wrong)


def test_resolution_changes_the_grid_not_the_patient(kind):
    coarse = phantom(kind, 2).image.array
    fine = downsampled(phantom(kind, 2, size=80).image.array)
    assert np.corrcoef(coarse.ravel(), fine.ravel())[0, 1] > 0.97


def test_labels_are_named_and_every_structure_occurs(kind):
    names = phantom(kind, 0).label_names
    seen = set().union(*(np.unique(phantom(kind, seed).labels.array).tolist() for seed in SEEDS))
    assert seen == set(names)
    assert names[0] == "background"
    assert len(set(names.values())) == len(names)


@pytest.mark.parametrize("seed", SEEDS)
def test_head_tissues_keep_the_order_of_t1(seed):
    head = phantom("head", seed)
    order = ["background", "skull", "grey matter", "white matter"]
    signal = [median(head, name) for name in order]
    assert signal == sorted(signal), dict(zip(order, signal, strict=True))
    assert median(head, "ventricles") < 0.7 * median(head, "grey matter")
    assert head.image.array.min() >= 0 and head.image.array.max() < 1300


@pytest.mark.parametrize("seed", SEEDS)
def test_brain_size_is_an_adults(seed):
    head = phantom("head", seed)
    brain = ("grey matter", "white matter", "deep grey nuclei", "cerebellum", "brainstem", "lesion")
    assert 1000 < millilitres(head, *brain) < 1700
    assert 5 < millilitres(head, "ventricles") < 120
    assert 5 < millilitres(head, "eyes") < 30


@pytest.mark.parametrize("seed", SEEDS)
def test_chest_tissues_have_their_hounsfield_units(seed):
    chest = phantom("chest", seed)
    assert median(chest, "background") == pytest.approx(-1000, abs=20)
    for lung in ("right lung", "left lung"):
        assert -910 < median(chest, lung) < -760
    assert -115 < median(chest, "fat and skin") < -60
    assert 40 < median(chest, "muscle") < 70
    assert 25 < median(chest, "heart") < 60
    assert 40 < median(chest, "liver") < 75
    assert median(chest, "spine") > 100
    assert median(chest, "ribs and sternum") > 130
    assert chest.image.array.min() >= -1024 and chest.image.array.max() < 1300


@pytest.mark.parametrize("seed", SEEDS)
def test_lung_size_is_an_adults(seed):
    chest = phantom("chest", seed)
    right, left = millilitres(chest, "right lung"), millilitres(chest, "left lung")
    assert 2500 < right + left < 7000
    assert right > left, "the heart takes its room from the left lung"


def test_lung_is_denser_at_the_back_where_the_patient_lies():
    chest = phantom("chest", 0)
    lung = region(chest, "right lung", "left lung")
    posterior = np.nonzero(lung)[1] < np.median(np.nonzero(lung)[1])
    hounsfield = chest.image.array[lung]
    assert np.median(hounsfield[posterior]) > np.median(hounsfield[~posterior]) + 15


def test_right_is_where_ijk_to_ras_says():
    chest = phantom("chest", 0)
    mean_i = {name: np.nonzero(region(chest, name))[2].mean() for name in ("liver", "stomach", "heart")}
    assert mean_i["liver"] > mean_i["heart"] > mean_i["stomach"]
    mean_k = {name: np.nonzero(region(chest, name))[0].mean() for name in ("liver", "shoulder girdle")}
    assert mean_k["liver"] < mean_k["shoulder girdle"]
    mean_j = {name: np.nonzero(region(chest, name))[1].mean() for name in ("spine", "heart")}
    assert mean_j["spine"] < mean_j["heart"]


@pytest.mark.parametrize(("kind", "finding", "most"), [("head", "lesion", 3), ("chest", "nodule", 4)])
def test_findings_differ_in_number_from_patient_to_patient(kind, finding, most):
    counts = [pieces(phantom(kind, seed), finding) for seed in range(8)]
    assert 0 in counts and max(counts) >= 2
    assert max(counts) <= most


def test_nodules_are_solid_in_the_picture():
    with_nodules = [phantom("chest", s) for s in range(8) if region(phantom("chest", s), "nodule").any()]
    assert all(median(chest, "nodule") > -400 for chest in with_nodules)
