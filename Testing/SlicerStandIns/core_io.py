"""Stands in for qSlicerCoreIOManager: slicer.util.loadVolume, saveNode, saveScene ... end here.

Slicer's own logics and storage nodes read and write; only the choice of reader is imitated, by file name.
"""

import os
import time

import slicer

SUFFIXES = {
    "SceneFile": (".mrml", ".mrb"),
    "SegmentationFile": (".seg.nrrd", ".seg.nhdr"),
    "SequenceFile": (".seq.nrrd", ".seq.mrb"),
    "TableFile": (".csv", ".tsv", ".txt"),
    "TransformFile": (".h5", ".tfm"),
    "VolumeFile": (".nrrd", ".nhdr", ".nii", ".nii.gz", ".mha", ".mhd", ".mgz", ".mgh", ".dcm"),
}
LABELMAP, SINGLE_FILE = 1, 8


class CoreIOManager:
    """Reads and writes nodes and scenes as the application would, without its dialogs.

    Tests set `_reading_s`, the time that reading a file takes.
    """

    def __init__(self, parts):
        self._parts, self._reading_s = parts, 0.0
        self._readers = {
            "SceneFile": self._load_scene,
            "VolumeFile": self._load_volume,
            "SegmentationFile": self._load_segmentation,
            "TableFile": self._load_table,
            "SequenceFile": self._load_stored("vtkMRMLSequenceNode"),
            "TransformFile": self._load_stored("vtkMRMLTransformNode"),
        }

    def fileType(self, filename):
        return next((kind for kind, ends in SUFFIXES.items() if str(filename).lower().endswith(ends)), "NoFile")

    def loadNodes(self, filetype, properties, loaded, messages=None):
        reader = self._readers.get(filetype)
        if reader is None:
            raise NotImplementedError(f"No stand-in reads {filetype}: add it to core_io.py")
        path = properties["fileName"]
        if not os.path.exists(path):
            return False
        node = reader(path, properties)
        self._handle_events()
        if node is None or node is False:
            return False
        if node is not True:
            loaded.AddItem(node)
        return True

    def _handle_events(self):
        """Slicer's progress dialog does while a file is read: timers fire within slicer.util.loadVolume."""
        end = time.monotonic() + self._reading_s
        slicer.app.processEvents()
        while time.monotonic() < end:
            time.sleep(0.005)
            slicer.app.processEvents()

    def _load_scene(self, path, properties):
        """A scene replaces the current one, unless `clear` is False, as in Slicer's "Add data"."""
        scene = self._parts.scene
        if properties.get("clear", True) and path.lower().endswith(".mrml"):
            scene.SetURL(path)
            return bool(scene.Connect())
        if path.lower().endswith(".mrml"):
            scene.SetURL(path)
            return bool(scene.Import())
        return bool(scene.ReadFromMRB(path, properties.get("clear", True)))

    def _load_volume(self, path, properties):
        options = LABELMAP * properties.get("labelmap", False) + SINGLE_FILE * properties.get("singleFile", False)
        name = properties.get("name") or _name_of(path)
        node = self._parts.logics["Volumes"].AddArchetypeVolume(path, name, options)
        if node is not None and properties.get("show", True):
            selection = self._parts.application_logic.GetSelectionNode()
            selection.SetReferenceActiveVolumeID(node.GetID())
            self._parts.application_logic.PropagateVolumeSelection()
        return node

    def _load_segmentation(self, path, properties):
        name = properties.get("name") or _name_of(path)
        return self._parts.logics["Segmentations"].LoadSegmentationFromFile(path, True, name)

    def _load_table(self, path, properties):
        return self._parts.logics["Tables"].AddTable(path, properties.get("name") or _name_of(path))

    def _load_stored(self, class_name):
        def load(path, properties):
            node = self._parts.scene.AddNewNodeByClass(class_name, properties.get("name") or _name_of(path))
            node.AddDefaultStorageNode(path)
            if node.GetStorageNode().ReadData(node):
                return node
            self._parts.scene.RemoveNode(node)
            return None

        return load

    def fileWriterFileType(self, node):
        return "NodeFile"

    def saveNodes(self, filetype, properties, messages=None):
        path = str(properties["fileName"])
        if filetype == "SceneFile":
            return self._save_scene(path)
        node = self._parts.scene.GetNodeByID(properties["nodeID"])
        if node.GetStorageNode() is None and not node.AddDefaultStorageNode(path):
            return False
        storage = node.GetStorageNode()
        storage.SetFileName(path)
        storage.SetUseCompression(bool(properties.get("useCompression", storage.GetUseCompression())))
        return bool(storage.WriteData(node))

    def _save_scene(self, path):
        scene = self._parts.scene
        if path.lower().endswith(".mrb"):
            return bool(scene.WriteToMRB(path, None))
        if path.lower().endswith(".mrml"):
            return bool(scene.Commit(path))
        return bool(scene.SaveSceneToSlicerDataBundleDirectory(path, None))

    def exportNodes(self, node_ids, file_names, properties, harden_transform, messages=None):
        for identifier, path in zip(node_ids, file_names, strict=True):
            node = self._parts.scene.GetNodeByID(identifier)
            storage = node.CreateDefaultStorageNode()
            storage.UnRegister(None)
            storage.SetScene(self._parts.scene)
            storage.SetFileName(str(path))
            if not storage.WriteData(node):
                return False
        return True

    def extractKnownExtension(self, filename, node):
        suffixes = sorted((end for ends in SUFFIXES.values() for end in ends), key=len, reverse=True)
        return next((end for end in suffixes if filename.lower().endswith(end)), "")

    def fileWriterExtensions(self, node):
        return tuple(f"{kind} (*{end})" for kind, ends in SUFFIXES.items() for end in ends)


def _name_of(path: str) -> str:
    name = os.path.basename(path)
    known = sorted((end for ends in SUFFIXES.values() for end in ends), key=len, reverse=True)
    return name[: -len(next((end for end in known if name.lower().endswith(end)), "")) or None]
