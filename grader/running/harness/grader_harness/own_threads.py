"""Waits for the program's own threads, as the interpreter does at its end.

Pools of workers (``GridSearchCV(n_jobs=-1)``, ``ProcessPoolExecutor``) keep a thread that ends only when the
interpreter tells it to. Nobody is told so early, since ``predict(X)`` may use them once more: what they were
asked to do is waited for, not their end.
"""

import sys
import threading
import time

LOOK_AGAIN = 0.02
LOOKS = 2


def join_threads() -> None:
    """Return when no thread of the program has anything left to do."""
    for thread in threading.enumerate():
        if thread is threading.main_thread() or thread.daemon:
            continue
        if _is_pool(thread):
            _wait_until_idle(thread)
        else:
            thread.join()


def _wait_until_idle(thread: threading.Thread) -> None:
    """Return when ``thread`` has ended or was found idle twice: it may just have taken its last work."""
    found = 0
    while thread.is_alive() and found < LOOKS:
        found = found + 1 if _is_idle(thread) else 0
        time.sleep(LOOK_AGAIN)


def _is_pool(thread: threading.Thread) -> bool:
    """Return whether ``thread`` serves a pool of processes (joblib has its own kind) or is one of threads."""
    return isinstance(getattr(thread, "pending_work_items", None), dict) or thread in _queues()


def _is_idle(thread: threading.Thread) -> bool:
    if thread not in _queues():
        return not getattr(thread, "pending_work_items", None)
    frame = sys._current_frames().get(thread.ident or 0)
    waiting = frame is None or frame.f_code.co_name == "_worker"
    return waiting and _queues()[thread].empty()


def _queues() -> dict:
    """Return the queue of every worker of a ``ThreadPoolExecutor``."""
    return getattr(sys.modules.get("concurrent.futures.thread"), "_threads_queues", {})
