"""The measures of an evaluation in a table node."""

from slicer.i18n import tr as _

from ..scene.derived_nodes import fillTable, nodeOfRole


def tableOf(report):
    """A vtkMRMLTableNode of all measures beside real volumes, which the next call fills anew."""
    from crfgan.evaluation.verdicts import number, verdicts

    rows = []
    for name, found in verdicts(report).items():
        score = report[name]
        low, high = score["interval"] or (None, None)
        shown = (number(value) for value in (score["value"], score["floor"], low, high))
        rows.append((_titles()[name], *shown, _verdicts()[found]))
    table = nodeOfRole("vtkMRMLTableNode", "evaluation", _("Synthetic beside real"))
    fillTable(table, [_("Measure"), _("Synthetic"), _("Real"), _("Real, from"), _("Real, to"), _("Verdict")], rows)
    return table


def summaryOf(report):
    """What a clinician wants to know first: whether any is a copy, what is wrong with them, and what can't be known."""
    from crfgan.evaluation.summary import summarize

    return "\n".join(filter(None, (report["memorisation"]["sentence"], summarize(report), report["partial"])))


def _verdicts():
    from crfgan.evaluation.verdicts import BETTER, CLOSE, FAR, LIKE_REAL, UNDECIDED, UNKNOWN

    return {
        LIKE_REAL: _("like real"),
        CLOSE: _("near"),
        FAR: _("different"),
        BETTER: _("more than real"),
        UNDECIDED: _("too few to tell"),
        UNKNOWN: _("not measured"),
    }


def _titles():
    return {
        "classifier": _("Classifier test"),
        "edges": _("Edges"),
        "streaks": _("Streaks"),
        "frechet_random3d": _("Frechet distance, random network"),
        "frechet_statistics": _("Frechet distance, statistics"),
        "frechet_medicalnet": _("Frechet distance, MedicalNet"),
        "mmd_random3d": _("Kernel MMD, random network"),
        "mmd_statistics": _("Kernel MMD, statistics"),
        "mmd_medicalnet": _("Kernel MMD, MedicalNet"),
        "precision": _("Precision"),
        "recall": _("Recall"),
        "density": _("Density"),
        "coverage": _("Coverage"),
        "ms_ssim": _("MS-SSIM of pairs"),
        "seam_index": _("Seam index"),
        "coherence": _("Coherence"),
        "spectrum_distance": _("Power spectrum"),
        "histogram_wasserstein": _("Intensity histogram"),
    }
