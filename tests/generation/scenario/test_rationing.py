"""Whoever lies below the factual world's line is served, and nobody is pushed out."""

import numpy as np

from generation.scenario.rationing import Rations
from generation.scenario.streams import uniforms_of

KEY = np.array([0.3, 0.1, 0.9, 0.5, 0.2])
GROUP = np.array([0, 0, 0, 1, 1])


def test_the_smallest_keys_of_each_group_are_served() -> None:
    served = Rations().serve("pay", KEY, GROUP, np.array([2, 1]))
    assert sorted(served) == [0, 1, 4]


def test_another_world_serves_by_the_line_and_not_by_the_number() -> None:
    factual = Rations()
    factual.serve("pay", KEY, GROUP, np.array([2, 1]))
    # 0.25 comes in below the line of 0.3, and 0.3 is served all the same.
    key = np.append(KEY, 0.25)
    served = Rations(factual).serve("pay", key, np.append(GROUP, 0), np.array([2, 1]))
    assert sorted(served) == [0, 1, 4, 5]


def test_nobody_at_the_line_is_lost_or_gained_more_often_than_is_due() -> None:
    """Three are served; a change of all keys by 12 % must move 12 % of them."""
    lost, gained = [], []
    for seed in range(2000):
        key = np.random.default_rng(seed).exponential(size=300)
        group, factual = np.zeros(300, int), Rations()
        factual.serve("pay", key, group, np.array([3]))
        fewer = Rations(factual, keys_grow=True).serve(
            "pay", key * 1.12, group, np.array([3])
        )
        more = Rations(factual).serve("pay", key / 1.12, group, np.array([3]))
        lost.append(fewer.size)
        gained.append(more.size)
    # 3 / 1.12 = 2.68 and 3 * 1.12 = 3.36; standard errors 0.012 and 0.014.
    assert abs(np.mean(lost) - 3 / 1.12) < 0.04
    assert abs(np.mean(gained) - 3 * 1.12) < 0.05


def test_the_natural_line_holds_where_the_places_leave_it_open() -> None:
    factual = Rations()
    # Both of group 0 stay; below one everybody would. Group 1 keeps nobody.
    key, group = np.array([0.2, 0.7, 0.4]), np.array([0, 0, 1])
    factual.serve("renew", key, group, np.array([2, 0]), natural=1.0)
    other = np.array([0.95, 1.05, 0.35, 0.45])
    served = Rations(factual).serve(
        "renew", other, np.array([0, 0, 1, 1]), np.zeros(2, int), natural=1.0
    )
    assert list(served) == [0, 2]


def test_endless_keys_are_never_served() -> None:
    key = np.array([np.inf, 0.5, np.inf])
    served = Rations().serve("pay", key, np.zeros(3, int), np.array([3]))
    assert list(served) == [1]


def test_kinds_are_dealt_in_their_numbers_and_alike_in_every_world() -> None:
    factual = Rations()
    # Group 0: one of kind 0, two of kind 1. Group 1: two of kind 2.
    counts = np.array([[1, 0], [2, 0], [0, 2]])
    kind = factual.deal("product", KEY, GROUP, counts)
    assert list(kind) == [1, 0, 1, 2, 2]
    # The one with 0.1 keeps its kind when nobody else is there.
    alone = Rations(factual).deal("product", KEY[1:2], GROUP[1:2], counts)
    assert list(alone) == [0]


def test_too_few_users_share_the_kinds_in_proportion() -> None:
    kind = Rations().deal("product", KEY[:3], GROUP[:3], np.array([[4], [8]]))
    assert list(kind) == [1, 0, 1]


def test_a_user_draws_the_same_number_whoever_else_is_asked() -> None:
    users = np.arange(100_000)
    drawn = uniforms_of(users, 7, 1, 2)
    assert (uniforms_of(users[::7], 7, 1, 2) == drawn[::7]).all()
    assert not (uniforms_of(users, 7, 1, 3) == drawn).any()
    # Standard error of the mean of so many uniform numbers: 0.0009.
    assert abs(drawn.mean() - 0.5) < 0.004
    assert abs(np.corrcoef(drawn[1:], drawn[:-1])[0, 1]) < 0.015
