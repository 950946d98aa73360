"""The warm start alone, for whoever tries it out: the conformance suite, ``grader doctor``, attacks."""

from dataclasses import replace

from grader.model.errors import SandboxError
from grader.model.run import Cold, SandboxCommand, SandboxOutcome, WarmStart
from grader.running.warm.sandbox import WarmSandbox
from grader.words.catalogue import say

NOTHING_LOADED = WarmStart(modules=(), standing=())


class AlwaysWarm(WarmSandbox):
    """Starts every command warm, with nothing but Python loaded where the command does not say more."""

    def run(self, command: SandboxCommand) -> SandboxOutcome:
        """Run ``command`` warm.

        Raises:
            SandboxError: it could not be started warm, or the sandbox failed.
        """
        outcome = super().run(replace(command, warm=command.warm or NOTHING_LOADED))
        if not outcome.warm:
            why = self.doubt if outcome.cold is Cold.DOUBT else None
            reason = why or say(f"cold.{(outcome.cold or Cold.DOUBT).value}")
            raise SandboxError(say("sandbox-not-started", reason=reason))
        return outcome
