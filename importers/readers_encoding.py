"""Finding the encoding of a text file: a mark, strict UTF-8, or Windows-1252 that looks like Spanish.

Nothing is guessed silently: text that fits none of them becomes a question to the editor, with a sample.
One pass over the file in blocks, whatever its size.
"""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from importers.errors import ImportFileError

_BLOCK = 1024 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Between letters, Windows-1252 has accented letters (C0-FF) and now and then an apostrophe (92) or an ordinal
# (AA, BA). Mac Roman and DOS pages put their accented letters at the other places.
_STRANGE = re.compile(rb"[A-Za-z][\x80-\x91\x93-\xa9\xab-\xb9\xbb-\xbf]+(?=[a-z])")
_LETTERS = re.compile(rb"[A-Za-z][\xc0-\xff]+(?=[a-z])")
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_KNOWN = "utf-8, cp1252, mac-roman, cp850 o utf-16"


def find_encoding(path: Path, declared: str | None = None) -> str:
    """Name of the codec to read this file with. ImportFileError, with a sample, when it cannot be told."""
    with path.open("rb") as handle:
        start = handle.read(4096)
    if declared is not None:
        return _known_codec(path, declared, start)
    for mark, codec in _MARKS:
        if start.startswith(mark):
            return codec
    if start.count(0) > len(start) // 10:
        raise ImportFileError(
            "no es texto, o es UTF-16 sin marca",
            file=path,
            mend="guárdelo como «CSV UTF-8», o declare utf-16-le",
        )
    return "utf-8" if _is_utf8(path) else _windows_or_question(path)


def _known_codec(path: Path, declared: str, start: bytes) -> str:
    try:
        name = codecs.lookup(declared).name
    except LookupError as error:
        raise ImportFileError(
            f"la codificación declarada «{declared}» no existe", file=path, mend=f"declare {_KNOWN}"
        ) from error
    return "utf-8-sig" if name == "utf-8" and start.startswith(codecs.BOM_UTF8) else name


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        while block := handle.read(_BLOCK):
            yield block


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        for block in _blocks(path):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _windows_or_question(path: Path) -> str:
    strange = letters = 0
    sample = b""
    for block in _blocks(path):
        odd = _STRANGE.search(block) or _UNDEFINED.search(block)
        if odd and not sample:
            sample = block[max(0, odd.start() - 20) : odd.end() + 20]
        if _UNDEFINED.search(block):
            raise _question(path, sample)
        strange += len(_STRANGE.findall(block))
        letters += len(_LETTERS.findall(block))
    if strange > letters:
        raise _question(path, sample)
    return "cp1252"


def _question(path: Path, sample: bytes) -> ImportFileError:
    shown = "; ".join(
        f"{codec}: «{' '.join(sample.decode(codec, 'replace').split())}»"
        for codec in ("cp1252", "mac-roman", "cp850")
    )
    return ImportFileError(
        f"no se reconoce la codificación de los acentos. Así se leería con cada una: {shown}",
        file=path,
        mend="declare la que se lea bien, o guarde el archivo como «CSV UTF-8»",
    )
