"""Puts all stand-ins in place: what a program expects of a desktop with a network, neutralised and noted."""

from pathlib import Path

from grader_harness.colab import install_colab
from grader_harness.commands import Commands
from grader_harness.desktop import Desktop
from grader_harness.downloads import Downloads
from grader_harness.figures import Figures
from grader_harness.import_hooks import ImportHooks
from grader_harness.job import Job, Served
from grader_harness.ledger import Ledger
from grader_harness.locales import install_locales
from grader_harness.notebook_views import NotebookViews


def install_shims(
    hooks: ImportHooks, *, ledger: Ledger, served: Served, figures: Figures, job: Job, scratch: Path
) -> None:
    """Install every stand-in; nothing heavy is imported."""
    Commands(ledger, served, job.work).install(scratch / "bin")
    Downloads(ledger, served).install(hooks)
    Desktop(ledger, figures).install(hooks)
    NotebookViews(ledger).install(hooks)
    install_locales(ledger)
    install_colab(ledger, served)
