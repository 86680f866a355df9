"""`crfgan evaluate` from files to a report, on phantoms."""

import json
import os
import re
import shutil

import numpy as np
import pytest
from chromium import PROGRAM, picture_of, text_of
from crfgan.commands.main import main
from crfgan.evaluation.verdicts import METRICS
from crfgan.volumes.discovery import find_volumes
from crfgan.volumes.reading import read_volume
from crfgan.volumes.volume import Volume
from crfgan.volumes.writing import write_volume
from head_files import write_heads
from PIL import Image

NAMES = [name for name in METRICS if "medicalnet" not in name]
SHAPE = ("--shape", "32")


@pytest.fixture(scope="module", autouse=True)
def quick_judge():
    """The judge of coherence learns for a moment only; what it can learn is tested in metrics/test_coherence.py."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crfgan.metrics.classifiers.coherence.STEPS", 20)
        yield


@pytest.fixture(scope="module")
def training(tmp_path_factory):
    return write_heads(tmp_path_factory.mktemp("training"), range(8))


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    return write_heads(tmp_path_factory.mktemp("real"), range(100, 122))


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory, training):
    """Five other heads, and a copy of one that was trained on, moved by two voxels."""
    folder = write_heads(tmp_path_factory.mktemp("synthetic"), range(200, 205))
    source = read_volume(find_volumes([training / "head_3.nrrd"])[0])
    moved = np.roll(source.array, (2, 0, -2), (0, 1, 2))
    write_volume(Volume(moved, source.ijk_to_ras, "copy"), folder / "copy.nrrd", {})
    return folder


@pytest.fixture(scope="module")
def report_folder(synthetic, real, training, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    options = ["--real", str(real), "--training", str(training), "--out", str(folder), *SHAPE]
    assert main(["evaluate", str(synthetic), *options]) == 0
    return folder


@pytest.fixture(scope="module")
def report(report_folder):
    return json.loads((report_folder / "report.json").read_text())


def test_every_metric_has_value_floor_and_interval(report):
    for name in NAMES:
        assert set(report[name]) >= {"value", "floor", "interval", "note"}, name
        low, high = report[name]["interval"]
        assert low <= high and np.isfinite([report[name]["value"], report[name]["floor"], low, high]).all()
    assert 0 <= report["coherence"]["accuracy"] <= 1
    assert set(report["seam_index"]) >= {"height", "width"}


def test_the_report_says_how_it_was_made(report, synthetic):
    assert report["title"] == synthetic.name
    assert [report[name]["count"] for name in ("synthetic", "real", "training")] == [6, 22, 8]
    assert report["grid"]["shape"] == [32, 32, 32]
    assert report["features"] == ["random3d-v1", "statistics-v1"]
    assert (report["skipped"], report["partial"]) == ([], "")
    exact = "Between sets of 6 volumes, by 504 features, which is exact though these are more."
    assert report["frechet_random3d"]["note"] == exact


def test_the_copy_is_found_and_nothing_else(report):
    audit = report["memorisation"]
    assert set(audit) >= {"flagged", "nominal_rate", "pairs", "sentence"}
    assert [pair["synthetic"] for pair in audit["pairs"] if pair["flagged"]] == ["copy.nrrd"]
    copy = next(pair for pair in audit["pairs"] if pair["flagged"])
    assert copy["training"] == "head_3.nrrd"
    assert (audit["flagged"], audit["nominal_rate"], audit["held_out"]) == (1, 0.05, 22)
    assert "1 looks like a copy" in audit["sentence"]


def test_the_page_needs_nothing_from_elsewhere(report_folder):
    page = (report_folder / "report.html").read_text()
    assert re.findall(r"(?:src|href)=\"(?!data:image/png;base64,)", page) == []
    assert "<script" not in page and "@import" not in page and "url(" not in page


@pytest.mark.skipif(PROGRAM is None, reason="needs Chromium (apt-get install chromium)")
def test_a_browser_shows_the_page(report_folder, report, tmp_path):
    text = text_of(report_folder / "report.html")
    assert report["memorisation"]["sentence"] in text
    assert text.count("<polyline") == 6, "three charts of two curves"
    assert "Intensity histogram (intensity units)" in text
    for width in (1100, 420):
        picture = Image.open(picture_of(report_folder / "report.html", tmp_path / "page.png", width, 1400)).convert("L")
        assert picture.size == (width, 1400)
        assert np.asarray(picture).std() > 20, "there is something to see"


def test_names_of_files_are_escaped_in_the_page(synthetic, real, tmp_path):
    odd = tmp_path / "odd"
    shutil.copytree(synthetic, odd)
    (odd / "copy.nrrd").rename(odd / "a<b>&c.nrrd")
    assert (
        main(["evaluate", str(odd), "--real", str(real), "--training", str(odd), "--out", str(tmp_path), *SHAPE]) == 0
    )
    page = (tmp_path / "report.html").read_text()
    assert "a&lt;b&gt;&amp;c.nrrd" in page and "a<b>" not in page


def test_one_seed_gives_one_report(synthetic, real, training, report, tmp_path):
    options = ["--real", str(real), "--training", str(training), "--out", str(tmp_path), *SHAPE]
    assert main(["evaluate", str(synthetic), *options]) == 0
    again = json.loads((tmp_path / "report.json").read_text())
    assert {name: again[name] for name in NAMES} == {name: report[name] for name in NAMES}


def test_a_run_is_sampled_and_its_own_training_volumes_are_known(trained_run, real, tmp_path, capsys):
    options = ["--real", str(real), "--count", "5", "--out", str(tmp_path / "report"), *SHAPE]
    assert main(["evaluate", str(trained_run), *options, "--events"]) == 0
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert (report["synthetic"]["count"], report["training"]["count"]) == (5, 5)
    assert len(list((tmp_path / "report" / "synthetic").glob("*.nrrd"))) == 5
    assert len(report["memorisation"]["pairs"]) == 5
    kinds = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert kinds[0] == "started" and kinds[-1] == "finished"
    assert kinds.count("measured") == len(NAMES)


def test_without_training_volumes_the_audit_says_that_it_can_t_be(synthetic, real, tmp_path):
    assert main(["evaluate", str(synthetic), "--real", str(real), "--out", str(tmp_path), *SHAPE]) == 0
    audit = json.loads((tmp_path / "report.json").read_text())["memorisation"]
    assert (audit["flagged"], audit["pairs"]) == (None, [])
    assert audit["sentence"] == "The training volumes aren't known, so copies of them can't be looked for."


def test_real_volumes_that_were_trained_on_aren_t_held_out(synthetic, training, tmp_path):
    options = ["--real", str(training), "--training", str(training), "--out", str(tmp_path), *SHAPE]
    assert main(["evaluate", str(synthetic), *options]) == 0
    audit = json.loads((tmp_path / "report.json").read_text())["memorisation"]
    assert (audit["held_out"], audit["threshold"]) == (0, None)
    assert "can't be told without held-out real volumes" in audit["sentence"]


def test_small_sets_get_what_can_be_measured_and_the_reason_for_the_rest(synthetic, training, tmp_path):
    assert main(["evaluate", str(synthetic), "--real", str(training), "--out", str(tmp_path), *SHAPE]) == 0
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["coherence"]["value"] is None and "12" in report["coherence"]["note"]
    assert report["frechet_random3d"]["value"] is not None
    assert "With 1 neighbours" in report["precision"]["note"]


def test_an_unreadable_volume_is_left_out_by_name(synthetic, real, tmp_path):
    folder = tmp_path / "with_broken"
    shutil.copytree(synthetic, folder)
    (folder / "broken.nrrd").write_bytes(b"NRRD0004\nno")
    assert main(["evaluate", str(folder), "--real", str(real), "--out", str(tmp_path / "report"), *SHAPE]) == 0
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert [each["name"] for each in report["skipped"]] == ["broken.nrrd"]
    assert "broken.nrrd" in (tmp_path / "report" / "report.html").read_text()


def sentence(capsys):
    return capsys.readouterr().err.splitlines()[-1]


def test_an_empty_folder_is_told(real, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert main(["evaluate", str(tmp_path / "empty"), "--real", str(real), "--out", str(tmp_path / "report")]) == 1
    assert sentence(capsys).startswith("empty must hold synthetic volumes, but none was found.")
    assert not (tmp_path / "report").exists()


def test_one_volume_is_too_few(synthetic, real, tmp_path, capsys):
    one = synthetic / "copy.nrrd"
    assert main(["evaluate", str(one), "--real", str(real), "--out", str(tmp_path / "report")]) == 1
    assert "An evaluation needs at least 4 real and 2 synthetic volumes, got 22 and 1." in sentence(capsys)


def test_volumes_of_nothing_but_nan_are_told(real, tmp_path, capsys):
    import SimpleITK as sitk

    for name in ("a", "b", "c"):
        sitk.WriteImage(
            sitk.GetImageFromArray(np.full((20, 20, 20), np.nan, np.float32)), str(tmp_path / f"{name}.mha")
        )
    options = ["--real", str(real), "--out", str(tmp_path / "report")]
    assert main(["evaluate", *(str(tmp_path / f"{name}.mha") for name in "abc"), *options]) == 1
    assert sentence(capsys).startswith("The synthetic volumes must be at least one, but none of 3 can be used.")


def test_a_model_that_fails_half_way_leaves_a_partial_report(trained_run, real, tmp_path, monkeypatch):
    import crfgan.evaluation.sampling as sampling

    def failing(*arguments):
        for index, made in enumerate(synthesize(*arguments)):
            if index == 3:
                raise RuntimeError("Memory ran out")
            yield made

    synthesize = sampling.synthesize
    monkeypatch.setattr(sampling, "synthesize", failing)
    options = ["--real", str(real), "--count", "9", "--out", str(tmp_path), *SHAPE]
    assert main(["evaluate", str(trained_run), *options]) == 0
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["synthetic"]["count"] == 3
    assert report["partial"] == "The model made 3 of 9 volumes, then: Memory ran out."
    assert report["partial"] in (tmp_path / "report.html").read_text()


def test_stopped_half_way_it_says_what_is_missing(synthetic, real, training, tmp_path, monkeypatch):
    import crfgan.evaluation.evaluate as module

    def stopped_after_one(*arguments):
        for measured in measure(*arguments):
            stop.touch()
            yield measured

    stop, measure = tmp_path / "stop", module.measure
    monkeypatch.setattr(module, "measure", stopped_after_one)
    options = ["--real", str(real), "--training", str(training), "--out", str(tmp_path / "report"), *SHAPE]
    assert main(["evaluate", str(synthetic), *options, "--stop-file", str(stop)]) == 130
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert report["partial"] == "It was stopped before everything was measured."
    assert "classifier" in report and "coherence" not in report


def test_stopped_before_all_is_prepared_it_says_what_is_kept(synthetic, real, tmp_path, capsys):
    import crfgan.data.prepare as module

    class Stopping(module.Preparation):
        def survey(self, volumes):
            (tmp_path / "stop").touch()
            return super().survey(volumes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crfgan.evaluation.common_grid.Preparation", Stopping)
        options = ["--real", str(real), "--out", str(tmp_path / "report"), "--stop-file", str(tmp_path / "stop")]
        assert main(["evaluate", str(synthetic), *options, *SHAPE]) == 130
    assert sentence(capsys) == (
        "Stopped after 1 of 6 volumes were looked at; what was done is kept. The same command goes on from there."
    )


def test_exact_copies_are_never_cleared_by_volumes_that_were_trained_on(training, tmp_path):
    """The real volumes are the training volumes under other names, and so are the synthetic ones."""
    for folder, suffix in (("renamed", ".mha"), ("copies", ".nii.gz")):
        for number in range(6):
            volume = read_volume(find_volumes([training / f"head_{number}.nrrd"])[0])
            write_volume(volume, tmp_path / folder / f"{folder}_{number}{suffix}", {})
    options = ["--real", str(tmp_path / "renamed"), "--training", str(training), "--out", str(tmp_path), *SHAPE]
    assert main(["evaluate", str(tmp_path / "copies"), *options]) == 0
    audit = json.loads((tmp_path / "report.json").read_text())["memorisation"]
    assert (audit["held_out"], audit["flagged"]) == (0, 0)
    assert "can't be told without held-out real volumes" in audit["sentence"]
    assert "6 of 6 real volumes are training volumes, so that copies can't be told by them." in audit["sentence"]
    assert audit["sentence"].endswith("6 of 6 synthetic volumes hold a training volume's very voxels.")


def test_other_patients_under_the_names_of_a_run_s_volumes_count_as_held_out(trained_run, head_folder, tmp_path):
    """Names tell nothing: not of a run's prepared volumes, and not beside others of the same name."""
    write_heads(tmp_path / "other_site", range(50, 55))
    for number in range(5):
        (tmp_path / "other_site" / f"head_{50 + number}.nrrd").rename(tmp_path / "other_site" / f"head_{number}.nrrd")
    copies = [str(head_folder / f"head_{number}.nrrd") for number in range(5)]
    real = ["--real", str(tmp_path / "other_site"), str(head_folder / "head_2.nrrd")]
    options = [*real, "--training", str(trained_run), "--out", str(tmp_path / "report"), *SHAPE, "--fit", "isotropic"]
    assert main(["evaluate", *copies, *options]) == 0
    audit = json.loads((tmp_path / "report" / "report.json").read_text())["memorisation"]
    assert (audit["held_out"], audit["flagged"]) == (5, 5)
    assert "1 of 6 real volumes is a training volume, so that it isn't counted as held out" in audit["sentence"]


