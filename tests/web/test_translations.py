"""Nothing is left in one language: the catalogue is whole, and templates hold no word beside it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Message
from bs4 import BeautifulSoup
from bs4.element import NavigableString
from jinja2 import Environment

from web.catalogue import read_catalogue, refreshed, source_texts, texts_of
from web.language import catalogue_path
from web.templating import TEMPLATES

CATALOGUE = catalogue_path("en")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|\{\w+\}|<[^>]+>")
# The same in both languages; any other text that reads alike was copied and forgotten.
ALIKE = {
    "comuna", "%(minutes)s min", "%(hours)s h %(minutes)s min", "%(day)s, %(hours)s", "Error:", "Error",
    'WhatsApp<span class="hidden"> de %(name)s</span>', "WhatsApp", "Cercana", "No",
}  # fmt: skip
# Names that stand in templates as they are.
NAMES = {"Cercana", "WhatsApp"}
READ_ATTRIBUTES = ("aria-label", "title", "alt", "placeholder", "data-wait", "data-fail", "data-label")


def message_texts(message: Message) -> list[str]:
    """One text, or the singular and the plural."""
    return [message.id] if isinstance(message.id, str) else list(message.id)


def said(message: Message) -> list[str]:
    """Its translations."""
    return [message.string] if isinstance(message.string, str) else list(message.string or ("",))


def test_the_catalogue_has_every_text_and_no_other() -> None:
    wanted = {message.id for message in texts_of(source_texts())}
    had = {message.id for message in texts_of(read_catalogue(CATALOGUE))}
    assert wanted - had == set(), "run python -m web.catalogue, then translate"
    assert had - wanted == set(), "run python -m web.catalogue"
    assert len(had) > 100


def test_no_translation_is_empty_fuzzy_or_a_copy() -> None:
    catalogue = read_catalogue(CATALOGUE)
    assert not catalogue.obsolete
    for message in texts_of(catalogue):
        assert not message.fuzzy, message.id
        assert all(text.strip() for text in said(message)), f"{message.id} is not translated"
        if message.id not in ALIKE:
            assert said(message)[0] != message_texts(message)[0], f"{message.id} is a copy"


def test_placeholders_and_tags_are_those_of_the_source() -> None:
    for message in texts_of(read_catalogue(CATALOGUE)):
        wanted = sorted(PLACEHOLDER.findall(message_texts(message)[-1]))
        for text in (*message_texts(message), *said(message)):
            assert sorted(PLACEHOLDER.findall(text)) == wanted, text
        for text in said(message):
            source = message_texts(message)[0]
            assert (text[0].isspace(), text[-1].isspace()) == (source[0].isspace(), source[-1].isspace())


def test_the_catalogue_is_in_order() -> None:
    assert refreshed("en") == (CATALOGUE.read_text("utf-8"), 0), "run python -m web.catalogue"


WORD = re.compile(r"[^\W\d_]{2,}")
# Written by a macro into the element that calls it.
ATTRIBUTES = re.compile(r'[a-z-]+="[^"]*"')
SENTENCE = re.compile(r"[^\W\d_]\W* [^\W\d_]|^[A-ZÁÉÍÓÚÑ¿¡]|[áéíóúñ]")


def unmarked(template: Path) -> Iterator[str]:
    """Words of a template that would be Spanish on every page."""
    shown, before, skipping = [], ["", ""], False
    for _, kind, value in Environment(extensions=["jinja2.ext.i18n"]).lex(template.read_text("utf-8")):
        if kind == "name" and value in {"trans", "layout", "endtrans", "endblock"}:
            skipping = value in {"trans", "layout"}
        elif kind == "data" and not skipping:
            shown.append(value)
        elif kind == "string" and SENTENCE.search(value[1:-1]) and before != ["_", "("]:
            yield value[1:-1]
        if kind not in {"whitespace", "data"}:
            before = [before[1], value]
    yield from words_shown(BeautifulSoup("".join(shown), "html.parser"))


def words_shown(page: BeautifulSoup) -> Iterator[str]:
    """Words that a person reads or hears."""
    for node in page.find_all(string=True):
        if type(node) is NavigableString and node.parent and node.parent.name not in {"script", "style"}:
            yield from WORD.findall(ATTRIBUTES.sub("", node))
    for element in page.find_all(True):
        names = [*READ_ATTRIBUTES, "content"] if element.get("name") == "description" else READ_ATTRIBUTES
        yield from (word for name in names for word in WORD.findall(str(element.get(name, ""))))


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_templates_mark_every_word_for_translation(template: Path) -> None:
    assert [word for word in unmarked(template) if word not in NAMES] == []


def test_the_test_of_templates_finds_words(tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text('<p title="Hola">Chao {{ _("Bien") }}</p>{{ "Muy mal" if x }}{# nota #}<b>{{ x }}</b>')
    assert sorted(unmarked(bad)) == ["Chao", "Hola", "Muy mal"]
