"""Prepared volumes are kept between runs: what is known is never read again, and what changed is never taken for it."""

import os
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import nrrd
import numpy as np
import pytest
import torch
from crfgan.commands.main import main
from crfgan.config import Preprocessing
from crfgan.data import dataset
from crfgan.data.cache import Cache, content_of, default_folder, open_array, read_with_content, save_array
from crfgan.data.dataset import Dataset, DatasetFacts, Volumes, open_dataset, prepare
from crfgan.data.preprocessing import TrainingGrid, Units
from crfgan.errors import InputError
from crfgan.phantoms import make_head
from crfgan.storage.atomic import draft_folder
from crfgan.training.run import open_run, train_run
from crfgan.volumes.discovery import Source, find_volumes
from crfgan.volumes.writing import write_volume

FILL = Preprocessing((32, 32, 32), fit="fill")
HEADER = 128


def ignore(*told) -> None:
    pass


def refuse(*arguments) -> None:
    raise OSError(1, "Operation not permitted")


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


@pytest.fixture
def read_names(monkeypatch):
    """Names of the volumes whose voxels were read."""
    names = []

    def read(source, content):
        names.append(source.name)
        return read_with_content(source, content)

    monkeypatch.setattr(dataset, "read_with_content", read)
    return names


@pytest.fixture
def make(heads, cache, tmp_path, read_names):
    """Prepares the volumes for a new run; returns its folder and the names of the volumes read for it."""
    skipped = []

    def make_run(settings=FILL, skip=None, progress=ignore):
        read_names.clear()
        skipped.clear()
        run = tmp_path / f"run_{len(list(tmp_path.glob('run_*')))}"
        run.mkdir()
        on_skip = skip or (lambda name, reason: skipped.append(name))
        prepare(find_volumes([heads]), settings, run, None, on_skip, progress, cache)
        assert skipped == []
        return run, list(read_names)

    return make_run


def arrays(run: Path) -> list[np.ndarray]:
    return [np.array(volume) for volume in open_dataset(run).volumes]


def same(a: list[np.ndarray], b: list[np.ndarray]) -> bool:
    return len(a) == len(b) and all(map(np.array_equal, a, b))


def facts_of(shape, count, classes=(), labels=()) -> DatasetFacts:
    grid, units = TrainingGrid(shape, "fill", (1.0, 1.0, 1.0)), Units("arbitrary", 0, 1, False)
    return DatasetFacts(grid, units, (0, 0, 0), tuple(map(str, range(count))), classes, labels)


def entries(cache: Cache, suffix: str) -> list[Path]:
    return sorted(cache.folder.glob(f"*{suffix}"))


def rewrite(path: Path, change) -> None:
    """Change what a file holds in place, as a fault of the disk would."""
    path.write_bytes(change(path.read_bytes()))


# What is read again


def test_the_same_volumes_are_read_once_and_come_out_the_same(make):
    first, read = make()
    assert sorted(read) == ["head_0", "head_1", "head_2"]
    second, read = make()
    assert read == []
    assert same(arrays(first), arrays(second))
    assert (first / "data.json").read_bytes() == (second / "data.json").read_bytes()


def test_progress_goes_on_to_its_end_without_reading(make):
    told = [[], []]
    for steps in told:
        make(progress=lambda done, total, steps=steps: steps.append((done, total)))
    assert told[0] == told[1]
    assert told[0][-1] == (6, 6)


@pytest.mark.parametrize(
    "settings",
    [
        Preprocessing((32, 32, 64), fit="fill"),
        Preprocessing((32, 32, 32), fit="isotropic"),
        Preprocessing((32, 32, 32), "lung-ct", fit="fill"),
        Preprocessing((32, 32, 32), "ct", (0.0, 900.0), fit="fill"),
    ],
    ids=["shape", "fit", "modality", "window"],
)
def test_a_changed_setting_makes_only_what_depends_on_it(make, cache, settings):
    before, _ = make()
    after, read = make(settings)
    assert sorted(read) == ["head_0", "head_1", "head_2"]
    assert not same(arrays(before), arrays(after))
    assert same(arrays(make(settings)[0]), arrays(after))
    assert make()[1] == []
    assert len(entries(cache, ".npy")) == 6


def test_a_changed_file_alone_is_read_again(make, heads):
    before, _ = make()
    write_volume(make_head(9, (32, 32, 32)).image, heads / "head_1.nrrd", {})
    after, read = make()
    assert read == ["head_1"]
    changed = [not np.array_equal(a, b) for a, b in zip(arrays(before), arrays(after), strict=True)]
    assert changed == [False, True, False]


