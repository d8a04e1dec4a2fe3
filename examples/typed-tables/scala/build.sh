#!/usr/bin/env bash
# Builds shares.jar with the Scala compiler that Spark brings: build.sh [FILE]. The same source gives the same bytes.
set -euo pipefail
cd "$(dirname "$0")"
: "${SPARK_HOME:=$(../../../.venv/bin/python -c 'import pyspark, os; print(os.path.dirname(pyspark.__file__))')}"
classes=$(mktemp -d)
trap 'rm -rf "$classes"' EXIT
java -cp "$SPARK_HOME/jars/*" scala.tools.nsc.Main -usejavacp -deprecation -d "$classes" Shares.scala
jar --create --file "${1:-../shares.jar}" --no-manifest --no-compress --date 2026-01-01T00:00:00Z \
  -C "$classes" example/Shares.class -C "$classes" 'example/Shares$.class'
