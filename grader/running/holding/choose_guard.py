"""Which mechanism holds the limits on this machine.

In order: a systemd scope, a writable cgroup v2 subtree, cgroup v1 (root), and where there is none of
them a watchdog that adds up what the processes hold.
"""

from grader.model.run import MemoryGuard
from grader.running.holding.cgroups import cgroup_makers
from grader.running.holding.limits import GuardMaker
from grader.running.holding.watchdog import Watchdog


def choose_guard(*, cores: int) -> GuardMaker:
    """Return the best guard that really works here; cgroups are tried on a trivial process."""
    watchdog = GuardMaker(MemoryGuard.WATCHDOG, Watchdog)
    return next(cgroup_makers(cores=cores), watchdog)
