"""Guards that a file must pass before anything reads it. Every file is taken as hostile.

All of them are cheap and bounded: none reads more than a few kilobytes.
"""

import stat
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from importers.errors import ImportFileError

MB = 1024 * 1024
_NESTED = {".zip", ".7z", ".rar", ".gz", ".bz2", ".xz", ".tar", ".tgz", ".kmz", ".jar"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may ask of this machine.

    Workbooks are zip files too, and an honest one has an entry or two for each sheet, picture and style:
    they get their own count of entries. Ratios are looked at only above `ratio_from` unpacked bytes,
    because a tiny file of styles packs far better than any data.
    """

    file_bytes: int = 200 * MB
    line_chars: int = 64 * 1024
    feature_chars: int = MB
    zip_entries: int = 20
    workbook_entries: int = 200
    zip_ratio: int = 100
    ratio_from: int = 4 * MB
    columns: int = 2_000
    child_memory: int = 2048 * MB
    child_seconds: int = 300

    @property
    def unpacked_bytes(self) -> int:
        """Bytes a zip may hold in all, unpacked."""
        return 5 * self.file_bytes


DEFAULT_LIMITS = Limits()


def check_file(path: Path, limits: Limits) -> None:
    """Refuse what is no regular file, is empty, or is too large."""
    if not path.is_file():
        raise ImportFileError("no existe o no es un archivo", file=path, mend="revise el nombre y la carpeta")
    size = path.stat().st_size
    if size == 0:
        raise ImportFileError("está vacío", file=path, mend="vuelva a exportarlo desde su origen")
    if size > limits.file_bytes:
        raise ImportFileError(
            f"pesa {size / MB:.0f} MB y el máximo es {limits.file_bytes / MB:.0f} MB",
            file=path,
            mend="divídalo en partes, o suba el límite CERCANA_MAX_UPLOAD_MB",
        )


def check_zip(path: Path, limits: Limits, *, workbook: bool = False) -> list[zipfile.ZipInfo]:
    """Entries of a zip that is no bomb and whose names stay inside a folder; ImportFileError otherwise."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise ImportFileError(
            "el archivo comprimido está dañado o incompleto",
            file=path,
            mend="vuelva a crearlo o a descargarlo",
        ) from error
    most = limits.workbook_entries if workbook else limits.zip_entries
    if len(entries) > most:
        raise _zip_error(path, f"contiene {len(entries)} archivos y el máximo es {most}")
    if len({entry.filename for entry in entries}) != len(entries):
        raise _zip_error(path, "contiene dos archivos con el mismo nombre")
    for entry in entries:
        if problem := _entry_problem(entry, workbook=workbook):
            raise _zip_error(path, f"«{entry.filename[:80]}» {problem}")
    _check_sizes(path, entries, limits)
    return entries


def _entry_problem(entry: zipfile.ZipInfo, *, workbook: bool) -> str | None:
    name = PurePosixPath(entry.filename)
    if name.is_absolute() or ".." in name.parts or "\\" in entry.filename or ":" in entry.filename:
        return "apunta fuera de su carpeta"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "es un enlace simbólico"
    if entry.flag_bits & 1:
        return "está protegido con clave"
    if not workbook and name.suffix.lower() in _NESTED:
        return "es otro archivo comprimido"
    return None


def _check_sizes(path: Path, entries: Iterable[zipfile.ZipInfo], limits: Limits) -> None:
    total = 0
    for entry in entries:
        total += entry.file_size
        packed = max(entry.compress_size, 1)
        if entry.file_size > limits.ratio_from and entry.file_size > limits.zip_ratio * packed:
            raise _zip_error(
                path, f"«{entry.filename[:80]}» crece {entry.file_size // packed} veces al abrirse"
            )
    if total > limits.unpacked_bytes:
        raise _zip_error(path, f"ocuparía {total / MB:.0f} MB al abrirse")


def _zip_error(path: Path, problem: str) -> ImportFileError:
    return ImportFileError(
        problem, file=path, mend="envíe los datos sin comprimir, o un .zip solo con los datos"
    )
