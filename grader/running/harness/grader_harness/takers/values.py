"""``values``: named variables as they stood when the program ended, so that they can be read elsewhere."""

from json import dumps
from typing import Any

from grader_harness.ended import Ended
from grader_harness.job import PROTOCOL, Ask
from grader_harness.plain_values import PlainValues, Unfit
from grader_harness.states import ABSENT, OK
from grader_harness.writing import write_text

MAX_BYTES = 16 * 1024 * 1024
_SHOWN = 300


def take(ask: Ask, ended: Ended) -> dict[str, str]:
    """Leave ``values.json``: of each name its value, or one word on why it cannot cross."""
    if not ask.names:
        return ABSENT
    plain = PlainValues()
    room = MAX_BYTES
    written = []
    for name in ask.names:
        text = _written(name, ended.namespace, plain)
        if len(text) > room:
            text = _why("too_large")
        room -= len(text)
        written.append(f"{dumps(name)}: {text}")
    text = f'{{"protocol": {PROTOCOL}, "values": {{{", ".join(written)}}}}}'
    write_text(ended.job.out / "values.json", text)
    return OK


def _written(name: str, namespace: dict[str, Any], plain: PlainValues) -> str:
    """Return what is known of one variable, as JSON; whatever looking at it raises is told, not raised."""
    try:
        if name not in namespace:
            return _why("absent")
        return f'{{"value": {plain.written(namespace[name])}}}'
    except Unfit as unfit:
        return _why(unfit.why, unfit.detail, unfit.outline)
    except BaseException as error:  # SystemExit of the program's own methods too
        return _why("raised", f"{type(error).__name__}: {error}")


def _why(why: str, detail: str = "", outline: dict[str, Any] | None = None) -> str:
    return dumps({"why": why, "detail": detail[:_SHOWN], **(outline or {})})
