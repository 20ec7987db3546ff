"""Bars for what takes long with networks: the stages of a build, and a download."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)

from importers.commands import console


@contextmanager
def stages() -> Iterator["Stages"]:
    """A bar for each stage of a build."""
    shown = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[done]}"),
        TimeElapsedColumn(),
    )
    with Progress(SpinnerColumn(), *shown, console=console) as bar:
        yield Stages(bar)


class Stages:
    """Called as `geo.road_build.Progress`: words of the stage, how much is done, of how much."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Show how far a stage is; the stages before it are over."""
        if stage not in self._tasks:
            for task in self._tasks.values():
                self._bar.stop_task(task)
            self._tasks[stage] = self._bar.add_task(stage, total=None, done="")
        told = f"{done:,}" if total is None else f"{done:,}/{total:,}"
        self._bar.update(self._tasks[stage], completed=done, total=total, done=told)


@contextmanager
def transferring(what: str) -> Iterator["Transfer"]:
    """A bar of bytes."""
    shown = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(SpinnerColumn(), *shown, console=console) as bar:
        yield Transfer(bar, what)


class Transfer:
    """Called with the bytes so far, and in all."""

    def __init__(self, bar: Progress, what: str) -> None:
        self._bar, self._task = bar, bar.add_task(what, total=None)

    def __call__(self, done: int, total: int | None) -> None:
        """Show how far it is."""
        self._bar.update(self._task, completed=done, total=total)
