"""What a person at a terminal sees."""

from crfgan.commands.terminal.console import Console


def test_one_bar_a_task_with_time_left_and_the_losses(capsys):
    console = Console()
    for step in range(1, 4):
        console("step", step=step, total=3, losses={"discriminator": 1.25, "generator": 0.5}, seconds_left=1.0)
    bar = console.bar
    assert (bar.n, bar.total) == (3, 3)
    console.close()
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    assert "D 1.250 G 0.500" in shown


def test_a_resumed_bar_starts_where_the_run_stopped():
    console = Console()
    console("step", step=51, total=100, losses={}, seconds_left=None)
    assert (console.bar.initial, console.bar.n) == (50, 51)
    console.close()


def test_the_device_is_told_and_why_it_is_no_gpu(capsys):
    console = Console()
    console("device", device="cuda", name="NVIDIA H100", reason="")
    console("device", device="cpu", name="2 CPU cores", reason="no GPU that PyTorch can use was found")
    assert capsys.readouterr().err.splitlines() == [
        "Computing on NVIDIA H100.",
        "Computing on 2 CPU cores: no GPU that PyTorch can use was found.",
    ]


def test_a_pause_and_its_end_are_told(capsys):
    console = Console()
    console("paused", step=7)
    console("resumed", step=7)
    assert capsys.readouterr().err.splitlines() == ["Paused after step 7; the state is saved.", "Going on."]


def test_left_out_volumes_and_the_end_are_told(capsys):
    console = Console()
    console("skipped", name="scan", reason="it is 2D")
    console("stopped", step=7)
    console("finished", path="run/model.safetensors")
    shown = capsys.readouterr()
    assert "Left out scan: it is 2D" in shown.err
    assert "Stopped after step 7" in shown.err
    assert shown.out == "run/model.safetensors\n"
