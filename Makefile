# Two commands: `make demo` installs all and grades the example class; `make test` passes the tests.
# Everything is built into .venv, .boot, build and the user's cache folder; nothing else is touched.

PYTHON := $(shell command -v /usr/bin/python3.11 || command -v python3.11 || command -v /usr/bin/python3 || command -v python3)
UV := .boot/bin/uv
export UV_SYSTEM_CERTS := 1
export VIRTUAL_ENV := $(CURDIR)/.venv

.PHONY: demo install system test course quick stage-unit stage-sandbox stage-gradings slow lint types imports wheel schemas hand-ins honest lock bench fuzz clean

demo: install
	.venv/bin/grader demo

install: system .venv/.grader-installed
	@.venv/bin/grader runtime install --quiet keras3 keras2

# What only the system can give: installed when root, else the command is printed and make stops.
system:
	@sh tools/system-packages.sh

.boot/.complete: requirements/boot.txt
	rm -rf .boot
	$(PYTHON) -m venv .boot
	.boot/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/boot.txt
	@touch $@

.venv/.grader-installed: .boot/.complete requirements/dev.txt pyproject.toml
	rm -rf .venv
	$(UV) venv --quiet --python $(PYTHON) .venv
	$(UV) pip sync --quiet --require-hashes --no-build --compile-bytecode requirements/dev.txt
	$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

test quick slow stage-unit stage-sandbox stage-gradings: export GRADER_BROWSER_TESTS = 1
test quick stage-unit stage-sandbox stage-gradings: export GRADER_EXAMPLES = few
slow: export GRADER_EXAMPLES = many

# Two workers, each with a core; what one file or one class shares stays with one of them. A worker that is
# lost is not replaced. Times go to build/times.json, and thirty seconds want a word why (tests/gate.py).
WORKERS ?= 2
LONGEST ?= 30
STAGE := sh tools/stage.sh
PYTEST := .venv/bin/python -m pytest -q --times build/times.json --longest $(LONGEST)
BESIDE := -n $(WORKERS) --max-worker-restart 0
QUICK := tests/unit tests/house
NOT_QUICK := tests --ignore tests/unit --ignore tests/house

# What CI runs, in the same order: what usually breaks comes first, and a stage that fails is the last.
test:
	@rm -rf build/stages.txt build/times.json
	@$(STAGE) install $(MAKE) --no-print-directory install
	@$(STAGE) looks $(MAKE) --no-print-directory -j 3 lint types imports course
	@$(STAGE) unit $(MAKE) --no-print-directory stage-unit
	@$(STAGE) sandbox $(MAKE) --no-print-directory stage-sandbox
	@$(STAGE) gradings $(MAKE) --no-print-directory stage-gradings
	@$(STAGE) wheel $(MAKE) --no-print-directory wheel
	@cat build/stages.txt

# The first two stages: under two minutes, for every save of a commit.
quick: install
	@rm -f build/stages.txt
	@$(STAGE) looks $(MAKE) --no-print-directory -j 3 lint types imports course
	@$(STAGE) unit $(MAKE) --no-print-directory stage-unit
	@cat build/stages.txt

stage-unit:
	$(PYTEST) $(BESIDE) -m "not slow and not gpu" $(QUICK)

# What tells tenths of a second is measured with nothing beside it. Of the rest much is waiting: a worker more.
stage-sandbox: BESIDE += -n $$(($(WORKERS) + 1))
stage-sandbox:
	$(PYTEST) -m "alone and not slow and not gpu" $$(grep -rl "mark\.alone" tests --include='test_*.py' | sort)
	$(PYTEST) $(BESIDE) -m "not alone and not slow and not gpu and not grading" $(NOT_QUICK)

stage-gradings:
	$(PYTEST) $(BESIDE) -m "grading and not slow and not gpu" $$(grep -rl "mark\.grading" tests --include='test_*.py' | sort)

# Everything else that is not a GPU's: minutes of training on the real data (GRADER_DATA_DIR), whole zoos and
# classes, guided searches. About an hour on two cores. The hand-ins, half an hour, have a target of their own.
slow: install
	$(PYTEST) $(BESIDE) --durations=0 -m "slow and not gpu" --ignore tests/e2e/test_hand_ins.py tests
	$(PYTEST) $(BESIDE) --longest 600 -m "not slow and not gpu" $$(grep -rl "@given" tests/unit --include='test_*.py' | sort)

lint: .venv/.grader-installed
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: .venv/.grader-installed
	.venv/bin/mypy

imports: .venv/.grader-installed
	.venv/bin/lint-imports

# The course that comes with the grader: specs, starters, wrong answers and records, without running a program.
course: .venv/.grader-installed
	.venv/bin/grader ci --quick

# The wheel holds only grader/, and it is the wheel that is tested last: without the checkout in the way.
wheel: .venv/.grader-installed
	sh tools/test-wheel.sh

schemas: .venv/.grader-installed
	.venv/bin/grader schema --out docs/reference

# What the grader makes of programs as students hand them in: graded in build/hand-ins, where finished runs stay,
# and written into the table of docs/reference/hand-ins.md. Needs GRADER_DATA_DIR. ONLY="word ..." grades those whose
# path holds one of the words, and writes their rows alone. tests/e2e/test_hand_ins.py (marked slow) grades all of
# them and fails where an ending is not what it should be.
hand-ins: install
	.venv/bin/python -m tests.hand_ins.page build/hand-ins $(ONLY)

# What the rule of recipes makes of honest programs: those, and fifty nets drawn by chance, graded and trained in
# build/honest, where what is done stays; writes docs/reference/honest-programs.md. ONLY="word ..." as above.
honest: install
	.venv/bin/python -m benchmarks.honest_programs build/honest $(ONLY)

# New versions are chosen here and nowhere else; no address of any index may stand in the result.
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links
lock: .boot/.complete
	$(LOCK) requirements/boot.in -o requirements/boot.txt
	$(LOCK) pyproject.toml --group dev -o requirements/dev.txt
	$(LOCK) pyproject.toml -o requirements/grader.txt
	$(LOCK) pyproject.toml --extra dask --constraints requirements/grader.txt -o requirements/dask.txt
	$(LOCK) --override grader/runtimes/locks/keras-cpu.overrides.txt grader/runtimes/locks/keras-cpu.in -o grader/runtimes/locks/keras-cpu.txt
	$(LOCK) grader/runtimes/locks/keras-cuda.in -o grader/runtimes/locks/keras-cuda.txt

# Each figure with its spread, and its row in docs/reference/benchmarks.md. BENCH="--pairs 3 help-cpu" is some of it.
bench: install
	.venv/bin/python -m benchmarks $(BENCH)

# Every strict reader in turn, going on from what earlier runs reached (.fuzz/); findings end it with status 1.
FUZZ_SECONDS ?= 600
fuzz: install
	nice -n 19 .venv/bin/python -m tests.fuzz --seconds $(FUZZ_SECONDS)

clean:
	rm -rf .venv .boot build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
