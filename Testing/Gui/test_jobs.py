"""Jobs, their queue and what the panel says of them, with a worker that does what the test tells it: no process."""

import inspect

import pytest
from scripted_worker import ScriptedWorker


@pytest.fixture
def jobs(widget):
    """The file of jobs, importable once the module is loaded."""
    from CRFGANSynthLib import job

    return job


@pytest.fixture
def make(jobs, tmp_path):
    """Makes a job whose worker is scripted; arguments as of Job."""

    def make(title="Work", arguments=(), kind=jobs.LOOK, **others):
        folder = tmp_path / title
        folder.mkdir()
        return jobs.Job(title, list(arguments), folder, kind=kind, makeWorker=ScriptedWorker, **others)

    return make


@pytest.fixture
def queue(widget):
    from CRFGANSynthLib.jobs.queue import JobQueue

    return JobQueue()


def started(job):
    job.start()
    job.poll()
    return job


# The worker that is injected


def test_a_scripted_worker_has_all_that_a_process_has(jobs):
    real = {name for name in vars(jobs.WorkerProcess) if not name.startswith("_")}
    assert real <= set(vars(ScriptedWorker))
    for name in real:
        wanted = inspect.signature(getattr(jobs.WorkerProcess, name)).parameters
        assert list(inspect.signature(getattr(ScriptedWorker, name)).parameters) == list(wanted)


def test_a_job_starts_its_worker_once_its_preparation_is_done(make, jobs):
    def prepare():
        yield 0, 2
        yield 1, 2
        return ["train", "there"]

    job = make()
    job._arguments = prepare()
    started(job)
    assert job.state == jobs.RUNNING
    assert job.worker.started == ["train", "there"]


def test_a_job_follows_its_worker_to_the_end(make, jobs):
    job = started(make(kind=jobs.TRAINING))
    job.worker.say("step", step=3, total=6, losses={}, seconds_left=9.0)
    job.poll()
    assert (job.done, job.total, job.secondsLeft, job.progress) == (3, 6, 9.0, 0.5)
    job.worker.say("finished", path="there")
    job.worker.end()
    job.poll()
    assert (job.state, job.error, job.worker.wasLeft) == (jobs.FINISHED, "", True)


def test_what_was_said_before_the_end_is_heard_after_it(make):
    job = started(make())
    job.worker.say("synthesized", index=0, total=2, path="a")
    job.worker.say("synthesized", index=1, total=2, path="b")
    job.worker.end()
    job.poll()
    assert (job.done, job.ended) == (2, True)


def test_a_worker_that_ends_without_a_word_is_explained(make, jobs):
    job = started(make())
    job.worker.end(succeeded=False)
    job.poll()
    assert (job.state, job.error) == (jobs.FAILED, "It was ended by the test.")
    with pytest.raises(RuntimeError, match="It was ended by the test"):
        job.result()


def test_a_worker_that_cannot_be_started_fails_the_job(make, jobs):
    job = make()
    job.worker.failure = FileNotFoundError(2, "No such file or directory", "/nowhere/PythonSlicer")
    assert started(job).state == jobs.FAILED
    assert job.error == "PythonSlicer can't be used: No such file or directory."


def test_stop_asks_the_worker_and_ends_as_stopped(make, jobs):
    job = started(make())
    job.stop()
    assert job.worker.asked == {"stop"} and job.note == "Saving and stopping..."
    job.worker.end(succeeded=False)
    job.poll()
    assert (job.state, job.note) == (jobs.STOPPED, "")


def test_another_version_of_the_core_is_killed(make, jobs):
    job = started(make())
    job.worker.say("started", version="0.0.1", pid=1)
    job.poll()
    assert job.worker.wasKilled
    job.poll()
    assert job.state == jobs.FAILED and job.error.startswith("crfgan 0.0.1 answered")


@pytest.mark.parametrize(("kind", "can"), [("TRAINING", True), ("SYNTHESIS", False)])
def test_only_a_training_can_be_paused(make, jobs, kind, can):
    job = started(make(kind=getattr(jobs, kind)))
    job.pause()
    assert (job.isTraining, job.canPause, job.worker.asked == {"pause"}) == (can, can, can)


# Observers


def observed(job):
    told = []
    job.eventObservers.append(lambda job, events: told.append([event["event"] for event in events]))
    job.stateObservers.append(lambda job: told.append(job.state))
    return told


