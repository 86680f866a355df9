"""The stand-ins themselves: sample data is registered with Slicer's checks, and a test can press it."""

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
