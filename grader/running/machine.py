"""The machine a run is made on: its processor, its GPUs how one is lent to a sandbox; nothing is loaded."""

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader.model.errors import SandboxError
from grader.words.catalogue import say

SHARED_DEVICES = ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools")
"""Devices that every user of any GPU opens; each GPU has one of its own besides."""

_MODPROBE_SECONDS = 30
_LONGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """One NVIDIA GPU: the number of its device file, what it is, and its name across reboots."""

    number: int
    model: str
    uuid: str


def list_gpus(root: Path = Path("/")) -> tuple[Gpu, ...]:
    """Return the GPUs that a sandbox could be lent, by number; none where there is no driver.

    In a container the driver names every GPU of the machine: those without a device file here are not
    ours, unless no GPU has one yet (``prepare_gpu`` makes it). ``root`` is where ``proc`` and ``dev`` lie.
    """
    gpus = []
    devices = {file.name for file in (root / "dev").glob("nvidia[0-9]*")}
    for file in sorted((root / "proc/driver/nvidia/gpus").glob("*/information")):
        lines = [line.partition(":") for line in file.read_text(errors="replace").splitlines()]
        facts = {name.strip(): value.strip() for name, _, value in lines}
        number = facts.get("Device Minor", "")
        if number.isdigit() and (not devices or f"nvidia{number}" in devices):
            model, uuid = facts.get("Model", "NVIDIA GPU"), facts.get("GPU UUID", "")
            gpus.append(Gpu(number=int(number), model=model, uuid=uuid))
    return tuple(sorted(gpus, key=lambda gpu: gpu.number))


def prepare_gpu(number: int) -> None:
    """Make the device files of GPU ``number``: nothing inside a sandbox could.

    Does nothing without ``nvidia-modprobe``: then the driver's own start-up must have made them.
    """
    program = shutil.which("nvidia-modprobe", path="/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
    if program:
        subprocess.run(
            [program, "-u", f"-c={number}"],
            env={},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_MODPROBE_SECONDS,
            check=False,
        )


def gpu_devices(number: int, root: Path = Path("/")) -> tuple[str, ...]:
    """Return the device files that GPU ``number``, and no other, is used through.

    Raises:
        SandboxError: one is missing.
    """
    devices = []
    for name in (*SHARED_DEVICES, f"nvidia{number}"):
        if (root / "dev" / name).exists():
            devices.append(f"/dev/{name}")
        elif name != "nvidia-uvm-tools":  # for debuggers; some drivers do not make it
            raise SandboxError(say("gpu-not-available", number=number, reason=f"/dev/{name}"))
    return tuple(devices)


def gpu_arguments(number: int, root: Path = Path("/")) -> list[str]:
    """Return what shows GPU ``number``, and no other, to bubblewrap; stands after ``--dev /dev``.

    Raises:
        SandboxError: a device file is missing.
    """
    # An ordinary bind would forbid opening devices.
    arguments = [part for device in gpu_devices(number, root) for part in ("--dev-bind", device, device)]
    # cuInit looks for the PCI device there.
    return [*arguments, "--ro-bind", "/sys", "/sys"]


@cache
def processor_model(root: Path = Path("/")) -> str:
    """Return the processor's name as the kernel tells it, else its architecture."""
    try:
        lines = (root / "proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":") for line in lines)
    model = next((value.strip() for key, _, value in named if key.strip() == "model name"), "")
    return " ".join(model.split())[:_LONGEST] or platform.machine() or "unknown"


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))