def test_files_of_the_user_are_neither_removed_nor_written_over(trained_run, real, tmp_path, capsys):
    arguments = ["evaluate", str(trained_run), "--real", str(real), "--count", "2", "--out", str(tmp_path), *SHAPE]
    folder = tmp_path / "synthetic"
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    (folder / "head.nrrd").write_text("mine, and no volume of this model")
    assert main(arguments) == 0
    assert json.loads((tmp_path / "report.json").read_text())["synthetic"]["count"] == 2
    first = folder / "synthetic_seed0_000.nrrd"
    assert main([*arguments, "--seed", "1"]) == 0, "what was made before may be replaced, and is removed"
    assert sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")) == [
        "head.nrrd",
        "synthetic_seed1_000.json",
        "synthetic_seed1_000.nrrd",
        "synthetic_seed1_001.json",
        "synthetic_seed1_001.nrrd",
        "thesis.txt",
    ]
    (folder / "synthetic_seed1_000.nrrd").write_text("edited by hand")
    assert main(arguments) == 0
    assert first.is_file()
    assert (folder / "synthetic_seed1_000.nrrd").read_text() == "edited by hand"
    first.write_text("mine")
    assert main(arguments) == 1
    told = "synthetic/synthetic_seed0_000.nrrd is there already, and isn't what this command would make."
    assert sentence(capsys).startswith(told)
    assert first.read_text() == "mine"
    assert (folder / "thesis.txt").read_text() == "mine"


