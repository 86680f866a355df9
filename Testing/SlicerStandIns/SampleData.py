"""Stands in for Slicer's SampleData module: remembers the data sets that modules register, downloads nothing."""

registered = []


class SampleDataLogic:
    """Only the registration."""

    @staticmethod
    def registerCustomSampleDataSource(
        category="Custom",
        sampleName=None,
        uris=None,
        fileNames=None,
        nodeNames=None,
        customDownloader=None,
        thumbnailFileName=None,
        loadFileType="VolumeFile",
        loadFiles=None,
        loadFileProperties=None,
        checksums=None,
    ):
        registered.append(dict(locals()))
