"""Write docs/robustness.md: what happens to other people's files, tried on drawn ones. Run by `make robustness`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "CRFGANSynth"), str(ROOT / "Testing")]

import numpy as np  # noqa: E402
from crfgan.config import Preprocessing  # noqa: E402
from crfgan.data.cache import Cache  # noqa: E402
from crfgan.data.inspection import Summary, check_volumes, vetted  # noqa: E402
from crfgan.data.labels import find_labels  # noqa: E402
from crfgan.data.vetting.told import told_once  # noqa: E402
from crfgan.errors import InputError  # noqa: E402
from crfgan.volumes.discovery import look_for_volumes  # noqa: E402
from crfgan.volumes.provenance import synthetic  # noqa: E402
from crfgan.volumes.volume import Volume  # noqa: E402
from crfgan.volumes.writing import write_volume  # noqa: E402
from dicom_series import write_slice  # noqa: E402
from drawn_scans import ct, labels, mri, outside_circle  # noqa: E402

UID = "1.2.999.2"
HEADER = """# Other people's files

What `crfgan check` says of situations that users have met; `train` and `evaluate` judge by the same rules, and the
panel asks `check`. What a rule of thumb leaves out is used with the word that the sentence names. This table is made by
`make robustness` from drawn files.

| case | what happens | the sentence |
|---|---|---|
"""


def save(path: Path, array: np.ndarray, spacing: float = 6.0, about: str = "") -> None:
    """Write a drawn volume of cubic voxels."""
    facts = synthetic(about) if about else {}
    write_volume(Volume(array, np.diag([spacing, spacing, spacing, 1.0])), path, facts)


def scans(folder: Path, count: int = 3, make: Callable[[int], np.ndarray] = mri) -> None:
    """Write some scans that are fine."""
    for seed in range(count):
        save(folder / f"scan_{seed}.nrrd", make(seed))


def series(folder: Path, uid_of=lambda n: UID, name="IM{:02d}.dcm", count: int = 16) -> list[Path]:
    """Write slices 6 mm apart; returns their paths."""
    array = ct(1, (16, 24, 24))
    return [write_slice(folder / name.format(n), array[n], (0, 0, 6.0 * n), uid_of(n)) for n in range(count)]


def masks_beside_scans(folder: Path) -> None:
    """Masks and label maps beside scans"""
    scans(folder)
    for seed in range(3):
        save(folder / f"mask_{seed}.nii.gz", (mri(seed) > 300).astype("u1"))
        save(folder / "labels" / f"scan_{seed}.mha", labels(seed, 40))


def same_scan_twice(folder: Path) -> None:
    """One scan under two names"""
    scans(folder)
    save(folder / "z_other_patient.nii.gz", mri(0).astype("f4"))


def results_below_the_data(folder: Path) -> None:
    """Synthetic volumes below the data"""
    scans(folder)
    for number in range(3):
        save(folder / "new" / f"synthetic_{number}.nrrd", mri(number + 9), about="CRF-GAN 0123456789ab seed 0")


def padding(folder: Path) -> None:
    """CT with padding outside the scanner's circle"""
    scans(folder, 2, ct)
    for seed in range(2):
        save(folder / f"z_padded_{seed}.nrrd", np.where(outside_circle(), -8192, ct(seed + 5)).astype("i2"))


def missing_intercept(folder: Path) -> None:
    """CT without its rescale intercept"""
    scans(folder, 3, ct)
    for seed in range(2):
        save(folder / f"z_raw_{seed}.nrrd", (ct(seed + 5) + 1024).clip(0).astype("u2"))


def phases(folder: Path) -> None:
    """A phase map beside magnitudes"""
    scans(folder)
    save(folder / "fieldmap.nrrd", np.random.default_rng(0).uniform(-4096, 4096, (24, 24, 24)).astype("i2"))


def mixed_modalities(folder: Path) -> None:
    """MRI among CT"""
    scans(folder, 3, ct)
    save(folder / "z_head.nrrd", mri(0))


def voxel_size(folder: Path) -> None:
    """One voxel size ten times too large"""
    scans(folder, 5)
    save(folder / "wrong.nrrd", mri(7), 60.0)


def few_slices(folder: Path) -> None:
    """A localizer of three slices"""
    scans(folder)
    save(folder / "scout.nrrd", mri(7)[:3])


def series_in_two_folders(folder: Path) -> None:
    """One DICOM series in two folders"""
    for number, path in enumerate(series(folder)):
        target = folder / "AB"[number % 2] / path.name
        target.parent.mkdir(exist_ok=True)
        path.rename(target)


def uid_for_every_slice(folder: Path) -> None:
    """A series UID for every slice"""
    series(folder, lambda n: f"{UID}.{n}")


def no_uid(folder: Path) -> None:
    """Slices without a series UID"""
    series(folder, lambda n: None)


