"""The stand-ins for shell commands: ``python -I command_line.py wget -nc https://…/noisynote.zip``.

Run by itself, from a small shell script of the command's name; imports nothing of ours. A file that is
already there need not be fetched, a served file is put where it is asked for, packages stay as they are.
What cannot be done offline fails as it would without a network, and says so.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

INSTALLERS = ("pip", "pip3", "conda", "mamba", "apt", "apt-get")
FETCHERS = ("wget", "curl", "gdown")
KNOWN = (*INSTALLERS, *FETCHERS, "unzip", "sudo")

FILES_VARIABLE = "GRADER_HARNESS_FILES"
NAMES_VARIABLE = "GRADER_HARNESS_NAMES"
WORK_VARIABLE = "GRADER_HARNESS_WORK"
LEDGER_VARIABLE = "GRADER_HARNESS_LEDGER"
PLACE_VARIABLE = "GRADER_HARNESS_PLACE"

NO_NETWORK = 4  # what wget answers when it has no network
OPTIONS_WITH_VALUE = {
    "wget": ("-O", "--output-document", "-P", "--directory-prefix", "-o", "-a", "-t", "-T", "-U"),
    "curl": ("-o", "--output", "-d", "-H", "-u", "-A", "-e", "-x", "-m", "--output-dir"),
    "gdown": ("-O", "--output", "--id"),
    "unzip": ("-d", "-x", "-P"),
}


def main(arguments: list[str]) -> int:
    """Do what the command ``arguments[0]`` promises, offline; return its exit status."""
    name, *rest = arguments
    if name == "sudo":
        return subprocess.call(rest) if rest else 1
    if name in INSTALLERS:
        note("pip", [name, *rest])
        tell(
            f"{name}: nada foi instalado, os pacotes são os da correção"
            " / nothing was installed, packages are fixed by the runtime"
        )
        return 0
    if name == "unzip":
        return unzip(rest)
    return fetch(name, rest)


def fetch(name: str, rest: list[str]) -> int:
    """Put each wanted file in place if it is served or already there; fail like a missing network if not."""
    options, addresses = split(name, rest)
    note("download", [name, *rest])
    target = options.get("-O") or options.get("--output-document") or options.get("--output")
    if name == "curl":
        target = options.get("-o") or options.get("--output")
        to_stdout = target is None and not {"-O", "--remote-name", "-OL", "-LO"} & set(rest)
    else:
        to_stdout = target == "-"
    folder = Path(options.get("-P") or options.get("--directory-prefix") or ".")
    status = 0
    for address in addresses:
        wanted = unquote(urlsplit(address).path.rpartition("/")[2]) or "index.html"
        place = Path(target) if target and not to_stdout else folder / wanted
        source = find(wanted, place)
        if source is None:
            tell(
                f"{name}: {wanted}: não há rede durante a correção e este arquivo não é servido"
                " / there is no network while grading, and this file is not served"
            )
            status = NO_NETWORK
        elif to_stdout:
            sys.stdout.buffer.write(source.read_bytes())
        elif not (place.exists() and place.samefile(source)):
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
    return status


def find(wanted: str, place: Path) -> Path | None:
    """Return a file called ``wanted``: at ``place``, here, in the work folder, or served."""
    served = Path(os.environ.get(FILES_VARIABLE, "")) / wanted
    work = Path(os.environ.get(WORK_VARIABLE, ".")) / wanted
    candidates = [place, Path(wanted), work]
    if wanted in os.environ.get(NAMES_VARIABLE, "").split(os.pathsep):
        candidates.append(served)
    return next((path for path in candidates if path.is_file()), None)


def unzip(rest: list[str]) -> int:
    """Unpack without asking; the files of the dataset stay the served ones."""
    note("unzip", ["unzip", *rest])
    options, names = split("unzip", rest)
    folder = Path(options.get("-d", "."))
    path = os.pathsep.join(
        entry
        for entry in os.environ.get("PATH", os.defpath).split(os.pathsep)
        if not _is_ours(Path(entry) / "unzip")
    )
    program = shutil.which("unzip", path=path)
    if program is not None:
        status = subprocess.call([program, "-o", *rest], stdin=subprocess.DEVNULL)
    else:
        status = _unzip_without_program(names, folder)
    _put_back_served(folder)
    return status


def _is_ours(program: Path) -> bool:
    try:
        return Path(__file__).name.encode() in program.read_bytes()[:4096]
    except OSError:
        return False


def _unzip_without_program(names: list[str], folder: Path) -> int:
    if not names:
        return 1
    archive = Path(names[0])
    if not archive.exists():
        archive = archive.with_name(archive.name + ".zip")
    try:
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(folder, members=names[1:] or None)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        tell(f"unzip: {names[0]}: {error}")
        return 9
    return 0


def _put_back_served(folder: Path) -> None:
    for name in filter(None, os.environ.get(NAMES_VARIABLE, "").split(os.pathsep)):
        served = Path(os.environ.get(FILES_VARIABLE, "")) / name
        if served.is_file() and (folder / name).is_file():
            shutil.copyfile(served, folder / name)


def split(name: str, rest: list[str]) -> tuple[dict[str, str], list[str]]:
    """Return the options that take a value, and the arguments that are none."""
    with_value = OPTIONS_WITH_VALUE.get(name, ())
    options: dict[str, str] = {}
    others: list[str] = []
    waiting = iter(rest)
    for argument in waiting:
        if argument in with_value:
            options[argument] = next(waiting, "")
        elif argument.startswith("--") and "=" in argument:
            key, _, value = argument.partition("=")
            options[key] = value
        elif name == "wget" and argument[:2] in ("-O", "-P") and len(argument) > 2:  # noqa: PLR2004 - "-Oname"
            options[argument[:2]] = argument[2:]
        elif not argument.startswith("-"):
            others.append(argument)
    return options, others


def note(kind: str, words: list[str]) -> None:
    """Write one line for the ledger."""
    file = os.environ.get(LEDGER_VARIABLE)
    if file:
        entry = {"kind": kind, "what": " ".join(words), "at": os.environ.get(PLACE_VARIABLE, ":")}
        with Path(file).open("a", encoding="utf-8") as ledger:
            ledger.write(json.dumps(entry) + "\n")


def tell(text: str) -> None:
    """Say something on stderr."""
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
