# make demo        a swarm, a sample stack, the lab and a first report, from nothing
# make demo-clean  removes what the demo made
# make test        everything that proves the project
# make test-fast   the part of it that needs no engine and no browser
# make bench       the figures, as a table of ratios
# make lint        formatting, lints, dependencies

SHELL := /bin/bash
.PHONY: demo demo-clean test test-fast bench lint

demo:
	@tests/scripts/demo.sh up

demo-clean:
	@tests/scripts/demo.sh clean

test:
	@tests/scripts/test.sh all

test-fast:
	@tests/scripts/test.sh fast

bench:
	@tests/scripts/test.sh bench

lint:
	@tests/scripts/test.sh lint
