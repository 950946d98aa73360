"""Turns of phrase and of print that state a figure, told in the one form that is read. Pure, and linear."""

import re

_PERCENT = re.compile(r"\bpor\s{0,3}cento\b|\bporcento\b|\bpercent\b|\bpct\b")
_ARROW = re.compile(r"[-=]+>|→|⇒")
_PLUS_MINUS = re.compile(r"(?:±|\+/-|\+-)\s{0,3}[0-9.,]{1,12}")
_NO_ZERO = re.compile(r"(?<![\w.%{:])\.(?=[0-9]{2,20}(?![0-9]*[%a-z]))")
"""``.984``; what stands in ``{:.10%}`` says how to print."""
_RIGHT = r"acertos?|acertou|acertei"
_WRONG = r"erros?|errors?|errou|errei|erra|misclassified"
_ROWS = r"imagens|images|linhas|rows|amostras|samples|exemplos|examples|casos|cases|digitos|digits|cedulas"
_NO_COUNT = r"[0-9]|\s{0,3}%|[.,][0-9]"
_COUNT = re.compile(
    rf"\b(?:(?P<right>{_RIGHT})|{_WRONG})\s{{0,3}}(?:[:=]|\b(?:em|in)\b)?\s{{0,3}}(?P<part>[0-9]{{1,9}})(?!{_NO_COUNT})"
    rf"(?:\s{{1,3}}(?:{_ROWS}))?\s{{0,3}}(?:/|\b(?:de|em|of|in|out\s{{1,3}}of|das|dos|entre)\b)\s{{0,3}}"
    r"(?P<whole>[0-9]{1,3}(?:[.,][0-9]{3}){1,3}|[0-9]{2,9})"
    rf"(?!{_NO_COUNT}|\s{{0,3}}(?:epoc|exec|rodad|runs|vezes|times|days|dias))"
)
"""``errou 152 de 10.000``, ``erros: 152/10000``."""
_COUNT_FIRST = re.compile(
    r"\b(?P<part>[0-9]{1,9})\s{0,3}/\s{0,3}(?P<whole>[0-9]{2,9})\s{1,3}(?P<what>erros|errors|acertos)\b"
)
_KEY = re.compile(
    r"(?<=[0-9%])\s{1,3}(?=(?:(?:test|teste|train|treino|val|validation|final)[ _])?"
    r"(?:loss|perda|custo|mse|mae|acc|accuracy|acuracia|erro|error)(?:[ _](?:rate|test|teste|train|treino))?"
    r"\s{0,3}[:=]\s{0,3}[0-9.\[])"
)
"""Where ``loss: 0.06 accuracy: 0.98`` goes on to the next figure."""
_OF_TRAINING = re.compile(
    r"\bval_(?:loss|acc|[a-z]{1,20}_acc)[a-z]{0,10}['\"]?\s{0,3}[:=]|\bepoch\s{0,3}[0-9]{1,9}\s{0,3}/\s{0,3}[0-9]"
)


def spelt_plainly(text: str) -> str:
    """Return a folded line with its per cents, fractions, counts and printed pairs as they are read."""
    text = _PLUS_MINUS.sub(" ", _ARROW.sub(" = ", _PERCENT.sub("%", text)))
    text = _KEY.sub(", ", _NO_ZERO.sub("0.", text))
    text = _COUNT_FIRST.sub(r"\g<part> \g<what> em \g<whole>", text)
    return _COUNT.sub(_as_count, text)


def of_training(text: str) -> bool:
    """Return whether a folded line tells of an epoch: what it does not name as over the test set is not."""
    return _OF_TRAINING.search(text) is not None


def _as_count(found: "re.Match[str]") -> str:
    return f"{found['part']} {'acertos' if found['right'] else 'erros'} em {found['whole']}"
