"""Stands in for Slicer's SampleData module: data sets are registered, downloaded and loaded with its rules.

`slicer.modules.sampleDataSources` has the sources by category; a user's click on one is
`source.customDownloader(source)` where there is a custom downloader. `SampleDataLogic().downloadSample(name)` of a
script knows nothing of custom downloaders: it downloads the addresses.
"""

import hashlib
import logging
import os
import urllib.parse
import urllib.request
import uuid
from pathlib import Path

import slicer
import vtk

slicer.modules.sampleDataSources = {}
SCENES, ARCHIVES = (".mrml", ".mrb"), (".zip",)


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
        loadFileTypes=None,
        loadFileProperties=None,
        loadFileType=None,
    ):
        self.sampleName = sampleName
        self.sampleDescription = sampleName if sampleDescription is None else sampleDescription
        self.customDownloader = customDownloader
        self.thumbnailFileName = thumbnailFileName
        self.loadFileProperties = {} if loadFileProperties is None else loadFileProperties
        types = _only_one(loadFileType, loadFileTypes)
        if isinstance(uris, str):
            uris, fileNames, nodeNames = [uris], [fileNames], [nodeNames]
            loadFiles, types, checksums = [loadFiles], [types], [checksums]
        absent = [None] * len(uris)  # TypeError where there is no uri, as in Slicer
        self.uris, self.fileNames = uris, fileNames
        self.nodeNames = absent if nodeNames is None else nodeNames
        self.loadFiles = absent if loadFiles is None else loadFiles
        self.checksums = absent if checksums is None else checksums
        self.loadFileTypes = [types] * len(uris) if isinstance(types, str | None) else types
        self._refuse_lists_that_differ()

    def _refuse_lists_that_differ(self):
        names = ("uris", "fileNames", "nodeNames", "loadFiles", "loadFileTypes", "checksums")
        lengths = {name: len(getattr(self, name)) for name in names}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"All fields of sample data source must have the same length: {lengths}")

    def _parts(self):
        """One tuple a file: address, file name, node name, checksum, whether to load, type."""
        lists = self.uris, self.fileNames, self.nodeNames, self.checksums, self.loadFiles, self.loadFileTypes
        return zip(*lists, strict=True)

    def __eq__(self, other):
        return vars(self) == vars(other)


def _only_one(loadFileType, loadFileTypes):
    """The old name of the parameter, or the new."""
    if loadFileType is not None and loadFileTypes is not None:
        raise ValueError("loadFileType and loadFileTypes cannot be specified at the same time")
    return loadFileType if loadFileTypes is None else loadFileTypes


