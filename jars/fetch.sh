#!/usr/bin/env bash
# Fetches the pinned jars through Maven and checks them. Nothing is left behind if one is not what it should be.
set -euo pipefail
cd "$(dirname "$0")"
target=sedona-35-212-180
check() { (cd "$1" && if command -v sha256sum >/dev/null; then sha256sum --check --quiet; else shasum -a 256 --check --quiet; fi) <SHA256SUMS; }

if [ -d "$target" ] && check "$target" 2>/dev/null; then exit 0; fi
rm -rf "$target" "$target.partial"
mvn --batch-mode --quiet dependency:copy-dependencies -DoutputDirectory="$PWD/$target.partial"
if ! check "$target.partial"; then
  rm -rf "$target.partial"
  echo "a jar is not the one that jars/SHA256SUMS names; nothing was kept" >&2
  exit 1
fi
mv "$target.partial" "$target"