def test_a_renamed_file_is_known_by_its_content_and_told_by_its_name(make, heads):
    make()
    (heads / "head_1.nrrd").rename(heads / "Someone.nrrd")
    run, read = make()
    assert read == []
    assert open_dataset(run).facts.names == ("head_0", "head_2", "Someone")


def test_no_name_of_a_volume_is_kept(make, cache):
    make()
    assert not any(b"head" in path.read_bytes() for path in cache.folder.iterdir())
    assert not any("head" in path.name for path in cache.folder.iterdir())


def test_a_volume_that_cannot_be_used_is_told_each_time_and_not_kept(make, heads, cache):
    (heads / "broken.nrrd").write_bytes((heads / "head_0.nrrd").read_bytes()[:500])
    for _ in range(2):
        skipped = []
        make(skip=lambda name, reason, skipped=skipped: skipped.append((name, reason)))
        assert [name for name, _ in skipped] == ["broken"]
        assert "broken.nrrd" in skipped[0][1]
    assert len(entries(cache, ".json")) == len(entries(cache, ".npy")) == 3


def test_a_volume_gone_since_it_was_found_is_left_out(heads, cache, tmp_path):
    sources = find_volumes([heads])
    (heads / "head_2.nrrd").unlink()
    skipped = []
    found = prepare(sources, FILL, tmp_path, None, lambda *told: skipped.append(told), ignore, cache)
    assert len(found) == 2
    assert skipped == [("head_2", "head_2.nrrd can't be read: No such file or directory. Copy or export it again.")]


# What a key is made of


def test_voxels_in_a_file_of_their_own_belong_to_the_content(tmp_path):
    header = {"space": "LPS", "space directions": np.eye(3), "space origin": np.zeros(3), "encoding": "raw"}
    for name in ("detached.nhdr", "image.mhd"):
        voxels = tmp_path / "voxels.raw"
        if name.endswith("nhdr"):
            nrrd.write(str(tmp_path / name), np.zeros((4, 4, 4), "u1"), header, detached_header=True)
            voxels = tmp_path / "detached.raw"
        else:
            (tmp_path / name).write_text("NDims = 3\nDimSize = 4 4 4\nElementDataFile = voxels.raw\n")
            voxels.write_bytes(bytes(64))
        (source,) = find_volumes([tmp_path / name])
        before = content_of(source)
        rewrite(voxels, lambda content: content[:-1] + b"x")
        assert content_of(source) != before


def test_every_slice_of_a_series_belongs_to_its_content(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.dcm").write_bytes(b"slice %d" % number)
    series = Source("ct", tuple(tmp_path / f"{number}.dcm" for number in range(3)), "dicom")
    before = content_of(series)
    assert content_of(Source("other name", series.files, "dicom")) == before
    rewrite(series.files[1], lambda content: content + b"x")
    assert content_of(series) != before


# Entries that aren't whole


@pytest.mark.parametrize("suffix", [".npy", ".json"])
@pytest.mark.parametrize(
    "change",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content[:50],
        lambda content: content + b"x",
        lambda content: b"PK\x03\x04" + content[4:],
        lambda content: b"\xff" * len(content),
        lambda content: b"[]",
        lambda content: b'{"units": {}}',
    ],
    ids=["empty", "cut", "cut early", "longer", "a zip", "garbage", "a list", "incomplete"],
)
def test_a_damaged_entry_is_replaced(make, cache, suffix, change):
    first, _ = make()
    expected = arrays(first)
    damaged = entries(cache, suffix)[0]
    whole = damaged.read_bytes()
    cut = change(whole)
    damaged.unlink()
    damaged.write_bytes(cut)
    run, read = make()
    assert len(read) == 1
    assert same(arrays(run), expected)
    assert damaged.read_bytes() == whole
    assert make()[1] == []


def test_a_lost_entry_is_made_again(make, cache):
    make()
    entries(cache, ".npy")[0].unlink()
    assert len(make()[1]) == 1
    assert len(entries(cache, ".npy")) == 3


def test_an_array_of_pickles_is_not_opened(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{}], object))
    with pytest.raises(InputError, match=r"a\.npy must hold a prepared volume of 1 x 1 x 1 voxels, but it is damaged"):
        open_array(tmp_path / "a.npy", (1, 1, 1))


