"""Training: repeatable, resumable bit for bit, and robust."""

import json
import shutil

import numpy as np
import pytest
import torch
from crfgan.config import Config
from crfgan.data.labels import Labels
from crfgan.errors import InputError
from crfgan.randomness import batch_indices, sample_latent, step_generator
from crfgan.runs.checkpoint import KEPT, Stateful, load_checkpoint, save_checkpoint
from crfgan.storage.step_log import read_losses
from crfgan.training.run import open_run, start_run, train_run
from crfgan.volumes.discovery import find_volumes
from small_runs import TINY, never, same, silent, start, stop_after, train


@pytest.mark.parametrize("crf", ["spatial", "reference", "none"])
def test_one_seed_gives_the_same_losses_to_the_last_bit(crf, head_folder, tmp_path):
    config = TINY.override(crf=crf, iterations=3)
    first = train(tmp_path / "first", head_folder, config)
    second = train(tmp_path / "second", head_folder, config)
    assert same(first, second)
    assert ("crf" in first) == (crf != "none")
    other = train(tmp_path / "other", head_folder, config.override(seed=4))
    assert not np.array_equal(first["generator"], other["generator"])


def test_resuming_gives_what_an_uninterrupted_run_gives_bit_for_bit(head_folder, tmp_path):
    whole = train(tmp_path / "whole", head_folder)
    train(tmp_path / "stopped", head_folder, should_stop=stop_after(2))
    assert len(read_losses(tmp_path / "stopped")["step"]) == 2
    train_run(tmp_path / "stopped", open_run(tmp_path / "stopped"), silent, never)
    assert same(whole, read_losses(tmp_path / "stopped"))
    models = [(tmp_path / name / "state" / "step-00000006.safetensors").read_bytes() for name in ("whole", "stopped")]
    assert models[0] == models[1]


def test_steps_logged_after_the_last_checkpoint_are_done_again_once(head_folder, tmp_path):
    whole = train(tmp_path / "whole", head_folder)
    killed = tmp_path / "killed"
    train(killed, head_folder, should_stop=stop_after(2))
    with open(killed / "log.jsonl", "a") as log:
        log.write(json.dumps({"step": 3, "generator": 99.0}) + '\n{"step": 4, "gener')
    train_run(killed, open_run(killed), silent, never)
    assert same(whole, read_losses(killed))


def test_a_damaged_last_checkpoint_gives_way_to_the_one_before(head_folder, tmp_path):
    config = TINY.override(checkpoint_every=2)
    whole = train(tmp_path / "whole", head_folder, config)
    states = sorted((tmp_path / "whole" / "state").iterdir())
    assert len(states) == KEPT
    states[-1].write_bytes(states[-1].read_bytes()[:1000])
    train_run(tmp_path / "whole", open_run(tmp_path / "whole"), silent, never)
    assert same(whole, read_losses(tmp_path / "whole"))


def test_no_whole_checkpoint_is_told_in_a_sentence(head_folder, tmp_path):
    train(tmp_path / "run", head_folder, should_stop=stop_after(1))
    for path in (tmp_path / "run" / "state").iterdir():
        path.write_bytes(b"broken")
    with pytest.raises(InputError, match=r"^run has no training state to go on from: none is whole"):
        train_run(tmp_path / "run", open_run(tmp_path / "run"), silent, never)


def test_a_full_disk_keeps_the_last_checkpoint(tmp_path, monkeypatch):
    module = torch.nn.Linear(2, 2)
    state = Stateful({"module": module}, {})
    save_checkpoint(tmp_path, state, 1, Config())

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("safetensors.torch.save_file", full)
    with pytest.raises(InputError, match=r"No space is left to write [^/]+/step-00000002\.safetensors"):
        save_checkpoint(tmp_path, state, 2, Config())
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000001.safetensors"]
    assert load_checkpoint(tmp_path, state) == 1


