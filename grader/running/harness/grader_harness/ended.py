"""A program that has ended: its variables, and what was watched while it ran."""

from dataclasses import dataclass, field
from typing import Any

from grader_harness.captured_call import Captured
from grader_harness.earlier_calls import say_the_same
from grader_harness.evidence import Evidence
from grader_harness.figures import Figures
from grader_harness.job import Job, Served
from grader_harness.models import BATCH, equal_weights, is_tf_keras, layer_names
from grader_harness.observing import pick_output
from grader_harness.own_split import ask_last_model
from grader_harness.recipe.fit_book import FitBook
from grader_harness.states import ABSENT, OK, passed_over, raised
from grader_harness.walked_rows import walked


@dataclass
class Ended:
    """What takers look at; ``layers`` are the class names of the delivered model's layers, for display."""

    job: Job
    served: Served
    evidence: Evidence
    figures: Figures
    namespace: dict[str, Any]
    fit_book: FitBook | None = None
    """What was recorded of its fits; None where no recipe is asked for."""
    layers: list[str] = field(default_factory=list)
    answers: Any = None
    """What the first source left that a program names itself, ``predict`` or a variable: it is graded."""
    running: bool = False
    """It has not: no model may be given other weights, not for a moment."""
    _call: tuple[Any, dict[str, str]] | None = None

    def captured_outputs(self) -> tuple[Any, dict[str, str]]:
        """Return what the last recognised call answered, or None and why there is nothing.

        An ``evaluate`` leaves no outputs: its model is asked once more, here, and once only.
        """
        if self._call is None:
            try:
                self._call = self._captured_outputs()
            except Exception as error:
                self._call = None, raised(error)
        return self._call

    def call_of_answers(self) -> Captured | None:
        """Return the recognised call that gave the graded answers; the last one where none is known to have.

        Of several models the last one asked need not be the one whose answers were kept.
        """
        outputs, _ = self.captured_outputs()
        last = self.evidence.captured
        if outputs is None or last is None or self.answers is None or say_the_same(outputs, self.answers):
            return last if outputs is not None else None
        return self.evidence.earlier.that_said(self.answers) or last

    def shown_layers(self) -> list[str]:
        """Return the layers of the delivered model, else of the last one trained or saved, for display."""
        if self.layers or self.evidence.model is None:
            return self.layers
        try:
            return layer_names(self.evidence.model)
        except Exception:  # a model that does not say what it consists of
            return []

    def with_weights(self, captured: Captured, action: Any) -> Any:
        """Do ``action`` while the captured model has the weights it had at the call."""
        if not captured.keras:
            return action()
        now = captured.model.get_weights()
        if equal_weights(now, captured.weights):
            return action()
        if self.running:
            raise RuntimeError("the model has gone on to train")
        captured.model.set_weights(captured.weights)
        try:
            return action()
        finally:
            captured.model.set_weights(now)

    def _captured_outputs(self) -> tuple[Any, dict[str, str]]:
        captured = self.evidence.captured
        if captured is None:
            return self._uncaptured()
        outputs = self.with_weights(captured, lambda: self._outputs(captured))
        if outputs is None:
            return None, passed_over("other_count", "")
        if not self.evidence.quality(outputs):
            width = 1 if outputs.ndim == 1 else outputs.shape[1]
            return None, passed_over("few_scores", str(width))
        return outputs, OK

    def _uncaptured(self) -> tuple[Any, dict[str, str]]:
        """Return what the last model says where the program never asked it, or why that is not known."""
        if not self.running and (call := self._walked()) is not None:
            self.evidence.captured = call
            return self._captured_outputs()
        asked = None if self.running else self._ask_in_its_place()
        if isinstance(asked, Captured):
            self.evidence.captured = asked
            return asked.outputs, OK | {"why": "own_split", "detail": type(asked.model).__name__}
        if self.evidence.walk is not None:
            return None, passed_over("dataset", "")
        batch = self.evidence.rows_in_batches()
        if batch:
            return None, passed_over("batches", str(batch))
        files = self.served.test_files
        return None, passed_over(asked, ", ".join(files)) if asked and files else ABSENT

    def _walked(self) -> Captured | None:
        """Return the last call about a dataset, where this holds the test rows in their order."""
        walk, recogniser = self.evidence.walk, self.evidence.recogniser
        if walk is None or recogniser is None:
            return None
        found = walked(walk, recogniser)
        if found is None:
            return None
        quality = 2 if found.outputs is None else self.evidence.quality(found.outputs)
        inputs = found.inputs if found.outputs is None else None
        return Captured(walk.model, walk.weights, inputs, found.rows, found.outputs, quality)

    def _ask_in_its_place(self) -> Captured | str | None:
        """Return what the last model says of the test rows, where the program never asked it."""
        if not self.job.asks_for("captured"):
            return None
        names = [name for ask in self.job.asks if ask.kind == "model" for name in ask.names]
        # None is what every model that is gone is known by.
        named = [self.namespace[name] for name in names if self.namespace.get(name) is not None]
        taken = self.job.asks_for("model")
        return ask_last_model(self.evidence, self.served, model_taken=taken, named=named)

    def _outputs(self, captured: Captured) -> Any:
        if captured.outputs is not None:
            return captured.outputs
        library = "tf_keras" if is_tf_keras(captured.model) else "keras"
        predict = self.evidence.original[library, "predict"]
        outputs = predict(captured.model, captured.inputs, batch_size=BATCH, verbose=0)
        captured.outputs = pick_output(outputs, len(captured.rows))
        return captured.outputs