def test_observers_of_the_state_are_not_called_for_events_nor_the_others_for_the_state(make):
    job = make()
    told = observed(job)
    started(job)
    job.worker.say("checked", index=0, total=2)
    job.worker.say("skipped", name="a", reason="b")
    job.poll()
    job.poll()
    job.worker.end()
    job.poll()
    assert told == ["preparing", "running", ["checked", "skipped"], "finished"]


def test_an_observer_that_fails_does_not_end_the_work(make, raises_in_slots):
    job = make()
    job.stateObservers.append(lambda job: 1 / 0)
    job.eventObservers.append(lambda job, events: 1 / 0)
    told = observed(job)
    started(job)
    job.worker.say("step", step=1, total=2, losses={}, seconds_left=1.0)
    job.poll()
    assert told == ["preparing", "running", ["step"]]
    assert {kind for kind, _, _ in raises_in_slots} == {ZeroDivisionError}
    raises_in_slots.clear()


def test_nothing_is_put_onto_a_job_from_outside(panel, heads, script):
    panel.ui.synthesizeButton.click()
    panel.start_training()
    panel.turn(0.3)
    for job in panel.widget.jobs.queue.jobs:
        made = type(job).__new__(type(job))
        type(job).__init__(made, *blank(type(job)))
        assert vars(job).keys() == vars(made).keys()


def blank(kind):
    """Arguments with which a job of a kind can be made."""
    return ("", "folder") if kind.__name__ == "SynthesisJob" else ("", [], "folder")


# The queue


def test_jobs_of_a_queue_work_one_after_the_other(make, queue):
    first, second = queue.submit(make("first")), queue.submit(make("second"))
    first.poll()
    assert (first.state, second.state) == ("running", "waiting")
    assert queue.current is first and queue.waiting == [second]
    first.worker.end()
    first.poll()
    assert second.running and queue.running == [second]


def test_a_paused_training_lets_the_next_job_work(make, queue, jobs):
    training, other = queue.submit(make("training", kind=jobs.TRAINING)), queue.submit(make("other"))
    training.poll()
    training.worker.say("paused", step=1)
    training.poll()
    assert other.running and queue.current is other


def test_a_queue_tells_of_all_its_jobs_and_forgets_those_that_have_ended(make, queue):
    told = []
    queue.eventObservers.append(lambda job, events: told.append((job.title, len(events))))
    queue.stateObservers.append(lambda job: told.append((job.title, job.state)))
    first = queue.submit(make("first"))
    first.poll()
    first.worker.say("trying", package="torch")
    first.worker.end()
    first.poll()
    assert told == [("first", "preparing"), ("first", "running"), ("first", 1), ("first", "finished")]
    queue.forgetEnded()
    assert queue.jobs == []


# The panel


@pytest.fixture
def script(widget):
    """Jobs that the panel begins from now on have workers that the test tells what to do."""
    widget.logic.makeWorker = ScriptedWorker


def test_the_panel_says_how_a_scripted_training_stands(panel, heads, script):
    job = panel.start_training()
    panel.until(lambda: job.state == "running")
    assert job.worker.started[0] == "train" and "--config" in job.worker.started
    assert panel.status == "Reading and preparing the volumes..."
    job.worker.say("skipped", name="Head 9", reason="All voxels are equal.")
    job.worker.say("step", step=40, total=100, losses={"generator": 1.0}, seconds_left=120.0)
    panel.until(lambda: job.done == 40)
    panel.turn(0.2)
    assert panel.status.splitlines() == ["Step 40 of 100, 2 min left", "Left out Head 9: All voxels are equal."]
    assert panel.ui.progressBar.value == 40
    job.worker.say("paused", step=40)
    panel.until(lambda: job.state == "paused")
    assert panel.status.startswith("Paused after step 40 of 100. Everything is saved.")
    panel.ui.stopButton.click()
    assert panel.status.startswith("Saving and stopping...")
    job.worker.say("stopped", step=40)
    job.worker.end(succeeded=False)
    panel.wait(job)
    assert panel.status.startswith("Stopped after step 40 of 100; what was learned is saved.")


def test_the_panel_gives_a_worker_what_was_chosen(panel, scene, script):
    panel.parameters.count, panel.parameters.seed, panel.parameters.truncation = 4, 9, 0.5
    panel.ui.synthesizeButton.click()
    panel.until(lambda: panel.job.state == "running")
    said = panel.job.worker.started
    assert said[0] == "synthesize"
    options = dict(zip(said[2::2], said[3::2], strict=True))
    assert {name: options[name] for name in ("--count", "--seed", "--truncation")} == {
        "--count": "4", "--seed": "9", "--truncation": "0.5",
    }  # fmt: skip
    assert "--class" not in options and "--like" not in options
