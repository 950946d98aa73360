"""What proves whose a certificate is: its mark, made with a key that only the course holds.

Comparing runs proves what was measured, never for whom: that and every other word of it stand or fall
with the mark.
"""

from grader.model.certificate import Answer, Bound, Certificate, Difference, Verification
from grader.storage.course_key import find_key
from grader.storage.run_files import CERTIFIED_BOUND
from grader.storage.run_store import RunStore


def refute(certificate: Certificate, store: RunStore) -> Verification | None:
    """Return why ``certificate`` is not the one that the course made; None where nothing says so.

    Raises:
        StorageError: the course's key cannot be read.
    """
    bound = bound_by(certificate, store)
    why = "changed" if bound is Bound.BROKEN else None
    if bound in (Bound.UNBOUND, Bound.OTHER_KEY) and _marks_its_own(certificate, store):
        why = "mark_gone"
    if why is None:
        return None
    return Verification(
        certificate=certificate,
        now=None,
        answer=Answer.DIFFERENT,
        differences=(Difference(what=why, name="", certified=None, now=None),),
        conditions=(),
        bound=bound,
    )


def bound_by(certificate: Certificate, store: RunStore) -> Bound:
    """Return what the mark of ``certificate`` proves in the course of ``store``.

    Raises:
        StorageError: the course's key cannot be read.
    """
    binding = certificate.binding
    if binding is None:
        return Bound.UNBOUND
    key = find_key(store.folder)
    if key is None:
        return Bound.NO_KEY
    if binding.key != key.name:
        return Bound.OTHER_KEY
    return Bound.PROVED if key.made(binding) else Bound.BROKEN


def _marks_its_own(certificate: Certificate, store: RunStore) -> bool:
    """Return whether the course keeps one of the runs since it binds what it certifies of them."""
    kept = (store.load(run.key) for run in certificate.runs)
    return any(run is not None and run.extra.get(CERTIFIED_BOUND) is True for run in kept)
