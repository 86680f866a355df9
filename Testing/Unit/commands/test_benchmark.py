"""The benchmark compares real processes in one run, and its tables say what was measured."""

import json

import bench
import pytest
from bench import Case, Result

GB = 2**30


@pytest.fixture
def small_cases(monkeypatch):
    cases = {
        "train": Case("train", 32, 1, ("plain", "ours"), 1),
        "synthesize": Case("synthesize", 32, 1, ("plain", "ours"), 1),
    }
    monkeypatch.setattr(bench, "QUICK", cases)


def test_quick_ratios_come_from_processes_that_take_turns(small_cases, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["bench.py", "--quick", "--json"])
    bench.main()
    ratios = json.loads(capsys.readouterr().out)
    assert set(ratios) == {
        "train_step_64_plain_over_ours",
        "memory_64_ours_over_plain",
        "synthesis_128_plain_over_ours",
        "synthesis_memory_128_ours_over_plain",
    }
    assert all(0.02 < ratio < 50 for ratio in ratios.values())


RESULTS = {
    Case("train", 64, 4, ("plain", "ours", "hagan"), 3): {
        "plain": Result([4.0, 6.0, 5.0], 4 * GB),
        "hagan": Result([8.0], 5 * GB),
        "ours": Result([2.0, 1.0, 9.0], GB),
    },
    Case("synthesize", 512, 1, ("ours",), 1): {"ours": Result([20.0], GB)},
}


def test_the_table_has_medians_and_ratios():
    lines = bench.table(RESULTS).splitlines()
    assert "5.00 s, 4.00 GB | 8.00 s, 5.00 GB | 2.00 s, 1.00 GB | **2.50** | **0.25** | **0.20** |" in lines[2]
    assert lines[3] == "| 512^3 synthesis of a volume |  |  | 20.00 s, 1.00 GB |  |  |  |"


def test_the_chart_is_drawn(tmp_path):
    bench.draw(RESULTS, tmp_path / "chart.png")
    assert (tmp_path / "chart.png").stat().st_size > 10_000


def test_a_page_keeps_its_words_and_gets_the_last_table(tmp_path, monkeypatch):
    monkeypatch.setattr(bench, "DOCS", tmp_path)
    page = tmp_path / "benchmarks.md"
    page.write_text("before\n<!-- cpu begins -->\nold\n<!-- cpu ends -->\nafter\n")
    bench.write_page("new", "cpu")
    assert page.read_text() == "before\n<!-- cpu begins -->\nnew\n<!-- cpu ends -->\nafter\n"
