import string

import pytest

from grader.datasets.catalogue import dataset, names
from grader.datasets.dataset import Kind
from grader.model.errors import CourseError


def test_the_catalogue_holds_every_dataset_of_the_course_texts() -> None:
    assert set(names()) == {
        "mnist",
        "fashion-mnist",
        "digits",
        "noisynote",
        "banknote",
        "california-housing",
        "pele",
        "abc",
        "regression",
    }


def test_a_misspelt_name_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(CourseError) as caught:
        dataset("fashion_mnist")
    assert '"fashion-mnist"' in caught.value.message.en
    assert '"fashion-mnist"' in caught.value.message.pt


def test_a_name_like_no_other_is_answered_with_all_of_them() -> None:
    with pytest.raises(CourseError) as caught:
        dataset("imagenet-22k")
    assert all(name in caught.value.message.en for name in names())


@pytest.mark.parametrize("name", names())
def test_every_checksum_is_a_sha256_in_lower_case(name: str) -> None:
    for file in dataset(name).files:
        assert len(file.sha256) == 64
        assert set(file.sha256) <= set(string.hexdigits.lower())
        assert file.size > 0


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "california-housing", "banknote"])
def test_downloadable_files_have_several_homes(name: str) -> None:
    for file in dataset(name).files:
        assert len({mirror.url for mirror in file.mirrors}) >= 2


@pytest.mark.parametrize("name", names())
def test_every_dataset_has_a_test_group_that_starts_at_the_first_row(name: str) -> None:
    start, stop = dataset(name).groups["test"]
    assert start == 0 < stop


@pytest.mark.parametrize("name", names())
def test_classes_are_named_exactly_where_there_are_classes(name: str) -> None:
    entry = dataset(name)
    assert bool(entry.classes) is (entry.kind is Kind.CLASSIFICATION)


@pytest.mark.parametrize(
    ("name", "loosest"),
    [("mnist", 0.02), ("fashion-mnist", 0.14), ("noisynote", 0.01), ("digits", 0.1)],
)
def test_copying_served_labels_fails_every_tier_of_the_shipped_assignments(name: str, loosest: float) -> None:
    entry = dataset(name)
    _, rows = entry.groups["test"]
    assert not entry.canaries / rows < loosest
