# make lab     open the course in JupyterLab
# make test    everything but the soak
# make bench   speed and memory, as ratios
# make soak    every variant's tests a thousand times
.PHONY: lab test lint bench soak lock release environment development

export GOAL = $@

lab: environment
	.venv/bin/goprod warm
	.venv/bin/goprod lab

test: development lint
	.venv/bin/pytest

lint: development
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	scripts/lint-go

bench: development
	.venv/bin/python tests/bench/bench.py
	.venv/bin/python tests/bench/cohort.py

soak: development
	.venv/bin/goprod verify --phase 3 --repeat 1000

release: development
	.venv/bin/goprod build

environment:
	@scripts/environment requirements.lock

development:
	@scripts/environment requirements-dev.lock

# The locks name no index: whoever installs from them uses their own.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml --extra build -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml --extra build --group dev -c requirements.lock -o requirements-dev.lock
	printf 'ziglang\n' | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header - -o requirements-zig.lock
