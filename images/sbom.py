"""Writes an SBOM in SPDX 2.3 (JSON) of what is in an image: packages of Debian, Python and npm, and jars.

    sbom.py --name NAME --version VERSION [--jars FOLDER] [--dpkg FOLDER] [--node VERSION] [--npm FILE]

--dpkg is for the packages of another image, whose /var/lib/dpkg is in FOLDER; Python's aren't listed then. --npm has a
JSON list of {name, version, license}.

A jar's coordinates are those of the pom.properties in it (its own, where a jar holds several); its checksum is SHA-1,
as Maven repositories list it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import zipfile
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from urllib.parse import quote

NONE = "NOASSERTION"


def debian(folder: str) -> list[dict]:
    form = "${Package}\t${Version}\t${Architecture}\t${db:Status-Status}\n"
    command = ["dpkg-query", f"--admindir={folder}", "-W", "-f", form]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [
        package(name, version, f"pkg:deb/debian/{quote(name)}@{quote(version)}?arch={arch}")
        for name, version, arch, status in (line.split("\t") for line in lines)
        if status == "installed"
    ]


def python() -> list[dict]:
    found = {(each.metadata["Name"], each.version): each.metadata for each in metadata.distributions()}
    return [
        package(name, version, f"pkg:pypi/{re.sub('[-_.]+', '-', name).lower()}@{version}", license=_license(about))
        for (name, version), about in sorted(found.items())
    ]


def _license(about) -> str:
    """Only what is declared as SPDX's own expression (PEP 639): older fields are free text."""
    return about.get("License-Expression") or NONE


def npm(file: Path) -> list[dict]:
    return [
        package(each["name"], each["version"], f"pkg:npm/{quote(each['name'])}@{each['version']}", each["license"])
        for each in json.loads(file.read_text())
    ]


def jars(folder: Path) -> list[dict]:
    return [_jar(path) for path in sorted(folder.glob("*.jar"))]


def _jar(path: Path) -> dict:
    artifact, version = (
        re.fullmatch(r"(.+?)-(\d.*)", path.stem).groups() if re.search(r"-\d", path.stem) else (path.stem, NONE)
    )
    group = None
    with zipfile.ZipFile(path) as jar:
        for name in jar.namelist():
            if re.fullmatch(r"META-INF/maven/[^/]+/[^/]+/pom\.properties", name):
                found = dict(re.findall(r"^(\w+)=(.*?)\s*$", jar.read(name).decode("utf-8", "replace"), re.M))
                if path.stem.startswith(found.get("artifactId", "\0")):
                    group, artifact, version = found["groupId"], found["artifactId"], found["version"]
    url = f"pkg:maven/{group}/{artifact}@{version}" if group else None
    with open(path, "rb") as file:
        return package(artifact, version, url, sha1=hashlib.file_digest(file, "sha1").hexdigest())


def package(name: str, version: str, url: str | None, license: str = NONE, sha1: str | None = None) -> dict:
    identifier = "SPDXRef-" + re.sub(
        r"[^a-zA-Z0-9.-]+", "-", f"{(url or 'jar').split('/')[0].removeprefix('pkg:')}-{name}"
    )
    reference = {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": url}
    return {
        "SPDXID": identifier,
        "name": name,
        "versionInfo": version,
        "downloadLocation": NONE,
        "filesAnalyzed": False,
        "licenseConcluded": NONE,
        "licenseDeclared": license,
        "copyrightText": NONE,
        **({"externalRefs": [reference]} if url else {}),
        **({"checksums": [{"algorithm": "SHA1", "checksumValue": sha1}]} if sha1 else {}),
    }


def document(name: str, version: str, packages: list[dict]) -> dict:
    taken: dict[str, int] = {}
    for each in packages:  # a package may be there in two versions
        count = taken[each["SPDXID"]] = taken.get(each["SPDXID"], 0) + 1
        each["SPDXID"] += f"-{count}" if count > 1 else ""
    root = {**package(name, version, None), "SPDXID": "SPDXRef-image", "primaryPackagePurpose": "CONTAINER"}
    content = hashlib.sha256(json.dumps(packages, sort_keys=True).encode()).hexdigest()[:32]
    contains = [("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-image")]
    contains += [("SPDXRef-image", "CONTAINS", each["SPDXID"]) for each in packages]
    keys = ("spdxElementId", "relationshipType", "relatedSpdxElement")
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"{name}-{version}",
        "documentNamespace": f"https://sparkflow.dev/spdx/{name}-{version}-{content}",
        "creationInfo": {
            "created": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": ["Tool: sparkflow-images-sbom.py"],
        },
        "packages": [root, *packages],
        "relationships": [dict(zip(keys, each, strict=True)) for each in contains],
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="sbom.py")
    parser.add_argument("--name", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--jars", type=Path)
    parser.add_argument("--dpkg")
    parser.add_argument("--node", type=lambda text: text.removeprefix("v"))
    parser.add_argument("--npm", type=Path)
    options = parser.parse_args()
    packages = debian(options.dpkg or "/var/lib/dpkg") + ([] if options.dpkg else python())
    if options.jars:
        packages += jars(options.jars)
    if options.node:
        packages.append(package("node", options.node, f"pkg:generic/node@{options.node}", "MIT"))
    if options.npm:
        packages += npm(options.npm)
    print(json.dumps(document(options.name, options.version, packages), indent=1))


if __name__ == "__main__":
    main()
