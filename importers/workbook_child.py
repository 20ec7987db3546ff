"""Child process: print the rows of one sheet of a workbook (XLSX, XLS, ODS) as JSON lines.

In a child because a workbook of a few kilobytes can claim 17 thousand million cells, and the library
then asks for their memory at once, which ends the process.
"""

import json
import sys
from datetime import date, datetime, time, timedelta

import python_calamine

from importers.readers_json import text_of

type Cell = str | int | float | bool | date | time | datetime | timedelta


def main(path: str, sheet: str) -> None:
    """Print {"sheets": [...]} and then one list of texts per row."""
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(path)
        names = workbook.sheet_names
    except python_calamine.PasswordError:
        _problem("está protegido con clave", "quítele la clave y guárdelo de nuevo")
        return
    except (python_calamine.CalamineError, OSError) as error:
        _problem(f"no es una planilla legible ({error})", "ábrala y guárdela de nuevo como XLSX")
        return
    _print({"sheets": names})
    chosen = _chosen(names, sheet)
    if chosen is None:
        _problem(f"no tiene la hoja «{sheet}»; tiene: {', '.join(names)}", "cambie el nombre de la hoja")
        return
    rows = workbook.get_sheet_by_name(chosen)
    # iter_rows leaves out the empty rows above the first: the row numbers people see count them.
    if rows.start is not None:
        for _ in range(rows.start[0]):
            _print([])
    for cells in rows.iter_rows():
        _print([_text(cell) for cell in cells])


def _chosen(names: list[str], sheet: str) -> str | None:
    if not sheet:
        return names[0] if names else None
    return next((name for name in names if name.casefold().strip() == sheet.casefold().strip()), None)


def _text(cell: Cell) -> str:
    """What the cell shows, in the spelling the column helpers read."""
    if isinstance(cell, datetime):
        if cell.time() == time():
            return cell.date().isoformat()
        return cell.isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, time):
        return cell.isoformat(timespec="minutes")
    if isinstance(cell, timedelta):
        minutes = round(cell.total_seconds() / 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if isinstance(cell, date):
        return cell.isoformat()
    return text_of(cell)


def _problem(problem: str, mend: str) -> None:
    _print({"problem": problem, "mend": mend})


def _print(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
