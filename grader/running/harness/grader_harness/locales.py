"""``locale.setlocale``: the languages that course programs ask for, on a system that has none of them."""

import functools
import locale
import re
from typing import Any

from grader_harness.ledger import Ledger

MONEY = {"frac_digits": 2, "int_frac_digits": 2, "p_sign_posn": 1, "n_sign_posn": 1, "p_cs_precedes": 1}
MONEY |= {"n_cs_precedes": 1, "grouping": [3, 3, 0], "mon_grouping": [3, 3, 0], "negative_sign": "-"}


def _customs(point: str, separator: str, symbol: str, space: int) -> dict[str, Any]:
    numbers = {"decimal_point": point, "thousands_sep": separator}
    money = {"mon_decimal_point": point, "mon_thousands_sep": separator, "currency_symbol": symbol}
    return {**MONEY, **numbers, **money, "p_sep_by_space": space, "n_sep_by_space": space}


KNOWN = (
    (re.compile(r"pt([_-]?br)?\b|ptb|portugu|brazil", re.IGNORECASE), _customs(",", ".", "R$", 1)),
    (re.compile(r"en[_-]?us\b|english|american", re.IGNORECASE), _customs(".", ",", "$", 0)),
)
NUMBERS = (locale.LC_ALL, locale.LC_NUMERIC, locale.LC_MONETARY)


def install_locales(ledger: Ledger) -> None:
    """Answer a wish for Portuguese or English that the system cannot grant; any other fails as ever.

    Numbers and money are then written and read as that language does; names of days and months stay English.
    """
    original = locale.setlocale
    conventions: dict[str, Any] = locale._override_localeconv  # type: ignore[attr-defined]

    @functools.wraps(original)
    def setlocale(category: int, wanted: Any = None) -> str:
        try:
            answer = original(category, wanted)
        except locale.Error:
            known = _conventions(wanted)
            if known is None:
                raise
            ledger.add("locale", f"locale.setlocale({wanted!r})")
            if category in NUMBERS:
                conventions.update(known)
            return str(wanted)
        if wanted is not None and category in NUMBERS:
            conventions.clear()
        return answer

    locale.setlocale = setlocale


def _conventions(wanted: Any) -> dict[str, Any] | None:
    name = ".".join(map(str, wanted)) if isinstance(wanted, tuple) else str(wanted)
    return next((known for pattern, known in KNOWN if pattern.match(name)), None)
