"""The language of a page: Spanish, or English under `/en`. Source texts are Spanish; English is a catalogue.

    from web.language import gettext as _, ngettext, noop, path_for

    _("Abierto, cierra a las %(hour)s", hour="17:30")           # in the language of this request
    ngettext("%(count)s lugar", "%(count)s lugares", 2, count=2)
    LABELS = Texts({"car": noop("En auto")})                      # a table at import, translated when it is read
    path_for("/o/123")                                             # "/o/123" or "/en/o/123"

`LanguagePrefix` reads the language from the address and keeps it in a context variable, which the threads of
plain `def` endpoints inherit. The catalogue is text (`locale/en/LC_MESSAGES/messages.po`), read and compiled in
memory at the first use: there is no compiled file that could be missing or stale.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.support import NullTranslations, Translations
from markupsafe import Markup, escape
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

LOCALE_FOLDER = Path(__file__).parent / "locale"
DOMAIN = "messages"


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the pages. locale is Babel's name of it; tag stands in html lang; label in the switch."""

    code: str
    label: str
    name: str
    tag: str
    locale: str
    prefix: str


SPANISH = "es"
LANGUAGES: Mapping[str, Language] = {
    SPANISH: Language(SPANISH, "ES", "Español", "es-CL", "es_CL", ""),
    "en": Language("en", "EN", "English", "en", "en", "/en"),
}
# Said once, whatever the language: the API, files and tiles have no English address.
ONE_LANGUAGE = ("/api/", "/static/", "/teselas/")

_current: ContextVar[str] = ContextVar("language", default=SPANISH)


class CatalogueError(RuntimeError):
    """A catalogue is missing or cannot be read: names the file. A mistake of ours, told at the start."""


def language() -> str:
    """The language of this request: "es" or "en"."""
    return _current.get()


def current() -> Language:
    """The same with its locale, tag and prefix."""
    return LANGUAGES[_current.get()]


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language for a while: what renders outside of a request, and tests."""
    token = _current.set(LANGUAGES[code].code)
    try:
        yield
    finally:
        _current.reset(token)


def gettext(text: str, /, **values: object) -> str:
    """The text in the language of this request, with its %(name)s filled in if values are given."""
    said = catalogue(language()).gettext(text)
    return said % values if values else said


def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
    """The same for a text that depends on a number."""
    said = catalogue(language()).ngettext(one, many, count)
    return said % values if values else said


def html(text: str, /, **values: object) -> Markup:
    """A translated text as HTML: values are escaped, and what is `Spanish` says so."""
    return Markup(gettext(text)) % values


def noop(text: str) -> str:
    """Marks a text for the catalogue where it is written, when it is translated elsewhere (`Texts`)."""
    return text


class Texts[Key: str](Mapping[Key, str]):
    """A table of texts written at import with `noop`, and read in the language of the request."""

    def __init__(self, texts: Mapping[Key, str]) -> None:
        self._texts = dict(texts)

    def __getitem__(self, key: Key) -> str:
        return gettext(self._texts[key])

    def __iter__(self) -> Iterator[Key]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def source(self, key: Key) -> str | None:
        """The text as it was written, for comparing with texts of the directory; None when there is none."""
        return self._texts.get(key)


@dataclass(frozen=True, slots=True)
class InBoth:
    """A text that comes in both languages from elsewhere (the country's facts). Shown in the page's."""

    es: str
    en: str

    def __str__(self) -> str:
        return self.en if language() == "en" else self.es


class Spanish(str):
    """A text of the directory, which is Spanish on every page: a name, an address, what a source says.

    In HTML of an English page it says so (`<span lang="es">`), anywhere else it is the text alone. Templates make
    one with the filter `spanish`. Not for attributes and titles, which hold no element: there use `|plain`.
    """

    __slots__ = ()

    def __html__(self) -> Markup:
        text = escape(str(self))
        return text if not self or language() == SPANISH else Markup('<span lang="es">{}</span>').format(text)


def path_for(path: str, code: str | None = None) -> str:
    """An address of ours (`/o/123`) in the language of this request, or in another one."""
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError(f"an address of ours starts with one slash, not {path[:80]!r}")
    return LANGUAGES[code or language()].prefix + path


def split_path(path: str) -> tuple[str, str]:
    """Language code and address without prefix, of a path as it was asked for."""
    for one in LANGUAGES.values():
        if one.prefix and (path == one.prefix or path.startswith(one.prefix + "/")):
            return one.code, path.removeprefix(one.prefix) or "/"
    return SPANISH, path


def catalogue_path(code: str) -> Path:
    """The file of a language's texts."""
    return LOCALE_FOLDER / code / "LC_MESSAGES" / f"{DOMAIN}.po"


@cache
def catalogue(code: str) -> NullTranslations:
    """The texts of a language. Raises CatalogueError when the file is missing or cannot be read."""
    if code == SPANISH:
        return NullTranslations()  # the source texts as they are
    path, compiled = catalogue_path(code), BytesIO()
    try:
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=code, domain=DOMAIN, abort_invalid=True))
    except (OSError, ValueError, PoFileError) as error:
        raise CatalogueError(f"{path}: the texts of this language cannot be read ({error})") from error
    compiled.seek(0)
    return Translations(compiled, domain=DOMAIN)


class LanguagePrefix:
    """Serves every page in every language: `/en/x` is `/x` in English.

    The prefix becomes the `root_path` of the request, so that routes, redirects and `url_for` work as they are.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, speaking the language of its address."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        root = str(scope.get("root_path", ""))
        code, path = split_path(str(scope["path"]).removeprefix(root))
        if code != SPANISH and not path.startswith(ONE_LANGUAGE):
            scope = {**scope, "root_path": root + LANGUAGES[code].prefix}
        with speaking(code):
            await self.app(scope, receive, send)


def install(app: Starlette) -> None:
    """Put it outside of whatever renders: after `failures.install`, before `security.install`."""
    for code in LANGUAGES:
        if code != SPANISH:
            catalogue(code)  # a broken catalogue stops the start, not the first visitor
    app.add_middleware(LanguagePrefix)
