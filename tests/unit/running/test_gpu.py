"""GPUs as the driver's files name them; no GPU is needed."""

from pathlib import Path

import pytest

from grader.model.errors import SandboxError
from grader.running.machine import Gpu, gpu_arguments, list_gpus

INFORMATION = """Model: 		 NVIDIA A100-SXM4-40GB
IRQ:   		 123
GPU UUID: 	 GPU-{uuid}
Bus Location: 	 0000:{bus}:00.0
Device Minor: 	 {minor}
"""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    for bus, minor in (("0a", 1), ("41", 0)):
        folder = tmp_path / f"proc/driver/nvidia/gpus/0000:{bus}:00.0"
        folder.mkdir(parents=True)
        (folder / "information").write_text(INFORMATION.format(uuid=bus, bus=bus, minor=minor))
    (tmp_path / "dev").mkdir()
    for name in ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia0", "nvidia1"):
        (tmp_path / "dev" / name).touch()
    return tmp_path


def test_gpus_are_listed_by_their_device_number(machine: Path) -> None:
    assert list_gpus(machine) == (
        Gpu(number=0, model="NVIDIA A100-SXM4-40GB", uuid="GPU-41"),
        Gpu(number=1, model="NVIDIA A100-SXM4-40GB", uuid="GPU-0a"),
    )


def test_a_container_has_only_the_gpus_with_a_device_file(machine: Path) -> None:
    (machine / "dev/nvidia0").unlink()
    assert [gpu.number for gpu in list_gpus(machine)] == [1]


def test_gpus_count_before_any_device_file_is_made(machine: Path) -> None:
    for number in (0, 1):
        (machine / f"dev/nvidia{number}").unlink()
    assert [gpu.number for gpu in list_gpus(machine)] == [0, 1]


def test_a_machine_without_a_driver_has_none(tmp_path: Path) -> None:
    assert list_gpus(tmp_path) == ()


@pytest.mark.attack("gpu_peek")
def test_one_gpu_is_lent_and_no_other(machine: Path) -> None:
    told = gpu_arguments(1, machine)
    lent = [told[n + 1] for n, word in enumerate(told) if word == "--dev-bind"]
    assert lent == ["/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools", "/dev/nvidia1"]
    assert told[-3:] == ["--ro-bind", "/sys", "/sys"]
    assert "--bind" not in told


def test_a_gpu_that_is_not_there_is_named(machine: Path) -> None:
    with pytest.raises(SandboxError, match="/dev/nvidia7") as caught:
        gpu_arguments(7, machine)
    assert caught.value.message.code == "GR611"


def test_a_driver_without_the_debuggers_device_is_enough(machine: Path) -> None:
    (machine / "dev/nvidia-uvm-tools").unlink()
    assert "/dev/nvidia-uvm-tools" not in gpu_arguments(0, machine)
