"""The audits by name: the sentences under which each accuses, and the extra runs that it rests on."""

from collections.abc import Mapping

from grader.model.run import Purpose

ACCUSES_IN: Mapping[str, tuple[str, ...]] = {
    "order": ("answers-follow-published-order",),
    "canary": ("canary-labels-repeated",),
    "pair": (
        "answers-depend-on-test-labels",
        "noisy-answers-depend-on-test-labels",
        "one-lucky-run",
        "points-hang-on-chance",
        "answers-from-elsewhere",
    ),
    "placebo": ("classes-right-without-learning", "values-right-without-learning"),
    "fresh": ("answers-for-known-rows",),
    "carried": ("embedded-data-in-program", "submission-carries-data"),
    "silence": ("no-answers-in-audit-run",),
    "claim": ("claim-suspiciously-good",),
    "twins": (
        "shared-errors-and-program",
        "same-program",
        "shared-errors-without-training",
        "same-program-but-names",
    ),
    "test-rows": ("test-rows-in-training", "typed-test-rows-in-training"),
    "untrained": ("training-not-seen", "training-report-implausible"),
}
"""What each audit accuses in; ``shared-errors-different-programs`` says of itself that it does not."""
EXTRA_RUNS: Mapping[str, tuple[Purpose, ...]] = {
    "pair": (Purpose.PAIR, Purpose.REPEAT),
    "placebo": (Purpose.PLACEBO,),
    "fresh": (Purpose.FRESH,),
}
"""What is run besides the graded runs; every other audit looks at these alone."""
