"""Sample data for the first try: phantoms, made on this computer without a network."""

from pathlib import Path

import slicer
from slicer.i18n import tr as _

from .nodes import ATTRIBUTE, putIntoFolder

COUNT, SIDE = 12, 64
ICONS = Path(__file__).parent.parent / "Resources" / "Icons"


def register():
    """Show the phantoms in Slicer's Sample Data module."""
    import SampleData

    for kind, title in (("head", _("Head phantoms (MRI)")), ("chest", _("Chest phantoms (CT)"))):
        SampleData.SampleDataLogic.registerCustomSampleDataSource(
            category="CRFGANSynth",
            sampleName=title,
            # Nothing is downloaded: the address only says what is made.
            uris=[f"crfgan:phantoms/{kind}"],
            fileNames=[f"{kind}.nrrd"],
            nodeNames=[kind],
            thumbnailFileName=str(ICONS / f"{kind}_phantoms.png"),
            customDownloader=lambda source, kind=kind: load(kind),
        )


def load(kind, count=COUNT, side=SIDE):
    """Make phantoms, `head` or `chest`, as volume nodes in a folder of the scene; returns the nodes."""
    from crfgan.phantoms import make_chest, make_head

    make = {"head": make_head, "chest": make_chest}[kind]
    nodes = []
    for seed in range(count):
        slicer.util.showStatusMessage(_("Making phantom {number} of {count}").format(number=seed + 1, count=count))
        slicer.app.processEvents()
        image = make(seed, (side, side, side)).image
        node = slicer.util.addVolumeFromArray(image.array, image.ijk_to_ras, name=f"{kind.capitalize()} {seed + 1}")
        node.SetAttribute(ATTRIBUTE + "Phantom", kind)
        node.SetDescription("SYNTHETIC - not for diagnosis. Procedural phantom")
        node.GetDisplayNode().SetAndObserveColorNodeID("vtkMRMLColorTableNodeGrey")
        putIntoFolder(node, _("Head phantoms") if kind == "head" else _("Chest phantoms"))
        nodes.append(node)
    slicer.util.setSliceViewerLayers(background=nodes[0], fit=True)
    slicer.util.showStatusMessage("")
    return nodes
