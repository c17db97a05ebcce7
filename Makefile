# The two commands to know are `make rehearse` and `make test`. Both set up what they need.
SHELL := /bin/bash
.DELETE_ON_ERROR:
PYTHON := .venv/bin/python
# With this variable in the environment, each start of Python would compile everything again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup rehearse test here-test check unit program-test report-test example-test box-built guest-test machine-test test-all faults faults-killed faults-others faults-tasks traps mutants pictures lock bench clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

setup:  ## install what is missing: system packages, .venv, libvirt's daemons
	@provision/setup

rehearse: setup  ## box, VM, deploy, host tests, browser tests, verdict
	@$(PYTHON) deploy.py rehearse

# Those on guests take longest. What they print comes as a whole when they end; the others' comes at once.
test: setup  ## all of the project's tests
	@$(MAKE) --no-print-directory -j3 --output-sync=target guest-test machine-test here-test

# One after another, each of which uses all processors, also after one that fails: the guests' take longer.
here-test:
	@MAKEFLAGS= $(MAKE) --no-print-directory -k check box-built unit program-test report-test example-test
	@echo 'The tests on guests may take some minutes more; what they print comes at their end.'

check:  ## formatting, lint, types, words, shell scripts
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	$(PYTHON) -m tests.house words
	shellcheck provision/setup provision/machine provision/shown provision/box/build provision/box/archive \
	    provision/box/release provision/box/sources provision/box/packages provision/box/accelerator provision/box/lxc/lxc-template provision/lxc/* provision/wheels/* ci/control-groups benchmarks/*.sh benchmarks/peers/shell/deploy.sh \
	    understudy/parity/capture/query.sh understudy/host/facts.sh understudy/host/remove_site.sh
	cat provision/[0-9]*.sh | shellcheck -

# All tests on guests wait for their box: its build has the processors, if it runs.
box-built:
	@mkdir -p .understudy/guest-boxes
	@flock .understudy/guest-boxes/.build.lock true

unit:  ## fast tests, no VM
	$(PYTHON) -m pytest -q --programs -n auto --dist worksteal tests/unit

# Two workers for each processor: most of their time the programs wait.
program-test:  ## programs that run on hosts and in CI; the cause that each trap must get
	$(PYTHON) -m pytest -q --programs -n $$((2 * $$(nproc))) tests/programs tests/traps

report-test:  ## the report page in a real browser: half a minute
	$(PYTHON) -m pytest -q tests/report

WITH_DJANGO := .venv/bin/uv run --quiet --no-project --isolated --python 3.11 --with-requirements example/requirements.txt

example-test:  ## the example app's own tests, and those that need its Django
	$(WITH_DJANGO) --env-file example/local.env python example/manage.py test lists todo
	$(WITH_DJANGO) python -m unittest discover -t . -s tests/with_django

guest-test:  ## deploys to two VMs at once, and production: containers where there is no KVM
	$(PYTHON) -m pytest -v -n 2 --dist loadfile --no-loadscope-reorder --durations=40 tests/integration \
	    --ignore tests/integration/test_virtual_machine.py

machine-test:  ## what only a virtual machine has; without KVM it is emulated
	GUEST_TESTS=machine-tests $(PYTHON) -m pytest -v tests/integration/test_virtual_machine.py

test-all: setup check unit program-test report-test example-test  ## make test with all that it leaves out: hours
	$(PYTHON) -m pytest -v --long --durations=15 tests/integration

faults:  ## deploys killed at every step, every bad release, two hosts of one target; on five VMs at once: long
	@$(MAKE) --no-print-directory -j3 --output-sync=target faults-killed faults-others faults-tasks

faults-killed:
	GUEST_TESTS=killed-tests $(PYTHON) -m pytest -v --long -n 2 --dist worksteal tests/integration/test_killed.py

faults-others:
	$(PYTHON) -m pytest -v --long -n 2 --dist loadfile --durations=15 tests/integration/test_releases.py \
	    tests/integration/test_production.py tests/integration/test_bad_releases.py \
	    tests/integration/test_migrations.py tests/integration/test_snapshots.py \
	    tests/integration/test_many_hosts.py tests/integration/test_faults_between_hosts.py

faults-tasks:
	GUEST_TESTS=task-tests $(PYTHON) -m pytest -v --long tests/integration/test_tasks.py

traps:  ## rehearse each app that works on its developer's machine only, on two VMs at once
	$(PYTHON) -m pytest -v --long -n 2 --dist worksteal tests/integration/test_traps.py

mutants: setup  ## plant small faults in the code, print the share that unit tests find: 10 minutes
	.venv/bin/uv run --quiet --no-project --isolated --python 3.11 --with-requirements requirements.txt \
	    --with mutmut==3.8.1 python -m tests.mutants

pictures:  ## pictures of README and docs, made of rehearsals, deploys and changes by hand on the VM
	$(PYTHON) -m tests.house.pictures

lock:  ## compile requirements.in into requirements.txt, with hashes
	for directory in . benchmarks; do .venv/bin/uv pip compile -q --generate-hashes --no-header \
	    --python-version 3.11 $$directory/requirements.in -o $$directory/requirements.txt; done
	cd understudy/release/locks; for program in gunicorn uvicorn-worker gevent; do echo $$program | \
	    $(CURDIR)/.venv/bin/uv pip compile -q --universal --generate-hashes --no-header --no-annotate \
	    --python-version 3.10 - -o $$program.txt; done
	cd tests/programs; $(CURDIR)/.venv/bin/uv pip compile -q --universal --generate-hashes --no-header --no-annotate \
	    --python-version 3.11 sslyze.in -o sslyze.txt
	cd understudy/release/locks; printf 'poetry\npoetry-plugin-export\n' | \
	    $(CURDIR)/.venv/bin/uv pip compile -q --universal --generate-hashes --no-header --no-annotate \
	    --python-version 3.11 - -o poetry.txt

bench:  ## measure Understudy and its peers for docs/performance.md: hours; QUICK=1 in ten minutes on a container
	$(PYTHON) -m benchmarks $(PARTS) $(if $(PROVIDERS),--providers $(PROVIDERS)) $(if $(QUICK),--quick)
	$(if $(PARTS)$(QUICK),,$(PYTHON) -m benchmarks.static_files)

clean:  ## remove the VM and all that was built
	-$(PYTHON) deploy.py destroy --yes
	-for copy in .understudy/*-tests*/; do (cd "$$copy" && $(PYTHON) deploy.py destroy --yes); done  # the guest tests' VMs
	rm -rf .understudy .venv reports
