# Two commands for a fresh machine: `make demo` and `make test`. Both make their own environment in .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Processes that tests run in; each computes with one thread (Testing/conftest.py).
WORKERS ?= 2

.PHONY: help setup system demo test lint format bench fuzz cmake-list robustness models screenshots clean

help:
	@echo "make demo        train on phantoms, synthesize into a scene, leave pictures in demo/"
	@echo "make test        the whole test suite, in two processes (WORKERS=4: in four)"
	@echo "make setup       only the environment, in $(VENV)"
	@echo "make lint        ruff check and format check, and which room may use which"
	@echo "make bench       benchmarks"
	@echo "make fuzz        changed files for every reader, ten minutes"
	@echo "make robustness  docs/robustness.md, what happens to other people's files"
	@echo "make models      train the models that are shipped (an hour)"
	@echo "make screenshots icon, and the pictures of README and docs"
	@echo "make cmake-list  list the module's files in CRFGANSynth/CMakeLists.txt"

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	$(BIN)/python -c "import torch, slicer, PySide6, SimpleITK"
	touch $(READY)

# Pictures need Mesa's EGL; where this user may not install it, they are left out by name.
system:
	sh tools/system_packages.sh

demo: $(READY) system
	$(BIN)/python tools/demo.py

test: $(READY)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)
	$(BIN)/python Testing/Benchmarks/bench.py

fuzz: $(READY)
	$(BIN)/python Testing/Fuzz/fuzz.py

cmake-list: $(READY)
	$(BIN)/python tools/list_module_files.py

robustness: $(READY)
	$(BIN)/python tools/field_cases.py

models: $(READY)
	$(BIN)/python tools/make_models.py

screenshots: $(READY) system
	$(BIN)/python tools/make_icon.py
	$(BIN)/python tools/make_screenshots.py

clean:
	rm -rf $(VENV) demo build .pytest_cache .ruff_cache
