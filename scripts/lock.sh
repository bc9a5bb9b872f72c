#!/bin/sh
# Writes requirements/*.txt anew from pyproject.toml and the *.in files. No index address gets into a lock.
set -eu
cd "$(dirname "$0")/.."
compile() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
        --generate-hashes --no-emit-index-url --no-header --no-annotate "$@"
}
compile pyproject.toml requirements/build.in --extra fast --extra pg -o requirements/run.txt
compile pyproject.toml requirements/build.in --extra fast --extra pg --extra train --extra dev \
    -c requirements/run.txt -o requirements/dev.txt
compile requirements/node.in -o requirements/node.txt