def slice_missing(folder: Path) -> None:
    """Single slices of which one is missing"""
    series(folder, lambda n: f"{UID}.{n}")[5].unlink()


def localizer_in_the_series(folder: Path) -> None:
    """An image of another size in a series"""
    series(folder)
    write_slice(folder / "IM99.dcm", ct(1)[0, :12, :12], (0, 0, 40.0), UID)


def copied_slices(folder: Path) -> None:
    """Slices copied beside themselves"""
    for path in series(folder):
        shutil.copy(path, path.with_name(f"{path.stem} (1).dcm"))


def dotted_names(folder: Path) -> None:
    """Names with a dot first"""
    series(folder, name=".CT..0003.{:04d}.IMA")


def other_formats(folder: Path) -> None:
    """Half of the volumes in another format"""
    scans(folder)
    for name in ("a.img", "a.hdr", "b.nii.zst", "patients.zip", "notes.txt"):
        (folder / name).touch()


def broken_links(folder: Path) -> None:
    """Links that lead in a circle or nowhere"""
    scans(folder)
    (folder / "loop").symlink_to(folder)
    (folder / "gone.nrrd").symlink_to(folder / "nowhere.nrrd")


def recycle_bin(folder: Path) -> None:
    """A recycle bin"""
    scans(folder)
    save(folder / "$RECYCLE.BIN" / "old.nrrd", mri(9))


def not_utf_8(folder: Path) -> None:
    """A name that isn't UTF-8"""
    scans(folder)
    (folder / "scan_0.nrrd").rename(folder / "Sch\udce4del.nrrd")


def bomb(folder: Path) -> None:
    """A header that promises a terabyte"""
    scans(folder)
    path = folder / "scan_0.nrrd"
    path.write_bytes(path.read_bytes().replace(b"sizes: 24 24 24", b"sizes: 9999 9999 9999"))


def zeros_lost(folder: Path) -> None:
    """A table whose names lost their zeros"""
    for seed in range(3):
        save(folder / f"{seed + 1:03d}.nrrd", mri(seed))
    (folder / "labels.csv").write_text("name;class\n1;sick\n2;well\n3;sick\n", encoding="utf-8")


FOOTER = """
## Accidents

What the scripts for accidents have found last, by hand, on two busy processor cores:

| accident | command | what happened |
|---|---|---|
| changed files of every kind | `make fuzz` | 7,200 files in ten minutes: read, or refused in a sentence |
| a DICOM slice of 553 bytes for which GDCM takes 2,030 MB | | refused; the reading process held 138 MB |
| `kill -9` at any moment, then the same command or `--resume` | `python Testing/Benchmarks/kills.py` | check, train, synthesize: 6 of 6 ended as undisturbed ones, to the last bit |
| a disk that is full at some write | `python Testing/Benchmarks/disk_full.py` | export: 3 of 3 one sentence, and whole with room again |
| many small files, Ctrl-C among them | `python Testing/Benchmarks/many_files.py` | 5,000 files: 24.8 s of the processor, on both cores together |
"""  # noqa: E501
"""Kept by hand."""

CASES = [
    masks_beside_scans, same_scan_twice, results_below_the_data, padding, missing_intercept, phases, mixed_modalities,
    voxel_size, few_slices, series_in_two_folders, uid_for_every_slice, no_uid, slice_missing, localizer_in_the_series,
    copied_slices, dotted_names, other_formats, broken_links, recycle_bin, not_utf_8, bomb, zeros_lost,
]  # fmt: skip


def told(folder: Path, cache: Cache) -> tuple[str, list[str]]:
    """What `crfgan check` says of a folder: its last line, and its sentences."""
    sought, settings = look_for_volumes([folder]), Preprocessing()
    found, remarks = vetted(list(check_volumes(sought.sources, settings, cache)), settings.modality)
    reasons = [each.reason for each in found if each.reason]
    sentences = [note.sentence for note in sought.notes] + [text for _, text in told_once(reasons)] + remarks
    try:
        table = find_labels([folder])
    except InputError as error:
        sentences.append(str(error))
    else:
        usable = [each.member.source for each in found if not each.reason]
        sentences += [table.problem(usable)] if table and table.problem(usable) else []
    return Summary(found, sought.notes).line(), sentences


def main() -> None:
    """Try all cases and write the page."""
    rows = []
    with TemporaryDirectory() as folder:
        for case in CASES:
            place = Path(folder, case.__name__)
            place.mkdir()
            case(place)
            line, sentences = told(place, Cache(Path(folder, "cache")))
            text = "<br>".join(sentences).replace("|", "\\|") or "-"
            rows.append(f"| {case.__doc__} | {line} | {text} |\n")
    (ROOT / "docs" / "robustness.md").write_text(HEADER + "".join(rows) + FOOTER, encoding="utf-8")


if __name__ == "__main__":
    main()
