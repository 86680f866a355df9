"""The stand-ins themselves: sample data is registered with Slicer's checks, and a test can press it."""

import hashlib
import shutil
from pathlib import Path

import pytest


@pytest.fixture
def register(slicer_app):
    """Registers sources in a category of the test's own, which goes afterwards."""
    import SampleData
    import slicer

    def register(**fields):
        SampleData.SampleDataLogic.registerCustomSampleDataSource(category="Harness", **fields)
        return slicer.modules.sampleDataSources["Harness"]

    yield register
    slicer.modules.sampleDataSources.pop("Harness", None)
    getattr(slicer.modules, "sampleDataUrlRewriteRules", {}).pop("Harness", None)


def test_a_source_can_be_pressed(register):
    pressed = []
    source = register(
        sampleName="Heads",
        uris=["phantom://1"],
        fileNames=["head.nrrd"],
        nodeNames=["Head"],
        customDownloader=pressed.append,
    )[0]
    source.customDownloader(source)
    assert pressed == [source]
    assert (source.sampleDescription, source.loadFileTypes) == ("Heads", [None])


def test_one_file_needs_no_lists(register):
    source = register(sampleName="Head", uris="http://host/head.nrrd", fileNames="head.nrrd", nodeNames="Head")[0]
    assert (source.uris, source.nodeNames, source.checksums) == (["http://host/head.nrrd"], ["Head"], [None])


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"uris": ["a", "b"], "fileNames": ["a"], "nodeNames": ["A", "B"]}, ValueError),
        ({"uris": ["a", "b"], "fileNames": ["a", "b"], "nodeNames": ["A"]}, ValueError),
        ({"uris": ["a"], "fileNames": ["a"], "nodeNames": ["A"], "checksums": ["SHA256:1", "SHA256:2"]}, ValueError),
        ({"uris": None, "fileNames": None, "nodeNames": None}, TypeError),
    ],
)
def test_lists_must_be_of_equal_length(register, fields, error):
    with pytest.raises(error):
        register(sampleName="Heads", **fields)


def test_the_same_source_is_registered_once(register):
    fields = {"sampleName": "Head", "uris": ["a"], "fileNames": ["a"], "nodeNames": ["A"]}
    register(**fields)
    assert len(register(**fields)) == 1


def test_the_old_and_the_new_name_of_a_parameter_exclude_each_other(register):
    with pytest.raises(ValueError, match="loadFileType and loadFileTypes"):
        register(sampleName="A", uris="a", fileNames="a", loadFileType="VolumeFile", loadFileTypes="VolumeFile")


@pytest.fixture
def logic(slicer_app):
    import SampleData

    return SampleData.SampleDataLogic()


@pytest.fixture
def cache(slicer_app):
    """Slicer's cache folder, without what the test left in it."""
    import slicer

    folder = Path(slicer.mrmlScene.GetCacheManager().GetRemoteCacheDirectory())
    before = set(folder.iterdir())
    yield folder
    for file in set(folder.iterdir()) - before:
        if file.is_dir():
            shutil.rmtree(file)
        else:
            file.unlink()


@pytest.fixture
def volume_file(scene, tmp_path):
    """A volume on the disk."""
    import numpy as np
    import slicer

    path = tmp_path / "server" / "head.nrrd"
    path.parent.mkdir()
    slicer.util.saveNode(slicer.util.addVolumeFromArray(np.zeros((2, 3, 4), np.int16)), str(path))
    scene.Clear(0)
    return path


def test_a_script_downloads_a_sample_and_knows_no_custom_downloader(register, logic, cache, volume_file):
    pressed = []
    register(
        sampleName="Head",
        uris=[volume_file.as_uri()],
        fileNames=["harness-head.nrrd"],
        nodeNames=["Head"],
        customDownloader=pressed.append,
    )
    node = logic.downloadSample("Head")
    assert (node.GetName(), node.GetImageData().GetDimensions(), pressed) == ("Head", (4, 3, 2), [])
    assert node.GetStorageNode() is None
    assert (cache / "harness-head.nrrd").exists()


