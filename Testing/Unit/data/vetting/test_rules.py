"""What is no training volume is left out alike by check, train and evaluate, told once, and used when insisted on."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from commands import run_here
from crfgan.data.vetting.rules import _medians_of_others
from crfgan.storage.run_folder import RunFolder
from crfgan.volumes.volume import Volume
from crfgan.volumes.writing import write_volume
from drawn_scans import ct, labels, mri, outside_circle

TINY = ("--preset", "tiny-32", "--iterations", 1, "--batch-size", 2)


def save(path: Path, array: np.ndarray, spacing=6.0) -> Path:
    write_volume(Volume(array, np.diag([spacing, spacing, spacing, 1.0])), path, {})
    return path


def scans(folder: Path, count: int, make=mri, name="scan_{}.nrrd") -> Path:
    for seed in range(count):
        save(folder / name.format(seed), make(seed))
    return folder


@pytest.fixture
def ask(tmp_path):
    """Runs a command over a folder; returns which volumes it used, which it left out, and all that it told."""
    cache = ("--cache", tmp_path / "cache", "--events")

    def check(folder, *options):
        result = run_here("check", folder, *cache, *options)
        events = [json.loads(line) for line in result.stdout.splitlines()]
        rows = {e["name"]: e["problem"] for e in events if e["event"] == "checked"}
        used = {name for name, problem in rows.items() if not problem}
        return used, " ".join([*rows.values(), *(e["sentence"] for e in events if e["event"] == "noted")])

    def train(folder, *options):
        run = tmp_path / f"run_{len(list(tmp_path.glob('run_*')))}"
        result = run_here("train", folder, "--out", run, *cache, *TINY, *options)
        assert result.returncode == 0, result.stdout + result.stderr
        events = [json.loads(line) for line in result.stdout.splitlines()]
        told = [e["reason"] for e in events if e["event"] == "skipped"]
        told += [e["sentence"] for e in events if e["event"] == "noted"]
        used = set(json.loads(RunFolder(run).data.read_text())["facts"]["names"])
        return used, " ".join(told)

    return {"check": check, "train": train}


both = pytest.mark.parametrize("command", ["check", "train"])


@both
def test_label_maps_beside_scans(ask, tmp_path, command):
    folder = scans(tmp_path / "data", 3)
    for number in range(3):
        save(folder / f"mask_{number}.nii.gz", (mri(number) > 300).astype("u1"))
        save(folder / "atlas" / f"regions_{number}.mha", labels(number, 40))
    used, told = ask[command](folder)
    assert used == {"scan_0", "scan_1", "scan_2"}
    assert re.search(r"_0 looks like a label map \((2|40) whole values(, and its name)?\)\. Leave it out, or add", told)
    assert "`--include label-maps`" in told
    if command == "train":
        assert told.count("looks like") == 1 and "The same is true of 5 more: " in told
    used, _ = ask[command](folder, "--include", "label-maps")
    assert len(used) == 9


@both
def test_the_same_scan_under_another_name(ask, tmp_path, command):
    folder = scans(tmp_path / "data", 4)
    save(folder / "z_other_0.nii.gz", mri(0).astype("f4"))
    save(folder / "z_other_2.mha", mri(2))
    used, told = ask[command](folder)
    assert used == {"scan_0", "scan_1", "scan_2", "scan_3"}
    assert "z_other_0 is the same scan as scan_0, which is used once." in told
    assert ("z_other_2 (scan_2)" if command == "train" else "z_other_2 is the same scan as scan_2") in told
    assert len(ask[command](folder, "--include", "copies")[0]) == 6


@both
@pytest.mark.parametrize("spacing", [60.0, 0.6])
def test_one_wrong_voxel_size_is_told_and_does_not_rule_the_others(ask, tmp_path, command, spacing):
    folder = scans(tmp_path / "data", 5)
    save(folder / "wrong.nrrd", mri(9), spacing)
    used, told = ask[command](folder)
    assert "wrong" not in used and len(used) == 5
    assert re.search(
        r"wrong shows [\dx ]+ mm, (9|1\d)(\.\d+)? times as (large|small) as the others \([\dx ]+ mm\)", told
    )
    assert "`--include odd-sizes`" in told
    if command == "train":
        alone = ask["train"](scans(tmp_path / "alone", 5))[0]
        grids = [json.loads((tmp_path / f"run_{n}" / "data.json").read_text())["facts"]["grid"] for n in range(2)]
        assert alone == used and grids[0] == grids[1]
        assert "wrong" in ask["train"](folder, "--include", "odd-sizes")[0]


@both
def test_a_few_slices_and_phases(ask, tmp_path, command):
    folder = scans(tmp_path / "data", 3)
    save(folder / "scout.nrrd", mri(5)[:3])
    save(folder / "fieldmap.nrrd", np.random.default_rng(0).uniform(-2048, 2048, (24, 24, 24)).astype("i2"))
    used, told = ask[command](folder)
    assert used == {"scan_0", "scan_1", "scan_2"}
    assert "scout looks like a localizer (3 slices). Leave it out, or add `--include localizers`" in told
    assert "fieldmap looks like a map of phases" in told
    used, _ = ask[command](folder, "--include", "localizers", "--include", "phase-maps", "--modality", "brain-mri")
    assert {"scout", "fieldmap"} <= used


@both
def test_padded_ct_is_ct_and_trains_with_other_ct(ask, tmp_path, command):
    folder = scans(tmp_path / "data", 3, ct)
    for seed in range(2):
        save(folder / f"padded_{seed}.nii.gz", np.where(outside_circle(), -8192, ct(seed + 7)).astype("i2"))
    used, told = ask[command](folder)
    assert len(used) == 5
    assert "2 of 5 volumes hold -8192 in" in told and "taken for air" in told
    assert told.count("-8192") == 1


@both
def test_ct_without_its_intercept(ask, tmp_path, command):
    folder = scans(tmp_path / "data", 3, ct)
    for seed in range(3):
        save(folder / f"z_raw_{seed}.nrrd", (ct(seed + 7) + 1024).clip(0).astype("u2"))
    used, told = ask[command](folder)
    assert used == {"scan_0", "scan_1", "scan_2"}
    assert "z_raw_0 looks like CT with 1024 added to each value (its rescale intercept is missing)." in told
    used, told = ask[command](folder, "--modality", "lung-ct")
    assert len(used) == 6
    assert "3 of 6 volumes look like CT with 1024 added" in told and "1024 was taken off" in told


def test_raw_ct_is_trained_on_in_hounsfield_units(ask, tmp_path):
    folder = tmp_path / "data"
    save(folder / "hu.nrrd", ct(0))
    save(folder / "raw.nrrd", (ct(0) + 1024).clip(0).astype("u2"))
    ask["train"](folder, "--modality", "lung-ct")
    hu, raw = (np.load(tmp_path / "run_0" / "volumes" / f"{n:05d}.npy") for n in range(2))
    assert np.abs(hu - raw).max() < 0.1


def test_padding_changes_neither_window_nor_foreground(ask, tmp_path):
    folder = tmp_path / "data"
    save(folder / "a.nrrd", ct(0))
    save(folder / "b.nrrd", np.where(outside_circle(), -8192, ct(0)).astype("i2"))
    ask["train"](folder)
    data = json.loads((tmp_path / "run_0" / "data.json").read_text())
    a, b = data["volumes"]
    assert (a["units"], a["box"]) == (b["units"], b["box"])
    arrays = [np.load(tmp_path / "run_0" / "volumes" / f"{n:05d}.npy") for n in range(2)]
    assert np.abs(arrays[0] - arrays[1]).max() < 0.1


@both
def test_the_minority_of_a_mixed_set_is_left_out(ask, tmp_path, command):
    folder = scans(tmp_path / "data", 3, ct)
    save(folder / "z_head.nrrd", mri(0))
    used, told = ask[command](folder)
    assert used == {"scan_0", "scan_1", "scan_2"}
    assert "z_head doesn't look like CT, while 3 of 4 volumes do. Leave it out" in told
    assert "name the modality" not in told


def test_no_volume_that_is_held_out_is_trained_on(ask, tmp_path):
    folder = scans(tmp_path / "data", 8)
    for seed in range(0, 8, 2):
        save(folder / f"other_{seed}.nrrd", mri(seed))
    ask["train"](folder, "--evaluate-every", 1)
    facts = json.loads((tmp_path / "run_0" / "data.json").read_text())["facts"]
    assert len(set(facts["identities"])) == len(facts["names"]) == 8


def test_the_last_line_counts_what_was_left_out(tmp_path):
    folder = scans(tmp_path / "data", 3)
    save(folder / "mask_0.nrrd", labels(0, 3))
    save(folder / "scan_0b.nrrd", mri(0))
    (folder / "a.mgz").touch()
    result = run_here("check", folder, "--cache", tmp_path / "cache")
    assert result.stdout.splitlines()[-1] == "3 of 3 can be used; left out: 1 label map, 1 copy, 1 .mgz file"


def test_what_several_share_stands_once_below_the_table(tmp_path):
    folder = scans(tmp_path / "data", 3)
    for number in range(3):
        save(folder / f"z_mask_{number}.nrrd", labels(number, 3))
    lines = run_here("check", folder, "--cache", tmp_path / "cache").stdout.splitlines()
    assert [line.split()[-2:] for line in lines if line.startswith("z_mask")] == [["see", "1"]] * 3
    assert lines[-2].startswith("1: z_mask_0 looks like a label map")
    assert lines[-2].endswith("The same is true of 2 more: z_mask_1, z_mask_2.")


def test_unreadable_volumes_with_one_fault_are_told_once(tmp_path):
    folder = scans(tmp_path / "data", 3)
    for number in range(3):
        save(folder / f"z_{number}.nrrd", np.full((24, 24, 24), number, "i2"))
    result = run_here("train", folder, "--out", tmp_path / "run", "--cache", tmp_path / "cache", *TINY)
    assert result.stderr.count("Left out") == 1
    assert "Left out z_0 and 2 more: z_0.nrrd must show something" in result.stderr
    assert "The same is true of 2 more: z_1, z_2." in result.stderr


def test_where_all_was_passed_over_that_is_told_instead_of_asking_for_volumes(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.img").touch()
    result = run_here("check", tmp_path / "data")
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith("No volume was found. 1 .img was passed over")


def test_synthetic_volumes_below_the_data_are_passed_over(tmp_path):
    folder = scans(tmp_path / "data", 4)
    cache = ("--cache", tmp_path / "cache")
    assert run_here("train", folder, "--out", folder / "run", *cache, *TINY).returncode == 0
    assert run_here("synthesize", folder / "run", "--count", 2, "--out", folder / "new").returncode == 0
    result = run_here("check", folder, *cache)
    assert result.stdout.splitlines()[-1] == "4 of 4 can be used; left out: 3 synthetic volumes"
    assert "3 synthetic volumes passed over, which a model made (in new, previews)" in result.stderr
    include = [part for word in ("synthetic", "odd-sizes", "copies") for part in ("--include", word)]
    result = run_here("check", folder, *cache, *include)
    assert result.stdout.splitlines()[-1].startswith("7 of 7 can be used")


@pytest.mark.parametrize("count", [2, 3, 4, 7, 8])
def test_the_median_of_others_is_that_of_each_row_left_out(count):
    values = np.random.default_rng(count).integers(0, 4, (count, 3)).astype(float)
    wanted = [np.median(np.delete(values, row, axis=0), axis=0) for row in range(count)]
    np.testing.assert_array_equal(_medians_of_others(values), wanted)
