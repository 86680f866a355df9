"""Stands in for Slicer's SampleData module: data sets are registered with its checks; nothing is downloaded.

`slicer.modules.sampleDataSources` has the sources by category; a user's click on one is
`source.customDownloader(source)` where there is a custom downloader.
"""

import slicer

slicer.modules.sampleDataSources = {}


class SampleDataSource:
    """One data set: lists of equal length of what is downloaded and loaded, and how it is shown."""

    def __init__(
        self,
        sampleName=None,
        sampleDescription=None,
        uris=None,
        fileNames=None,
        nodeNames=None,
        checksums=None,
        loadFiles=None,
        customDownloader=None,
        thumbnailFileName=None,
        loadFileType=None,
        loadFileProperties=None,
    ):
        self.sampleName = sampleName
        self.sampleDescription = sampleName if sampleDescription is None else sampleDescription
        self.customDownloader = customDownloader
        self.thumbnailFileName = thumbnailFileName
        self.loadFileProperties = loadFileProperties or {}
        if isinstance(uris, str):
            uris, fileNames, nodeNames = [uris], [fileNames], [nodeNames]
            loadFiles, loadFileType, checksums = [loadFiles], [loadFileType], [checksums]
        absent = [None] * len(uris)  # TypeError where there is no uri, as in Slicer
        self.uris, self.fileNames = uris, fileNames
        self.nodeNames = absent if nodeNames is None else nodeNames
        self.loadFiles = absent if loadFiles is None else loadFiles
        self.checksums = absent if checksums is None else checksums
        types = [loadFileType] * len(uris) if isinstance(loadFileType, str | None) else loadFileType
        named = zip(fileNames, self.nodeNames, types, strict=False)
        self.loadFileType = [_type_of(*each) for each in named]
        self._refuse_lists_that_differ()

    def _refuse_lists_that_differ(self):
        names = ("uris", "fileNames", "nodeNames", "loadFiles", "loadFileType", "checksums")
        lengths = {name: len(getattr(self, name)) for name in names}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"All fields of sample data source must have the same length: {lengths}")

    def __eq__(self, other):
        return vars(self) == vars(other)


def _type_of(file_name, node_name, file_type):
    """What Slicer takes the file for where it isn't told."""
    if file_type is not None:
        return file_type
    if node_name is not None:
        return "VolumeFile"
    suffix = "." + file_name.lower().rpartition(".")[2]
    return {".mrml": "SceneFile", ".mrb": "SceneFile", ".zip": "ZipFile"}.get(suffix)


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
        sources = slicer.modules.sampleDataSources.setdefault(category, [])
        source = SampleDataSource(
            sampleName=sampleName,
            uris=uris,
            fileNames=fileNames,
            nodeNames=nodeNames,
            checksums=checksums,
            loadFiles=loadFiles,
            customDownloader=customDownloader,
            thumbnailFileName=thumbnailFileName,
            loadFileType=loadFileType,
            loadFileProperties=loadFileProperties,
        )
        if source not in sources:
            sources.append(source)

    @staticmethod
    def sampleDataSourcesByCategory(category=None):
        every = slicer.modules.sampleDataSources
        return every if category is None else every.get(category, [])

    @staticmethod
    def isSampleDataSourceRegistered(category, sampleDataSource):
        return sampleDataSource in slicer.modules.sampleDataSources.get(category, [])