def test_an_array_is_a_file_that_numpy_reads(tmp_path):
    array = np.random.default_rng(0).random((3, 4, 5), np.float32)
    save_array(tmp_path / "a.npy", array.transpose(2, 0, 1))
    assert np.array_equal(np.load(tmp_path / "a.npy"), array.transpose(2, 0, 1))
    mapped = open_array(tmp_path / "a.npy", (5, 3, 4))
    assert np.array_equal(mapped, array.transpose(2, 0, 1))
    assert isinstance(mapped, np.memmap) and mapped.dtype == np.float32 and not mapped.flags.writeable


# Runs made from it


def test_a_run_shares_its_volumes_with_the_cache(make, cache):
    run, _ = make()
    shared = {path.stat().st_ino for path in entries(cache, ".npy")}
    assert {path.stat().st_ino for path in (run / "volumes").iterdir()} == shared


def test_a_run_goes_on_when_the_cache_is_cleared_and_the_run_has_moved(head_folder, tmp_path):
    arguments = ["train", head_folder, "--out", tmp_path / "run", "--cache", tmp_path / "cache", "--preset", "tiny-32"]
    assert main([*map(str, arguments), "--iterations", "1", "--batch-size", "2"]) == 0
    assert Cache(tmp_path / "cache").size() > 5 * 4 * 32**3
    Cache(tmp_path / "cache").clear()
    moved = (tmp_path / "run").rename(tmp_path / "elsewhere")
    config = open_run(moved).override(iterations=2)
    assert train_run(moved, config, lambda *args, **facts: None, lambda: False)


def test_damage_to_an_entry_that_is_replaced_leaves_runs_alone(make, cache):
    first, _ = make()
    before = arrays(first)
    rewrite(entries(cache, ".json")[0], lambda content: b"")
    for path in entries(cache, ".npy"):
        path.unlink()
        path.write_bytes(b"")
    make()
    assert same(arrays(first), before)


def test_where_links_are_refused_volumes_are_copied(make, cache, monkeypatch):
    linked, _ = make()

    monkeypatch.setattr(os, "link", refuse)
    copied, read = make()
    assert read == []
    assert same(arrays(linked), arrays(copied))
    assert all(path.stat().st_nlink == 1 for path in (copied / "volumes").iterdir())
    cache.clear()
    assert same(arrays(linked), arrays(copied))


def test_volumes_left_by_an_unfinished_start_are_replaced_and_never_written_into(heads, cache, tmp_path, monkeypatch):
    prepare(find_volumes([heads]), FILL, tmp_path, None, ignore, ignore, cache)
    whole = {path: path.read_bytes() for path in entries(cache, ".npy")}
    (heads / "head_0.nrrd").unlink()
    monkeypatch.setattr(os, "link", refuse)
    found = prepare(find_volumes([heads]), FILL, tmp_path, None, ignore, ignore, cache)
    assert len(found) == 2
    assert {path: path.read_bytes() for path in entries(cache, ".npy")} == whole


@pytest.mark.parametrize("change", [lambda content: content[:-4], None], ids=["cut", "gone"])
def test_a_run_without_a_whole_volume_is_told(make, change):
    run, _ = make()
    volume = run / "volumes" / "00001.npy"
    rewrite(volume, change) if change else volume.unlink()
    with pytest.raises(InputError, match=r"00001\.npy must hold a prepared volume of 32 x 32 x 32 voxels, but it"):
        open_dataset(run)


def test_more_volumes_than_files_may_be_open_are_no_trouble(tmp_path):
    save_array(tmp_path / "a.npy", np.ones((2, 2, 2), np.float32))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, soft), hard))
    try:
        volumes = Volumes([tmp_path / "a.npy"] * 300, (2, 2, 2))
        found = Dataset(facts_of((2, 2, 2), 300), volumes)
        assert sum(float(volume.sum()) for volume in volumes) == 300 * 8
        assert found.whole(range(300)).sum() == 300 * 8
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# Room


def test_a_full_disk_is_told_before_an_array_is_written(make, cache, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(10, 10, 0))
    with pytest.raises(
        InputError, match=r"needs 0\.0 GB for the prepared volumes, but its disk has 0\.0 GB free.*CRFGAN_CACHE"
    ):
        make()
    assert entries(cache, ".npy") == []


def test_a_full_disk_does_not_matter_where_nothing_is_written(make, monkeypatch):
    make()
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(10, 10, 0))
    assert make()[1] == []


