"""Reads StatLib's text of California's census blocks."""

from collections.abc import Mapping
from pathlib import Path

from grader.datasets.parsed import Parsed


def read(files: Mapping[str, Path]) -> Parsed:
    """Scikit-learn's columns and units: rooms, bedrooms and people per household; 100,000 dollars."""
    import numpy as np

    raw = np.loadtxt(files["cal_housing.data"], delimiter=",")
    longitude, latitude, age, rooms, bedrooms, people, households, income, value = raw.T
    x = np.column_stack(
        (
            income,
            age,
            rooms / households,
            bedrooms / households,
            people,
            people / households,
            latitude,
            longitude,
        )
    )
    y = value / 100_000.0
    tested = np.arange(len(raw)) % 5 == 4  # noqa: PLR2004 - every fifth: as many as a 20 % hold-out
    return Parsed(
        x_train=x[~tested],
        y_train=y[~tested],
        x_graded=x[tested],
        y_graded=y[tested],
    )
