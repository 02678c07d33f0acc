#!/usr/bin/env bash
# Removes every throw-away engine of the tests, whoever left it behind.
exec "$(dirname "$0")/scripts/engine.sh" sweep all