def test_a_cache_that_cannot_be_written_is_told_once_and_not_as_a_fault_of_the_volumes(heads, tmp_path, capsys):
    (tmp_path / "file").touch()
    arguments = ["train", heads, "--out", tmp_path / "run", "--cache", tmp_path / "file" / "cache"]
    assert main(list(map(str, arguments))) == 1
    errors = capsys.readouterr().err
    assert re.search(
        r"(?m)^file/cache can't be written: Not a directory\. .* The variable CRFGAN_CACHE chooses", errors
    )
    assert "Left out" not in errors


def test_size_and_clear_see_the_caches_own_files_alone(make, cache):
    assert cache.size() == 0
    cache.clear()
    make()
    (cache.folder / "thesis.npy").write_bytes(b"mine")
    left_over = cache.folder / f".{'0' * 64}.123.npy.partial"
    left_over.write_bytes(b"cut off by a kill")
    surveys = sum(path.stat().st_size for path in entries(cache, ".json"))
    assert cache.size() == surveys + 3 * (HEADER + 4 * 32**3 + 64) + left_over.stat().st_size
    cache.clear()
    assert cache.size() == 0
    assert [path.name for path in cache.folder.iterdir()] == ["thesis.npy"]


def test_what_a_killed_process_was_writing_is_swept_at_the_next_start(cache):
    cache.folder.mkdir()
    with draft_folder(cache.folder) as alive:
        dead = shutil.copytree(alive, cache.folder / ".crfgan-dead")
        (dead / "half.npy").write_bytes(b"cut off by a kill")
        Cache(cache.folder)
        assert alive.is_dir() and not dead.exists()


# Where


@pytest.mark.parametrize(
    ("system", "variables", "expected"),
    [
        ("linux", {}, "home/.cache/crfgan"),
        ("linux", {"XDG_CACHE_HOME": "xdg"}, "xdg/crfgan"),
        ("darwin", {"XDG_CACHE_HOME": "xdg"}, "home/Library/Caches/crfgan"),
        ("win32", {"LOCALAPPDATA": "local"}, "local/crfgan"),
        ("win32", {}, "home/AppData/Local/crfgan"),
        ("darwin", {"CRFGAN_CACHE": "mine"}, "mine"),
    ],
)
def test_the_cache_lies_where_the_system_keeps_caches(monkeypatch, system, variables, expected):
    for name in ("CRFGAN_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(Path, "home", lambda: Path("home"))
    assert default_folder() == Path(expected)


def test_tests_leave_the_home_alone(cache_folder):
    assert Cache().folder == cache_folder


def test_a_panel_can_ask_for_the_size_without_loading_anything_heavy():
    code = "import sys, crfgan.data.cache; print([m for m in ('torch', 'SimpleITK') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


# What training reads


def test_slabs_are_slices_of_whole_volumes(make):
    run, _ = make(Preprocessing((64, 32, 32)))
    mapped = open_dataset(run)
    in_memory = Dataset(mapped.facts, np.stack(arrays(run)))
    for found in (mapped, in_memory):
        whole = found.whole([2, 0, 2])
        assert whole.shape == (3, 1, 64, 32, 32) and whole.dtype == torch.float32
        slabs = found.slabs([2, 0, 2], [0, 5, 56], 8)
        expected = torch.stack([one[:, start : start + 8] for one, start in zip(whole, (0, 5, 56), strict=True)])
        assert torch.equal(slabs, expected)
        assert np.array_equal(whole[1, 0].numpy(), mapped.volumes[0])


def test_classes_are_those_of_the_volumes_asked_for():
    volumes = np.zeros((3, 2, 2, 2), np.float32)
    found = Dataset(facts_of((2, 2, 2), 3, ("old", "young"), (1, 0, 1)), volumes)
    assert found.classes([2, 1]).tolist() == [1, 0]
    assert Dataset(facts_of((2, 2, 2), 3), volumes).classes([2, 1]) is None


@pytest.mark.parametrize(("suffix", "place", "is_read"), [(".npy", -1, 1), (".json", 300, 1), (".sha256", 3, 1)])
def test_an_entry_in_which_a_bit_has_flipped_is_made_again(make, cache, suffix, place, is_read):
    run, _ = make()
    wanted, entry = arrays(run), entries(cache, suffix)[0]

    def flip(content):
        return content[:place] + bytes([content[place] ^ 1]) + content[place:][1:]

    sound = entry.read_bytes()
    entry.unlink()  # the run's own file stays as it was
    entry.write_bytes(flip(sound))
    again, read = make()
    assert len(read) == is_read
    assert same(arrays(again), wanted)
    assert entry.read_bytes() == sound
