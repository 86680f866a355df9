"""Sample data for the first try: phantoms, made on this computer without a network."""

import tempfile
from functools import partial
from pathlib import Path

import slicer
from slicer.i18n import tr as _

from . import views
from .nodes import ATTRIBUTE, putIntoFolder

COUNT, SIDE = 12, 64
SCHEME = "crfgan-phantom:"
"""Addresses of phantoms are `crfgan-phantom:KIND/NUMBER`: nothing is downloaded from there."""
ICONS = Path(__file__).parent.parent / "Resources" / "Icons"


def register():
    """Show the phantoms in Slicer's Sample Data module, and let its Python interface find them."""
    import SampleData

    logic = SampleData.SampleDataLogic
    logic.registerUrlRewriteRule("CRFGANSynth", addressOfFile)
    for kind, title in (("head", _("Head phantoms (MRI)")), ("chest", _("Chest phantoms (CT)"))):
        logic.registerCustomSampleDataSource(
            category="CRFGANSynth",
            sampleName=title,
            uris=[f"{SCHEME}{kind}/{number}" for number in range(COUNT)],
            fileNames=[f"CRFGANSynth_{kind}_{number}_{SIDE}.nrrd" for number in range(COUNT)],
            nodeNames=[nameOf(kind, number) for number in range(COUNT)],
            thumbnailFileName=str(ICONS / f"{kind}_phantoms.png"),
            # A click's way: with folder, description and a view. From Python Slicer takes the files alone.
            customDownloader=partial(_onClick, kind),
        )


def _onClick(kind, source):
    return load(kind)


def nameOf(kind, number):
    """What the node of a phantom is called."""
    return f"{kind.capitalize()} phantom {number + 1}"


def makePhantom(kind, number, side):
    """One phantom, `head` or `chest`, as the core makes it."""
    from crfgan.phantoms import make_chest, make_head

    return {"head": make_head, "chest": make_chest}[kind](number, (side, side, side)).image


def addressOfFile(address):
    """The address of a file with the phantom that an address stands for, made now; other addresses as they are."""
    if not address.startswith(SCHEME):
        return address
    kind, number = address.removeprefix(SCHEME).split("/")
    path = Path(tempfile.gettempdir()) / "CRFGANSynth" / f"{kind}_{number}.nrrd"
    path.parent.mkdir(exist_ok=True)
    _write(makePhantom(kind, int(number), SIDE), path)
    return path.as_uri()


def _write(volume, path):
    """Write a volume by Slicer's own means: what the core writes with may not be installed yet."""
    node = slicer.vtkMRMLScalarVolumeNode()
    slicer.util.updateVolumeFromArray(node, volume.array)
    node.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(volume.ijk_to_ras))
    storage = slicer.vtkMRMLVolumeArchetypeStorageNode()
    storage.SetFileName(str(path))
    storage.WriteData(node)


def load(kind, count=COUNT, side=SIDE):
    """Make phantoms, `head` or `chest`, as volume nodes in a folder of the scene; returns the nodes."""
    from crfgan.volumes.provenance import WARNING

    nodes = []
    for number in range(count):
        slicer.util.showStatusMessage(_("Making phantom {number} of {count}").format(number=number + 1, count=count))
        slicer.app.processEvents()
        image = makePhantom(kind, number, side)
        node = slicer.util.addVolumeFromArray(image.array, image.ijk_to_ras, name=nameOf(kind, number))
        node.SetAttribute(ATTRIBUTE + "Phantom", kind)
        node.SetDescription(f"{WARNING}. Procedural phantom")
        node.GetDisplayNode().SetAndObserveColorNodeID("vtkMRMLColorTableNodeGrey")
        putIntoFolder(node, _("Head phantoms") if kind == "head" else _("Chest phantoms"))
        nodes.append(node)
    views.showInSlices(nodes[0])
    slicer.util.showStatusMessage("")
    return nodes