def test_optimizer_state_survives_a_checkpoint(tmp_path):
    def make():
        torch.manual_seed(0)
        module = torch.nn.Linear(3, 2)
        return module, torch.optim.Adam(module.parameters(), lr=0.1)

    def step(module, optimizer):
        module(torch.ones(1, 3)).sum().backward()
        optimizer.step()

    module, optimizer = make()
    step(module, optimizer)
    save_checkpoint(tmp_path, Stateful({"m": module}, {"m": optimizer}), 1, Config())
    fresh, fresh_optimizer = make()
    load_checkpoint(tmp_path, Stateful({"m": fresh}, {"m": fresh_optimizer}))
    module.zero_grad()
    step(module, optimizer)
    step(fresh, fresh_optimizer)
    assert torch.equal(module.weight, fresh.weight)


def test_classes_are_learned_from_a_table(head_folder, tmp_path):
    labels = Labels({f"head_{n}": "old" if n % 2 else "young" for n in range(5)})
    losses = train(tmp_path / "run", head_folder, TINY.override(iterations=2), labels=labels)
    assert np.isfinite(losses["discriminator"]).all()
    assert open_run(tmp_path / "run").network.classes == 2


def test_a_volume_without_a_class_is_named(head_folder, tmp_path):
    with pytest.raises(InputError, match=r"must have a class, but 1 of 5 have none, head_4 among them"):
        start(tmp_path / "run", head_folder, labels=Labels({f"head_{n}": str(n % 2) for n in range(4)}))


def test_batch_of_one_trains(head_folder, tmp_path):
    losses = train(tmp_path / "run", head_folder, TINY.override(batch_size=1, iterations=2))
    assert np.isfinite(losses["crf"]).all()


def test_bad_volumes_are_left_out_and_named(head_folder, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(head_folder, data)
    (data / "broken.nrrd").write_bytes((data / "head_0.nrrd").read_bytes()[:500])
    told = []
    start(tmp_path / "run", data, report=lambda kind, **facts: told.append((kind, facts)))
    skipped = [facts for kind, facts in told if kind == "skipped"]
    assert [facts["name"] for facts in skipped] == ["broken"]
    assert "broken.nrrd" in skipped[0]["reason"]
    assert next(facts for kind, facts in told if kind == "prepared")["volumes"] == 5


def test_fewer_than_two_volumes_are_refused_and_nothing_is_begun(head_folder, tmp_path):
    with pytest.raises(InputError, match=r"Training needs at least 2 volumes, got 1 found, 1 usable"):
        start_run(find_volumes([head_folder / "head_0.nrrd"]), TINY, tmp_path / "run", None, silent)
    assert not (tmp_path / "run" / "config.json").exists()


def test_a_folder_with_a_run_is_refused(head_folder, tmp_path):
    start(tmp_path / "run", head_folder)
    with pytest.raises(InputError, match=r"^run already holds a run\. Resume it, or choose another folder\.$"):
        start(tmp_path / "run", head_folder)


def test_a_loss_that_is_not_finite_stops_with_advice(head_folder, tmp_path, monkeypatch):
    config = start(tmp_path / "run", head_folder)
    monkeypatch.setattr("crfgan.training.trainer.fake_loss", lambda logits: logits.mean() * float("nan"))
    with pytest.raises(InputError, match=r"Training has failed at step 0: the discriminator's loss is nan"):
        train_run(tmp_path / "run", config, silent, never)


def test_running_out_of_memory_is_told_with_advice(head_folder, tmp_path, monkeypatch):
    config = start(tmp_path / "run", head_folder)

    def too_much(trainer):
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr("crfgan.training.trainer.Trainer.step", too_much)
    with pytest.raises(InputError, match=r"Memory ran out in training with a batch size of 2\. Resume with a smaller"):
        train_run(tmp_path / "run", config, silent, never)


def test_data_order_visits_every_volume_once_an_epoch():
    order = [index for step in range(5) for index in batch_indices(7, step, 4, 10)]
    assert sorted(order[:10]) == sorted(order[10:]) == list(range(10))
    assert order[:10] != order[10:]


def test_chance_depends_on_seed_and_step_alone():
    draws = [torch.rand(3, generator=step_generator(*place)) for place in ((1, 2), (1, 2), (1, 3), (2, 2))]
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])
    assert not torch.equal(draws[0], draws[3])
    assert torch.equal(sample_latent(1, 5, 8, 0)[0], sample_latent(1, 5, 8, 0)[0])
