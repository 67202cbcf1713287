#!/usr/bin/env python3
"""Makes what is released of a program that is built already: an archive, a wheel, packages for npm, notes.

    package.py archive --binary FILE --target TRIPLE --out DIR
    package.py wheel   --binary FILE --target TRIPLE --out DIR
    package.py npm     --binary FILE --target TRIPLE --out DIR   the folder of the package of one platform
    package.py npm-main --out DIR                                 the folder of the package that people install
    package.py notes [--tag vX.Y.Z]                               the section of CHANGELOG.md; refuses another tag

Only Python's own library is needed. maturin would build the program once more for each wheel, where every release has
one binary for a platform, which all of its packages carry. The same binary gives the same bytes: no clock, no owner, no
order of a file system is in them.
"""

import argparse
import base64
import gzip
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = tomllib.loads((ROOT / "Cargo.toml").read_text("utf-8"))["package"]
NAME, VERSION = PACKAGE["name"], PACKAGE["version"]
TARGETS = {row["target"]: row for row in json.loads((ROOT / "packaging/targets.json").read_text("utf-8"))}
# What every archive has beside the program.
DOCUMENTS = ["README.md", "CHANGELOG.md", "LICENSE", "LICENSE-APACHE", "LICENSE-MIT"]
SHELLS = {"bash": "flyarch.bash", "zsh": "_flyarch", "fish": "flyarch.fish", "powershell": "_flyarch.ps1", "elvish": "flyarch.elv"}
# The first day that a zip can name.
EPOCH = (1980, 1, 1, 0, 0, 0)
SCOPE = "@flyarch"


def fail(message):
    sys.exit(f"error: {message}")


def program(row):
    return "flyarch.exe" if row["npm"]["os"] == "win32" else "flyarch"


def archive_name(row):
    """As [package.metadata.binstall] of Cargo.toml says it."""
    return f"{NAME}-v{VERSION}-{row['target']}.{row['archive']}"


def generated(binary):
    """Completions and pages of the manual, which the program itself makes."""
    files = {}
    for shell, name in SHELLS.items():
        output = subprocess.run([binary, "completions", shell], check=True, capture_output=True).stdout
        files[f"completions/{name}"] = output
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([binary, "man", "--output", folder], check=True, capture_output=True)
        for page in sorted(Path(folder).iterdir()):
            files[f"man/{page.name}"] = page.read_bytes()
    return files


def archive(row, binary, out):
    folder = f"{NAME}-v{VERSION}-{row['target']}"
    files = {program(row): binary.read_bytes()}
    files |= {name: (ROOT / name).read_bytes() for name in DOCUMENTS}
    files |= generated(binary)
    path = out / archive_name(row)
    if row["archive"] == "zip":
        with zipfile.ZipFile(path, "w") as packed:
            for name, content in sorted(files.items()):
                add(packed, f"{folder}/{name}", content, 0o755 if name == program(row) else 0o644)
        return path
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as packed:
        for name, content in sorted(files.items()):
            about = tarfile.TarInfo(f"{folder}/{name}")
            about.size, about.mode = len(content), 0o755 if name == program(row) else 0o644
            packed.addfile(about, io.BytesIO(content))
    path.write_bytes(gzip.compress(buffer.getvalue(), 9, mtime=0))
    return path


def add(packed, name, content, mode):
    about = zipfile.ZipInfo(name, EPOCH)
    about.compress_type = zipfile.ZIP_DEFLATED
    about.create_system = 3  # Unix, where a mode means something
    about.external_attr = (0o100000 | mode) << 16
    packed.writestr(about, content)


def wheel(row, binary, out):
    """The form is that of https://packaging.python.org/en/latest/specifications/binary-distribution-format/."""
    tags = row["wheel"]
    stem = f"{NAME}-{VERSION}"
    info = f"{stem}.dist-info"
    metadata = [
        "Metadata-Version: 2.1",
        f"Name: {NAME}",
        f"Version: {VERSION}",
        f"Summary: {PACKAGE['description']}",
        f"License: {PACKAGE['license']}",
        f"Keywords: {','.join(PACKAGE['keywords'])}",
        f"Project-URL: Repository, {PACKAGE['repository']}",
        f"Project-URL: Changelog, {PACKAGE['repository']}/blob/main/CHANGELOG.md",
        "Requires-Python: >=3.7",
        "Classifier: Environment :: Console",
        "Classifier: Topic :: Software Development :: Quality Assurance",
        "Description-Content-Type: text/markdown",
        "",
        (ROOT / "README.md").read_text("utf-8"),
    ]
    about = ["Wheel-Version: 1.0", f"Generator: {NAME}", "Root-Is-Purelib: false", *(f"Tag: py3-none-{tag}" for tag in tags), ""]
    files = {
        f"{stem}.data/scripts/{program(row)}": (binary.read_bytes(), 0o755),
        f"{info}/METADATA": ("\n".join(metadata).encode(), 0o644),
        f"{info}/WHEEL": ("\n".join(about).encode(), 0o644),
    }
    for name in DOCUMENTS[2:]:
        files[f"{info}/licenses/{name}"] = ((ROOT / name).read_bytes(), 0o644)
    path = out / f"{stem}-py3-none-{'.'.join(tags)}.whl"
    record = []
    with zipfile.ZipFile(path, "w") as packed:
        for name, (content, mode) in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{name},sha256={digest},{len(content)}\n")
            add(packed, name, content, mode)
        record.append(f"{info}/RECORD,,\n")
        add(packed, f"{info}/RECORD", "".join(record).encode(), 0o644)
    return path