def test_a_link_out_of_the_report_is_not_followed(trained_run, real, tmp_path, capsys):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "synthetic").symlink_to(tmp_path / "mine")
    arguments = ["--real", str(real), "--count", "2", "--out", str(tmp_path / "report"), *SHAPE]
    assert main(["evaluate", str(trained_run), *arguments]) == 1
    assert sentence(capsys).startswith("synthetic must be a folder for volumes, but it is a link.")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_several_models_are_not_taken_for_volumes(trained_run, synthetic, real, tmp_path, capsys):
    for more in (trained_run, synthetic, trained_run / "model.safetensors"):
        options = ["--real", str(real), "--out", str(tmp_path / "report")]
        assert main(["evaluate", str(more), str(trained_run), *options]) == 1
        assert "SYNTHETIC must be one model, or volumes, got " in sentence(capsys)
    assert not (tmp_path / "report").exists()


def test_a_report_that_cannot_be_written_is_told_before_the_work(synthetic, real, tmp_path, capsys):
    (tmp_path / "file").touch()
    assert main(["evaluate", str(synthetic), "--real", str(real), "--out", str(tmp_path / "file"), *SHAPE]) == 1
    shown = capsys.readouterr().err
    assert "file can't be written" in shown and "preparing" not in shown
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "report.html").write_text("mine")
    assert main(["evaluate", str(synthetic), "--real", str(real), "--out", str(tmp_path / "report"), *SHAPE]) == 1
    shown = capsys.readouterr().err
    assert "report/report.html is there already" in shown and "preparing" not in shown
    assert (tmp_path / "report" / "report.html").read_text() == "mine"


