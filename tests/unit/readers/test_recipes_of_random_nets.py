"""Nets drawn by chance: the same each time, various, each with a recipe that the grader reads."""

import ast
from dataclasses import replace

import pytest

from benchmarks.random_nets import TRAINING_ROWS, Net, random_nets, shortened
from grader.files.plain_data import plain_of
from grader.model.recipe import KerasFit, Recipe
from grader.readers.recipe import read_recipe
from tests.unit.readers.written_recipes import file_of

NETS = random_nets(50)


def test_the_same_nets_are_drawn_each_time_and_more_of_them_begin_as_fewer_do() -> None:
    assert random_nets(50) == NETS
    assert random_nets(7) == NETS[:7]
    assert random_nets(7, seed=1) != NETS[:7]


def test_fifty_nets_are_of_many_kinds() -> None:
    assert len({net.optimizer for net in NETS}) == 5
    assert len({net.activation for net in NETS}) == 8
    assert len({net.batch for net in NETS}) == 5
    assert {len(net.widths) for net in NETS} == {1, 2, 3}
    assert {net.rows for net in NETS} == {"raw", "sixteenths", "standard"}


@pytest.mark.parametrize("net", NETS, ids=lambda net: net.name)
def test_the_recipe_of_a_net_is_read_and_says_what_its_program_says(net: Net) -> None:
    read = read_recipe(file_of(plain_of(net.recipe())))
    assert isinstance(read, Recipe), read
    (fit,) = read.fits
    assert isinstance(fit, KerasFit)
    text = net.program(3)
    ast.parse(text)
    assert f"epochs={fit.epochs}, " in text
    assert f"batch_size={fit.batch_size}, " in text
    layers = [layer["class_name"] for layer in read.models[0]["config"]["layers"][1:]]
    assert layers == [line.strip().partition("(")[0] for line in text.splitlines() if line[:4] == "    "][1:]


def test_programs_of_one_net_differ_in_their_seed_alone() -> None:
    assert NETS[0].program(1).replace("seed(1)", "seed(2)") == NETS[0].program(2)


def test_a_shortened_net_has_an_epoch_at_least_and_no_more_than_before() -> None:
    long = replace(NETS[0], batch=8, epochs=40)
    assert shortened(long, 60).epochs == 1
    assert shortened(replace(long, batch=128), 60).epochs == 60 // -(-TRAINING_ROWS // 128)
    assert shortened(replace(long, epochs=2, batch=128), 60).epochs == 2
