#!/usr/bin/env bash
# Fetches pinned jars through Maven and checks them: fetch.sh FOLDER…, each a profile of pom.xml. Nothing is left behind if one is
# not what it should be.
set -euo pipefail
cd "$(dirname "$0")"
sums() { sed -n "s|  $1/|  |p" SHA256SUMS; }
check() { (cd "$2" && if command -v sha256sum >/dev/null; then sha256sum --check --quiet; else shasum -a 256 --check --quiet; fi) < <(sums "$1"); }

for target in "${@:-sedona-35-212-180}"; do
  [ -n "$(sums "$target")" ] || { echo "jars/SHA256SUMS knows no folder $target" >&2; exit 2; }
  if [ -d "$target" ] && check "$target" "$target" 2>/dev/null; then continue; fi
  rm -rf "$target" "$target.partial"
  mvn --batch-mode --quiet --activate-profiles "$target" dependency:copy-dependencies -DoutputDirectory="$PWD/$target.partial"
  if ! check "$target" "$target.partial"; then
    rm -rf "$target.partial"
    echo "a jar is not the one that jars/SHA256SUMS names; nothing was kept" >&2
    exit 1
  fi
  mv "$target.partial" "$target"
done
