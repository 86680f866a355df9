"""How a job stands, in one sentence."""

from slicer.i18n import tr as _

from ..job import EVALUATION, FAILED, PAUSED, PREPARING, RUNNING, STOPPED, TRAINING
from . import sentences


def of(job):
    """The sentence below the progress bar."""
    if job.note:
        return job.note
    if job.state == FAILED:
        return job.error
    tell = {TRAINING: _ofTraining, EVALUATION: _ofEvaluation}.get(job.kind, _ofSynthesis)
    return tell(job).format(done=job.done, total=job.total, left=sentences.duration(job.secondsLeft))


def _ofTraining(job):
    if job.state == PAUSED:
        return _("Paused after step {done} of {total}. Everything is saved.")
    if job.running:
        begun = job.state == RUNNING and job.secondsLeft is not None
        return _("Step {done} of {total}, {left} left") if begun else _("Reading and preparing the volumes...")
    if job.state == STOPPED:
        return _("Stopped after step {done} of {total}; what was learned is saved.")
    return _("Training has finished. Press Synthesize to make volumes.")


def _ofSynthesis(job):
    if job.state == PREPARING:
        return _("Reading and preparing the volumes...")
    if job.running:
        return _("{done} of {total} volumes are in the scene")
    if job.state == STOPPED:
        return _("Stopped; {done} volumes are in the scene.")
    return _("The synthetic volumes are in the scene.")


def _ofEvaluation(job):
    if job.running:
        return _("Comparing synthetic and real volumes...")
    if job.state == STOPPED:
        return _("The comparison was stopped; its report says what is missing.")
    return _("The comparison is done: see Compare.")


def ofImprovement(event):
    """What the last evaluation on held-out volumes says."""
    if event["has_stopped"]:
        return _("No longer improving: best at step {step}, which is kept. You may stop.").format(
            step=event["best_step"]
        )
    return _("Nearest to held-out volumes at step {step}.").format(step=event["best_step"])
