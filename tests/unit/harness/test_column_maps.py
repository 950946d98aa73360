"""The map from a table's rows to those of a fit: exact, or none."""

from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

find_column_map = import_module("grader_harness.column_maps").find_column_map
RNG = np.random.default_rng(11)
TABLE = np.column_stack(
    (
        RNG.lognormal(1, 0.5, 3000),
        RNG.integers(1, 53, 3000),
        RNG.normal(5, 2, 3000),
        RNG.lognormal(7, 1, 3000),
        RNG.uniform(32, 42, 3000),
        RNG.gamma(2.0, 3.0, 3000),
    )
)
OTHERS = TABLE[2000:]
KNOWN = TABLE[:2000]
MOST_LOST = 200


@given(
    seed=st.integers(0, 10_000),
    rows=st.integers(60, 2000),
    scale=st.floats(1e-3, 1e3),
    shift=st.floats(-50, 50),
    chosen=st.sets(st.integers(0, 5), min_size=2),
)
@settings(max_examples=8)
def test_rows_in_any_order_on_any_scale_are_met_and_so_are_others(
    seed: int, rows: int, scale: float, shift: float, chosen: set[int]
) -> None:
    columns = sorted(chosen)
    taken = np.random.default_rng(seed).permutation(len(KNOWN))[:rows]
    spread = KNOWN.std(axis=0) / scale
    fitted = ((KNOWN[taken] - KNOWN[taken].mean(axis=0)) / spread + shift)[:, columns].astype(np.float32)
    found = find_column_map(KNOWN.astype(np.float32), fitted)
    if found is None:  # few rows may not show which column is which: then it is not guessed
        lost = abs(shift) > MOST_LOST * scale  # what 32 bits leave of a column far from zero
        assert len(columns) < KNOWN.shape[1] or rows < 1000 or lost
        return
    wanted = ((OTHERS - KNOWN[taken].mean(axis=0)) / spread + shift)[:, columns]
    assert np.allclose(found.apply(OTHERS), wanted, atol=1e-3 * np.ptp(wanted), rtol=1e-3)


def test_a_table_cut_in_its_order_is_met_though_its_beginning_is_another_kind() -> None:
    ordered = KNOWN[np.argsort(KNOWN[:, 4])]
    first = ordered[:800]
    fitted = (first - first.mean(axis=0)) / first.std(axis=0)
    found = find_column_map(ordered, fitted)
    assert found is not None
    assert np.allclose(found.apply(OTHERS), (OTHERS - first.mean(axis=0)) / first.std(axis=0), atol=1e-3)


@pytest.mark.parametrize("made", ["raw", "over 16", "minus half", "standardised"])
def test_pictures_of_few_values_are_met_whatever_split(made: str) -> None:
    shapes = RNG.random((10, 64)) > 0.6
    pictures = np.clip(shapes[RNG.integers(0, 10, 900)] * 11 + RNG.integers(-4, 6, (900, 64)), 0, 16)
    pictures[:, [0, 8]] = 0
    taken = RNG.permutation(900)[:600]
    mean, deviation = pictures[taken].mean(axis=0), pictures[taken].std(axis=0)
    ways = {
        "raw": lambda x: x,
        "over 16": lambda x: x / 16,
        "minus half": lambda x: 0.5 - x / 16,
        "standardised": lambda x: (x - mean) / np.where(deviation > 0, deviation, 1),
    }
    found = find_column_map(pictures, ways[made](pictures[taken]))
    assert found is not None
    others = pictures.copy()
    others[:, [0, 8]] = 0 if made == "standardised" else 5
    assert np.allclose(found.apply(others), ways[made](others), atol=1e-4)


def test_targets_on_a_scale_of_their_own_tell_rows_apart_that_two_columns_do_not() -> None:
    targets = KNOWN @ np.arange(1, 7) + RNG.normal(size=len(KNOWN))
    taken = RNG.permutation(len(KNOWN))[:1200]
    fitted = ((KNOWN - KNOWN.mean(axis=0)) / KNOWN.std(axis=0))[taken][:, [1, 0]]
    found = find_column_map(KNOWN, fitted, (targets, targets[taken] / 7 - 2))
    assert found is not None
    assert found.columns.tolist() == [1, 0]
    assert found.aside == pytest.approx((1 / 7, -2), rel=1e-4)
    assert find_column_map(KNOWN, fitted, (targets, np.log(targets[taken] - targets.min() + 1))) is None


@pytest.mark.parametrize(
    "made",
    [
        np.log1p(np.abs(KNOWN)),
        np.column_stack((KNOWN, KNOWN[:, 0] ** 2)),
        np.column_stack((KNOWN[:, :5], KNOWN[:, 0] * KNOWN[:, 1])),
        KNOWN @ RNG.normal(size=(6, 6)),
        RNG.normal(size=KNOWN.shape),
        np.where(RNG.random(KNOWN.shape) < 0.1, np.nan, KNOWN),
        OTHERS,
        KNOWN[:5],
    ],
)
def test_what_is_not_the_tables_columns_has_no_map(made: np.ndarray) -> None:
    assert find_column_map(KNOWN, made[::2] if len(made) > 100 else made) is None


@pytest.mark.parametrize("made", ["swapped", "flipped"])
def test_among_few_values_no_map_is_told_because_a_wrong_one_would_fit(made: str) -> None:
    rows = RNG.integers(1, 6, (1500, 3)).astype(float)
    fitted = rows[:, ::-1] if made == "swapped" else 6 - rows
    assert find_column_map(rows, fitted[RNG.permutation(1500)[:1000]]) is None