def test_a_file_in_the_cache_is_not_downloaded_again(register, logic, cache, volume_file):
    register(sampleName="Head", uris="nowhere:head", fileNames="harness-head.nrrd", nodeNames="Head")
    (cache / "harness-head.nrrd").write_bytes(volume_file.read_bytes())
    assert logic.downloadSamples("Head")[0].GetName() == "Head"


def test_a_rule_may_turn_an_address_into_another(register, logic, cache, volume_file):
    logic.registerUrlRewriteRule("Harness", lambda url: url.replace("phantom:head", volume_file.as_uri()))
    register(sampleName="Head", uris="phantom:head", fileNames="harness-head.nrrd", nodeNames="Head")
    assert logic.downloadSample("Head").GetImageData().GetDimensions() == (4, 3, 2)
    with pytest.raises(TypeError, match="to be callable"):
        logic.registerUrlRewriteRule("Harness", "phantom:head")


def test_an_address_that_can_not_be_downloaded_gives_nothing(register, logic, cache, caplog):
    register(sampleName="Heads", uris=["crfgan:phantoms/head"], fileNames=["harness.nrrd"], nodeNames=["head"])
    assert logic.downloadSamples("Heads") == []
    assert caplog.text.count("Download failed") == 3
    with pytest.raises(IndexError):
        logic.downloadSample("Heads")


def test_a_file_that_does_not_load_is_downloaded_again(register, logic, cache, tmp_path, caplog):
    (tmp_path / "bad.nrrd").write_text("no volume")
    register(sampleName="Bad", uris=(tmp_path / "bad.nrrd").as_uri(), fileNames="harness-bad.nrrd", nodeNames="Bad")
    assert logic.downloadSamples("Bad") == []
    assert caplog.text.count("Load failed!") == 3
    assert not (cache / "harness-bad.nrrd").exists()


def test_a_sample_is_found_by_its_name(register, logic):
    source = register(sampleName="Head", uris="a", fileNames="a", nodeNames="A")[0]
    assert logic.sourceForSampleName("Head") is source
    assert logic.categoryForSource(source) == "Harness"
    assert logic.sourceForSampleName("Nobody") is None
    assert logic.downloadSamples("Nobody") == []


def test_what_is_not_to_be_loaded_is_a_path(register, logic, cache, volume_file):
    name = "harness-head.nrrd"
    register(sampleName="Head", uris=volume_file.as_uri(), fileNames=name, nodeNames="Head", loadFiles=False)
    assert logic.downloadSamples("Head") == [f"{cache}/{name}"]


def test_a_file_with_another_checksum_is_not_kept(register, logic, cache, volume_file):
    given = {"uris": volume_file.as_uri(), "fileNames": "harness-head.nrrd", "nodeNames": "Head"}
    register(sampleName="Wrong", checksums="SHA256:00", **given)
    assert logic.downloadSamples("Wrong") == []
    assert not (cache / "harness-head.nrrd").exists()
    digest = hashlib.sha256(volume_file.read_bytes()).hexdigest()
    register(sampleName="Right", checksums=f"SHA256:{digest}", **given)
    assert logic.downloadSample("Right").GetName() == "Head"


def test_an_archive_is_extracted(register, logic, cache, volume_file, tmp_path):
    archive = Path(shutil.make_archive(str(tmp_path / "heads"), "zip", volume_file.parent))
    register(sampleName="Heads", uris=archive.as_uri(), fileNames="harness-heads.zip", loadFileTypes="ZipFile")
    (folder,) = logic.downloadSamples("Heads")
    assert Path(folder) == cache / "harness-heads"
    assert [each.name for each in Path(folder).rglob("*.nrrd")] == ["head.nrrd"]