class SampleDataLogic:
    """Registers data sets, downloads them into the cache folder of the scene, loads them."""

    @staticmethod
    def registerCustomSampleDataSource(
        category="Custom",
        sampleName=None,
        uris=None,
        fileNames=None,
        nodeNames=None,
        customDownloader=None,
        thumbnailFileName=None,
        loadFileTypes=None,
        loadFiles=None,
        loadFileProperties={},  # noqa: B006 (Slicer's own default)
        checksums=None,
        loadFileType=None,
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
            loadFileTypes=_only_one(loadFileType, loadFileTypes),
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

    @staticmethod
    def registerUrlRewriteRule(name, rewriteFunction):
        if not callable(rewriteFunction):
            raise TypeError(f"Expected 'rewriteFunction' to be callable, got {type(rewriteFunction)}")
        vars(slicer.modules).setdefault("sampleDataUrlRewriteRules", {})[name] = rewriteFunction

    @staticmethod
    def rewriteUrl(url):
        """Each rule gets what the one before has made of the address."""
        for rule in getattr(slicer.modules, "sampleDataUrlRewriteRules", {}).values():
            url = rule(url)
        return url

    def sourceForSampleName(self, sampleName):
        every = (source for sources in slicer.modules.sampleDataSources.values() for source in sources)
        return next((source for source in every if source.sampleName == sampleName), None)

    def categoryForSource(self, a_source):
        every = slicer.modules.sampleDataSources.items()
        return next((category for category, sources in every if a_source in sources), None)

    def downloadSample(self, sampleName):
        return self.downloadSamples(sampleName)[0]

    def downloadSamples(self, sampleName):
        source = self.sourceForSampleName(sampleName)
        return self.downloadFromSource(source) if source else []

    def downloadFromSource(self, source, maximumAttemptsCount=3, forceDownload=False):
        """Loaded nodes, and paths of what isn't loaded; paths alone where nothing is to be loaded."""
        results, paths = [], []
        names_are_left_out = all(each is None for each in source.nodeNames)
        for uri, file_name, node_name, checksum, load, kind in source._parts():
            base, suffix = os.path.splitext(os.path.basename(file_name or urllib.parse.urlparse(uri).path))
            if node_name is None and load is not False and names_are_left_out:
                node_name = base
            file_name = file_name or f"{node_name or base}-{uuid.uuid4().hex}{suffix}"
            for _attempt in range(maximumAttemptsCount):
                try:
                    path = self.downloadFileIntoCache(uri, file_name, checksum, forceDownload)
                except ValueError:
                    continue
                done, result = self._use(path, node_name, load, kind, source.loadFileProperties.copy())
                if done:
                    (paths if result is None else results).append(path if result is None else result)
                    break
                Path(path).unlink(missing_ok=True)  # it may have been a part only
        return results or paths

    def _use(self, path, node_name, load, kind, properties) -> tuple:
        """Whether it went well, and what it gives: a node, a path, or None where nothing is to be loaded."""
        suffix = os.path.splitext(path.lower())[1]
        if kind is None and node_name is None:
            kind = "SceneFile" if suffix in SCENES else "ZipFile" if suffix in ARCHIVES else None
        if kind == "ZipFile":
            return (True, path) if load is False else self._extract(path)
        if kind == "SceneFile":
            return (self.loadScene(path, properties), path) if load else (True, path)
        if not node_name:
            return True, None
        if load is False:
            return True, path
        node = self.loadNode(path, node_name, kind, properties)
        return node is not None, node

    @staticmethod
    def _extract(path) -> tuple:
        folder = os.path.splitext(path)[0]
        os.makedirs(folder, exist_ok=True)
        return slicer.util.extractArchive(path, folder), folder

    def downloadFileIntoCache(self, uri, name, checksum=None, forceDownload=False):
        folder = slicer.mrmlScene.GetCacheManager().GetRemoteCacheDirectory()
        return self.downloadFile(uri, folder, name, checksum, forceDownload)

    def downloadFile(self, uri, destFolderPath, name, checksum=None, forceDownload=False):
        """A file that is there already is taken, unless it has another checksum; one that comes with another goes."""
        uri, path = self.rewriteUrl(uri), f"{destFolderPath}/{name}"
        is_there = os.path.exists(path) and os.path.getsize(path) > 0
        if not is_there or forceDownload or (checksum is not None and not _has_checksum(path, checksum)):
            try:
                urllib.request.urlretrieve(uri, path)
            except OSError as error:
                self.logMessage(f"Download failed: {error}", logging.ERROR)
                raise ValueError(f"Failed to download {uri} to {path}") from error
            if checksum is not None and not _has_checksum(path, checksum):
                self.logMessage("Checksum verification failed.")
                os.remove(path)
        return path

    def loadScene(self, uri, fileProperties={}):  # noqa: B006 (Slicer's own default)
        return self.loadNode(uri, None, "SceneFile", fileProperties) is not None

    def loadNode(self, uri, name, fileType=None, fileProperties={}):  # noqa: B006 (Slicer's own default)
        """The first loaded node without its storage node; the scene where the reader names none; None if it failed."""
        manager, loaded = slicer.app.coreIOManager(), vtk.vtkCollection()
        properties = {**fileProperties, "fileName": uri} | ({"name": name} if name else {})
        success = manager.loadNodes(fileType or manager.fileType(uri), properties, loaded)
        nodes = [loaded.GetItemAsObject(index) for index in range(loaded.GetNumberOfItems())]
        if not success and not nodes:
            self.logMessage("Load failed!", logging.ERROR)
            return None
        for node in nodes:
            if node.IsA("vtkMRMLStorableNode") and node.GetStorageNode():
                slicer.mrmlScene.RemoveNode(node.GetStorageNode())
                node.SetAndObserveStorageNodeID(None)
        return nodes[0] if nodes else slicer.mrmlScene

    def logMessage(self, message, logLevel=logging.DEBUG):
        logging.log(logLevel, message)


def _has_checksum(path, checksum: str) -> bool:
    algorithm, _, digest = checksum.partition(":")
    return hashlib.new(algorithm.lower(), Path(path).read_bytes()).hexdigest() == digest.lower()