def test_a_name_that_is_not_utf_8_does_not_spoil_the_report(synthetic, real, tmp_path):
    folder = tmp_path / "odd"
    shutil.copytree(synthetic, folder)
    try:
        (folder / "copy.nrrd").rename(folder / os.fsdecode(b"h\xe9ad.nrrd"))
    except OSError:
        pytest.skip("no such name can be had here")
    assert main(["evaluate", str(folder), "--real", str(real), "--out", str(tmp_path / "report"), *SHAPE]) == 0
    assert (tmp_path / "report" / "report.html").read_text(encoding="utf-8")


def test_a_stop_is_answered_within_a_metric(synthetic, real, training, tmp_path, monkeypatch):
    stop, steps = tmp_path / "stop", []
    from crfgan.metrics.classifiers.coherence import CoherenceClassifier

    def fit(real, held_out, seed, progress):
        stop.touch()
        for step in range(10):
            steps.append(step)
            progress(step, 10)

    monkeypatch.setattr(CoherenceClassifier, "fit", fit)
    options = ["--real", str(real), "--training", str(training), "--out", str(tmp_path / "report"), *SHAPE]
    assert main(["evaluate", str(synthetic), *options, "--stop-file", str(stop)]) == 130
    assert steps == [0]
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert report["partial"] == "It was stopped before everything was measured."
    assert report["memorisation"]["sentence"] == "It was stopped before copies were looked for."
