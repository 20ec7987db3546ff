"""Texts of life events and questionnaires: plain, short, explained, and in both languages."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from directory.events import load_events
from directory.plain_words import Both, Facts
from directory.questionnaire import load_questionnaires
from directory.settings import Settings
from tests.web.test_plain_language import FORBIDDEN, USTED, long_sentences, unexplained


def words_of(thing: Any) -> Iterator[tuple[str, str]]:
    """Language and text of everything a file of facts says."""
    if isinstance(thing, Both):
        yield "es", thing.es
        yield "en", thing.en.replace("*", "")
    elif isinstance(thing, Facts):
        for name in type(thing).model_fields:
            yield from words_of(getattr(thing, name))
    elif isinstance(thing, Mapping):
        for one in thing.values():
            yield from words_of(one)
    elif isinstance(thing, tuple):
        for one in thing:
            yield from words_of(one)


LIFE = load_events(Settings().country_folder)
TEXTS = sorted(
    {
        *words_of(LIFE.events),
        *words_of(LIFE.conditions),
        *words_of(LIFE.group_names),
        *words_of(load_questionnaires()),
    }
)
# Beside those of every page: an acronym, and what must stand in the same text.
EXPLAINED = {
    "AFC": "fondos de cesantía",
    "GES": "plazos garantizados|guaranteed times",
    "SERVIU": r"minvu\.gob\.cl",
    "PGU": "pensión garantizada universal",
}


def test_texts_of_the_facts_are_plain() -> None:
    assert len(TEXTS) > 300
    assert [part for _, text in TEXTS for part in long_sentences(text)] == []
    for code, text in TEXTS:
        assert not re.search(FORBIDDEN[code], text, re.IGNORECASE), text
        assert code == "en" or not USTED.search(text), text
        unknown = [one for one in unexplained(text) if one not in EXPLAINED]
        assert unknown == [], text
        for one in EXPLAINED:
            assert not re.search(rf"\b{one}\b", text) or re.search(EXPLAINED[one], text, re.IGNORECASE), text


def test_no_text_of_the_facts_was_left_in_spanish() -> None:
    for thing in (*LIFE.events.values(), *LIFE.conditions.values(), *load_questionnaires().values()):
        told = list(words_of(thing))
        for (_, spanish), (_, english) in zip(told[::2], told[1::2], strict=True):
            assert spanish != english or spanish in {"No"}, spanish
