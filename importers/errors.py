"""Errors of imports, in the words of the person who brought the file."""

from pathlib import Path

from directory.errors import DirectoryError
from directory.records import IssueRecord


class ImportFileError(DirectoryError):
    """A file that cannot be imported at all: which file, row and column, what is wrong, and what mends it."""

    def __init__(
        self, problem: str, *, file: Path, mend: str, row: int | None = None, field: str | None = None
    ) -> None:
        self.problem, self.file, self.mend, self.row, self.field = problem, file, mend, row, field
        place = [file.name]
        if row is not None:
            place.append(f"fila {row}")
        if field is not None:
            place.append(f"columna «{field}»")
        super().__init__(f"{', '.join(place)}: {problem}. Qué hacer: {mend}.")


class RefusedRowError(Exception):
    """One row that cannot become a record; the pipeline turns it into its issue and goes on."""

    def __init__(self, issue: IssueRecord) -> None:
        self.issue = issue
        super().__init__(issue.message)
