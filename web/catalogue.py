"""For maintainers: brings the catalogues up to date with the texts of `web/`. Run `python -m web.catalogue`.

New texts come in empty, to be filled in by hand; texts that are gone go out. Nothing is ever guessed from a text
that is alike. tests/web/test_language.py fails while a text is missing.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from web.language import LANGUAGES, SPANISH, catalogue_path

WEB = Path(__file__).parent
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
KEYWORDS = {**DEFAULT_KEYWORDS, "noop": None, "html": None}
# Plain and short: no dates, names or versions, so that a difference is a difference of texts.
HEADER = """# {name} texts of the pages; the source texts are Spanish. Kept in order by `python -m web.catalogue`.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""

type MessageId = str | tuple[str, ...]


def source_texts(folder: Path = WEB) -> Catalog:
    """Every text that the code and the templates mark for translation, with where it stands."""
    texts = Catalog()
    found = extract_from_dir(str(folder), METHODS, OPTIONS, KEYWORDS)
    for name, line, message, comments, context in found:
        texts.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return texts


def texts_of(catalog: Catalog) -> Iterator[Message]:
    """The messages without the header."""
    return (message for message in catalog if message.id)


def read_catalogue(path: Path) -> Catalog:
    """A catalogue as it is written, with its fuzzy and obsolete entries."""
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def refreshed(code: str) -> tuple[str, int]:
    """The text of a language's catalogue as it should be, and how many of its messages are empty."""
    path, told = catalogue_path(code), Catalog(locale=code)
    before = read_catalogue(path) if path.exists() else Catalog(locale=code)
    empty = 0
    for message in texts_of(source_texts()):
        known = before.get(message.id)
        said = known.string if known and not known.fuzzy else None
        told.add(message.id, said or ("" if isinstance(message.id, str) else ("", "")), flags=message.flags)
        empty += not (all(said) if isinstance(said, tuple) else said)
    body = BytesIO()
    write_po(body, told, width=0, no_location=True, omit_header=True, sort_output=True)
    return HEADER.format(code=code, name=LANGUAGES[code].name) + body.getvalue().decode(), empty


def main() -> int:
    """Write every catalogue again; 1 when texts are left to be translated."""
    missing = 0
    for code in LANGUAGES:
        if code != SPANISH:
            text, empty = refreshed(code)
            catalogue_path(code).write_text(text, "utf-8")
            sys.stdout.write(f"{catalogue_path(code)}: {empty} texts to translate\n")
            missing += empty
    return int(missing > 0)


if __name__ == "__main__":
    raise SystemExit(main())