def npm_common(name, about):
    return {
        "name": name,
        "version": VERSION,
        "description": about,
        "license": PACKAGE["license"],
        "repository": {"type": "git", "url": f"git+{PACKAGE['repository']}.git"},
    }


def write_package(folder, manifest, files):
    shutil.rmtree(folder, ignore_errors=True)
    for name, (content, mode) in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(mode)
    for name in DOCUMENTS[2:]:
        shutil.copyfile(ROOT / name, folder / name)
    (folder / "package.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    return folder


def npm_name(row):
    return f"{SCOPE}/{row['npm']['os']}-{row['npm']['cpu']}"


def npm(row, binary, out):
    """The package of one platform: npm installs it where its `os` and `cpu` fit, and no other."""
    system, cpu = row["npm"]["os"], row["npm"]["cpu"]
    manifest = npm_common(npm_name(row), f"The program of {NAME} for {system} on {cpu}")
    manifest |= {"os": [system], "cpu": [cpu], "files": ["bin"], "preferUnplugged": True}
    readme = f"The program of [{NAME}](https://www.npmjs.com/package/{NAME}) for {system} on {cpu}.\n".encode()
    files = {f"bin/{program(row)}": (binary.read_bytes(), 0o755), "README.md": (readme, 0o644)}
    return write_package(out / f"{system}-{cpu}", manifest, files)


def npm_main(out):
    """The package that people install. It has no script that runs at installation: which of the others is there says npm."""
    manifest = npm_common(NAME, PACKAGE["description"])
    manifest |= {
        "keywords": PACKAGE["keywords"],
        "bin": {NAME: f"bin/{NAME}.js"},
        "files": ["bin"],
        "engines": {"node": ">=18"},
        "optionalDependencies": {npm_name(row): VERSION for row in TARGETS.values()},
    }
    launcher = (ROOT / "packaging/npm/flyarch.js").read_bytes()
    files = {f"bin/{NAME}.js": (launcher, 0o755), "README.md": ((ROOT / "README.md").read_bytes(), 0o644)}
    return write_package(out / NAME, manifest, files)


def notes(tag, changelog):
    """The section of a version. A release has one that is not empty, and a tag of the version in Cargo.toml."""
    if tag is not None and tag != f"v{VERSION}":
        fail(f"the tag is {tag}, and the version in Cargo.toml {VERSION}")
    section = re.search(rf"^## \[?{re.escape(VERSION)}\]?(?: [^\n]*)?\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    if section is None or not section[1].strip():
        fail(f"CHANGELOG.md has no section `## {VERSION}` with anything in it")
    return section[1].strip()


def main():
    parser = argparse.ArgumentParser(description="Makes what is released of a program that is built already.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ["archive", "wheel", "npm"]:
        command = commands.add_parser(name)
        command.add_argument("--binary", type=Path, required=True)
        command.add_argument("--target", choices=TARGETS, required=True)
        command.add_argument("--out", type=Path, required=True)
    commands.add_parser("npm-main").add_argument("--out", type=Path, required=True)
    command = commands.add_parser("notes")
    command.add_argument("--tag")
    command.add_argument("--changelog", type=Path, default=ROOT / "CHANGELOG.md")
    args = parser.parse_args()
    if args.command == "notes":
        print(notes(args.tag, args.changelog.read_text("utf-8")))
        return
    args.out.mkdir(parents=True, exist_ok=True)
    if args.command == "npm-main":
        print(npm_main(args.out))
        return
    if not args.binary.is_file():
        fail(f"there is no program {args.binary}")
    make = {"archive": archive, "wheel": wheel, "npm": npm}[args.command]
    print(make(TARGETS[args.target], args.binary.resolve(), args.out))


if __name__ == "__main__":
    main()
