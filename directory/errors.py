"""Errors of the directory, each with the words a person can act on."""


class DirectoryError(Exception):
    """The base of what the directory raises on purpose. The text is written for the person who reads it."""


class NotFoundError(DirectoryError):
    """There is no such thing in the directory."""


class QuestionError(DirectoryError):
    """A question that cannot be answered as asked: says what would do. field: the part to mend."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class ClusterError(DirectoryError):
    """The database server cannot be found, started or used: says what to do."""


class PublishError(DirectoryError):
    """An import that was refused whole. What was published before stays as it was."""


class CoverageNotReadyError(DirectoryError):
    """Coverage cannot be told yet: reach rows are missing or of another build. missing: places without a row, of total.

    Long work has to make them first: `cercana coverage rows`, or the button of the page.
    """

    def __init__(self, message: str, *, missing: int, total: int) -> None:
        super().__init__(message)
        self.missing = missing
        self.total = total


class JobError(DirectoryError):
    """Long work that does not exist, or cannot be started or cancelled: says why."""
