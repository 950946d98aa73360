from pathlib import Path

from grader.running.machine import processor_model, processors


def test_the_processor_is_called_as_the_kernel_calls_it(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc" / "cpuinfo").write_text("processor\t: 0\nmodel name\t: A  Fast  CPU @ 2 GHz\n")
    assert processor_model(tmp_path) == "A Fast CPU @ 2 GHz"


def test_without_a_name_it_is_called_by_its_architecture(tmp_path: Path) -> None:
    assert processor_model(tmp_path / "nowhere")
    assert processors() >= 1
