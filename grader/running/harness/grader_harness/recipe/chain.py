"""Finds the fits that led to a model: from the weights that answered back to weights drawn at random."""

from dataclasses import replace

from grader_harness.recipe.fit_book import FitBook
from grader_harness.recipe.fits import Fit, NoRecipe

MOST_FITS = 32


def chain_to(weights: str, owner: int | None, fit_book: FitBook) -> list[Fit]:
    """Return the fits that led to ``weights``, a digest, in their order; ``owner`` is the model.

    Raises:
        NoRecipe: no fit ended with them, or the first began with weights that were brought.
    """
    last = _last(weights, fit_book.fits)
    if last is None:
        raise _unled(weights, owner, fit_book)
    place, fit = last
    chain = [fit]
    while (before := _before(chain[0].begin, fit_book.fits[:place])) is not None:
        place = before
        chain.insert(0, fit_book.fits[place])
    _begins_anew(chain[0], fit_book)
    for one in chain:
        if one.why is not None:
            raise one.why
    if len(chain) > MOST_FITS:
        raise NoRecipe("too-many-fits", len(chain))
    return chain


def _last(weights: str, fits: list[Fit]) -> tuple[int, Fit] | None:
    """Return the last fit that had ``weights`` at its end, or after one of its epochs: cut there."""
    for place in reversed(range(len(fits))):
        fit = fits[place]
        if fit.end == weights:
            return place, fit
        if weights in fit.after:
            cut = replace(fit, epochs=fit.after.index(weights) + 1, callbacks=[])
            return place, cut
    return None


def _before(begin: str | None, earlier: list[Fit]) -> int | None:
    """Return the last of the earlier fits that ended with the weights ``begin``."""
    if begin is None:
        return None
    return next((n for n in reversed(range(len(earlier))) if earlier[n].end == begin), None)


def _begins_anew(first: Fit, fit_book: FitBook) -> None:
    """Look that the first fit began with weights drawn at random, as far as anybody can tell.

    Weights that were put back to where the model's first fit began are.

    Raises:
        NoRecipe: they were set, loaded, or changed since an earlier fit.
    """
    if first.begin is None:
        return
    place = next(n for n, fit in enumerate(fit_book.fits) if fit.begin == first.begin)
    if fit_book.fits[place].owner == first.owner and fit_book.fits[place] is not first:
        return
    if first.begin in fit_book.brought:
        raise NoRecipe("weights-brought", fit_book.brought[first.begin])
    earlier = [fit for fit in fit_book.fits[:place] if fit.owner == first.owner]
    if earlier and first.begin not in {fit.begin for fit in earlier}:
        raise NoRecipe("weights-changed", "?")


def _unled(weights: str, owner: int | None, fit_book: FitBook) -> NoRecipe:
    """Return why no fit led to ``weights``."""
    if not fit_book.fits:
        return NoRecipe("nothing-trained")
    if weights in fit_book.brought:
        how = fit_book.brought[weights]
        own = any(fit.owner == owner for fit in fit_book.fits)
        return NoRecipe("weights-changed" if own else "weights-brought", how)
    if owner is not None and any(fit.owner == owner for fit in fit_book.fits):
        return NoRecipe("weights-changed", "?")
    return NoRecipe("weights-brought", "?")
