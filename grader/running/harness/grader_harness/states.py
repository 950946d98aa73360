"""What became of one thing that was asked for."""

OK = {"state": "ok"}
ABSENT = {"state": "absent"}
_SHOWN = 500


def passed_over(why: str, detail: str) -> dict[str, str]:
    """Return the state of what was there and did not work.

    ``detail`` is names and numbers, the same in every language: a sentence of ours is said outside.
    """
    return {"state": "passed_over", "why": why, "detail": detail[:_SHOWN]}


def raised(error: BaseException) -> dict[str, str]:
    """Return the state of what raised ``error`` when it was looked at."""
    return passed_over("raised", f"{type(error).__name__}: {error}")
