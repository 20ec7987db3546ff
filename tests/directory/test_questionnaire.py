"""The alcohol questionnaire: every boundary of its published rules, and what no answer may ever do."""

import random
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from directory.plain_words import FactsError
from directory.questionnaire import FOLDER, Questionnaire, load_questionnaires, result, skipped, unanswered

AUDIT = load_questionnaires()["alcohol"]
CODES = tuple(one.code for one in AUDIT.items)
POINTS = {item.code: tuple(one.points for one in AUDIT.options(item)) for item in AUDIT.items}
MIDDLE = {"stopping", "duties", "morning", "regret", "memory"}


def answers(*points: int) -> dict[str, int]:
    """Ten answers in the order of the questions."""
    return dict(zip(CODES, points, strict=True))


def test_it_is_the_published_instrument() -> None:
    assert len(CODES) == 10
    assert AUDIT.most == 40
    assert [POINTS[code] for code in CODES] == [(0, 1, 2, 3, 4)] * 8 + [(0, 2, 4)] * 2
    assert [(one.first, one.need) for one in AUDIT.zones] == [
        (0, None),
        (8, "treatment.guidance"),
        (16, "treatment"),
        (20, "treatment"),
    ]


@pytest.mark.parametrize(
    ("told", "score", "zone"),
    [
        (answers(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0, "low"),
        (answers(1, 0, 0, 0, 0, 0, 0, 0, 0, 0), 1, "low"),
        (answers(4, 3, 0, 0, 0, 0, 0, 0, 0, 0), 7, "low"),
        (answers(4, 4, 0, 0, 0, 0, 0, 0, 0, 0), 8, "risk"),
        (answers(4, 4, 4, 3, 0, 0, 0, 0, 0, 0), 15, "risk"),
        (answers(4, 4, 4, 4, 0, 0, 0, 0, 0, 0), 16, "harm"),
        (answers(4, 4, 4, 4, 3, 0, 0, 0, 0, 0), 19, "harm"),
        (answers(4, 4, 4, 4, 4, 0, 0, 0, 0, 0), 20, "support"),
        (answers(4, 4, 4, 4, 4, 4, 4, 4, 4, 4), 40, "support"),
        # Who never drinks is not asked the rest: it counts 0, but not the last two.
        (answers(0, 4, 4, 4, 4, 4, 4, 4, 0, 0), 0, "low"),
        (answers(0, 4, 4, 4, 4, 4, 4, 4, 4, 4), 8, "risk"),
        # Who drinks little, and never six, is not asked 4 to 8.
        (answers(4, 0, 0, 4, 4, 4, 4, 4, 2, 0), 6, "low"),
        (answers(4, 0, 1, 4, 4, 4, 4, 4, 0, 0), 25, "support"),
    ],
)
def test_scores_and_zones(told: dict[str, int], score: int, zone: str) -> None:
    found = result(AUDIT, told)
    assert (found.score, found.zone.code) == (score, zone)


@pytest.mark.parametrize("score", range(41))
def test_every_score_has_the_published_zone(score: int) -> None:
    # The last two questions give even points only: an odd rest takes one from the eighth.
    last = (max(score - 32, 0) + 1) // 2 * 2
    left, told = score - last, dict.fromkeys(CODES, 0)
    for code in CODES[:8]:
        told[code] = min(left, 4)
        left -= told[code]
    told |= {"injury": min(last, 4), "concern": max(last - 4, 0)}
    wanted = "low" if score < 8 else "risk" if score < 16 else "harm" if score < 20 else "support"
    assert (result(AUDIT, told).score, result(AUDIT, told).zone.code) == (score, wanted)


@pytest.mark.parametrize(
    ("told", "critical"),
    [
        (answers(1, 1, 1, 0, 0, 0, 0, 0, 0, 0), False),
        (answers(1, 1, 1, 0, 0, 0, 0, 0, 2, 0), False),
        (answers(1, 1, 1, 0, 0, 0, 0, 0, 4, 0), True),
        (answers(1, 1, 1, 0, 0, 0, 0, 0, 0, 2), True),
        (answers(0, 0, 0, 0, 0, 0, 0, 0, 0, 4), True),
        (answers(4, 4, 4, 4, 3, 0, 0, 0, 0, 0), False),
        (answers(4, 4, 4, 4, 4, 0, 0, 0, 0, 0), True),
    ],
)
def test_critical_answers_put_the_helpline_first(told: dict[str, int], critical: bool) -> None:
    assert result(AUDIT, told).critical is critical


def test_only_what_the_rules_ask_must_be_answered() -> None:
    assert unanswered(AUDIT, {}) == CODES
    assert skipped(AUDIT, {}) == frozenset()
    assert unanswered(AUDIT, {"frequency": 0}) == ("injury", "concern")
    assert set(unanswered(AUDIT, {"frequency": 2, "amount": 0})) == {"many", "injury", "concern"} | MIDDLE
    assert unanswered(AUDIT, {"frequency": 2, "amount": 0, "many": 0}) == ("injury", "concern")
    assert skipped(AUDIT, {"frequency": 2, "amount": 0, "many": 1}) == frozenset()
    never = {"frequency": 0, "injury": 0, "concern": 0}
    assert (unanswered(AUDIT, never), result(AUDIT, never).score) == ((), 0)


def test_a_missing_or_impossible_answer_is_refused() -> None:
    told = answers(1, 1, 1, 1, 1, 1, 1, 1, 0, 0)
    with pytest.raises(ValueError, match="not answered: memory"):
        result(AUDIT, {code: one for code, one in told.items() if code != "memory"})
    with pytest.raises(ValueError, match="injury: there is no answer of 1 points"):
        result(AUDIT, told | {"injury": 1})


def drawn(dice: random.Random) -> dict[str, int]:
    """Any ten answers."""
    return {code: dice.choice(points) for code, points in POINTS.items()}


def raised(told: dict[str, int]) -> Iterator[dict[str, int]]:
    """The same with one answer that is worse."""
    for code, points in POINTS.items():
        for low, high in pairwise(points):
            if told[code] == low:
                yield told | {code: high}


def test_a_worse_answer_never_makes_a_better_score() -> None:
    dice = random.Random(20261122)
    compared = 0
    for _ in range(1_000):
        told = drawn(dice)
        if dice.random() < 0.3:
            told |= dict.fromkeys(dice.sample(CODES[:3], 2), 0)
        before = result(AUDIT, told)
        assert 0 <= before.score <= 40
        assert before.zone.first <= before.score
        for worse in raised(told):
            after = result(AUDIT, worse)
            assert after.score >= before.score
            assert after.zone.first >= before.zone.first
            assert after.critical >= before.critical
            compared += 1
    assert compared > 5_000


def test_skipped_answers_never_count() -> None:
    dice = random.Random(7)
    for _ in range(500):
        told = drawn(dice)
        kept = {code: one for code, one in told.items() if code not in skipped(AUDIT, told)}
        assert result(AUDIT, kept) == result(AUDIT, told)


def stated() -> dict[str, Any]:
    """The file as it is."""
    return tomllib.loads((FOLDER / "audit.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"zones": stated()["zones"][1:]}, "zones begin at 0"),
        ({"zones": [stated()["zones"][0], stated()["zones"][0]]}, "each later than the one before"),
        ({"items": [*stated()["items"], stated()["items"][0]]}, "question frequency is there twice"),
        (
            {"items": [{**stated()["items"][0], "scale": "other"}], "skips": [], "critical": []},
            "no scale other",
        ),
        ({"skips": [{"when": ["beer"], "at_most": 0, "skips": ["many"]}]}, "there is no question beer"),
        ({"critical": [{"item": "beer", "at_least": 1}]}, "there is no question beer"),
        ({"colour": "red"}, "colour"),
        ({"title": {"es": "Hola", "en": " "}}, "title.en"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Questionnaire.model_validate(stated() | change)


def test_the_error_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('slug = "bad"')
    with pytest.raises(FactsError, match=r"^bad\.toml: title: "):
        load_questionnaires(tmp_path)
    (tmp_path / "bad.toml").write_text("slug = ")
    with pytest.raises(FactsError, match=r"^bad\.toml: this is no TOML"):
        load_questionnaires(tmp_path)
    text = (FOLDER / "audit.toml").read_text("utf-8")
    (tmp_path / "bad.toml").write_text(text)
    (tmp_path / "copy.toml").write_text(text)
    with pytest.raises(FactsError, match=r"^copy\.toml: slug alcohol is there twice"):
        load_questionnaires(tmp_path)
