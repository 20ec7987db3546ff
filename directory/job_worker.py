"""The worker of long work: a thread of the service's main process that does one job after the other.

Several services may share a database: a job is claimed by one of them (`for update skip locked`), which tells
once a second that it lives and how far it is. A job whose worker fell silent is taken up by another; when the
first wakes up again, it finds its claim gone and writes nothing. The moment of the claim is its proof.
"""

import json
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, text

from directory.db import OUTAGES, transaction
from directory.errors import DirectoryError
from directory.job_kinds import DOING, Doing, Work
from directory.settings import Settings
from geo.errors import GeoError

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
SILENT_SECONDS = 60.0
STOP_SECONDS = 20.0
# A job that takes its worker down with it is not tried for ever.
MOST_CLAIMS = 3


@contextmanager
def working(
    engine: Engine,
    settings: Settings,
    *,
    doing: Mapping[str, Doing] = DOING,
    poll_seconds: float = POLL_SECONDS,
    silent_seconds: float = SILENT_SECONDS,
) -> Iterator["JobWorker"]:
    """Do jobs in a thread until the end of the block; the one under way then waits again, for the next worker."""
    worker = JobWorker(engine, settings, doing, poll_seconds=poll_seconds, silent_seconds=silent_seconds)
    thread = threading.Thread(target=worker.run, name="jobs", daemon=True)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join(STOP_SECONDS)
        if thread.is_alive():
            worker.give_back()


@dataclass
class Claim:
    """A job in work. at: when it was claimed. far: how much is done, of how much; written by the pulse.

    stop: it is to end, because it was cancelled, the worker stops, or the claim is lost.
    """

    id: UUID
    kind: str
    params: Mapping[str, object]
    at: datetime
    far: tuple[int, int | None] = (0, None)
    stop: threading.Event = field(default_factory=threading.Event)
    cancelled: bool = False
    lost: bool = False
    ended: threading.Event = field(default_factory=threading.Event)

    def tell(self, done: int, total: int | None) -> None:
        """How far it is; written by and by."""
        self.far = done, total


class JobWorker:
    """Does jobs, one at a time. `run` in a thread of its own, `stop` from any other."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        doing: Mapping[str, Doing] = DOING,
        *,
        poll_seconds: float = POLL_SECONDS,
        silent_seconds: float = SILENT_SECONDS,
    ) -> None:
        self._engine, self._settings, self._doing = engine, settings, doing
        self._poll, self._silent = poll_seconds, silent_seconds
        self._stopping = threading.Event()
        self._claim: Claim | None = None
        self._away = False

    def run(self) -> None:
        """Until it is stopped. A database that is away is asked again; nothing else ends the thread."""
        while not self._stopping.is_set():
            try:
                found, self._away = self.work_once(), False
            except OUTAGES:
                if not self._away:  # told once, not every second
                    log.warning("The database does not answer: jobs wait.")
                found, self._away = False, True
            except Exception:
                log.exception("The worker of jobs failed; it goes on with the next.")
                found = False
            if not found:
                self._stopping.wait(self._poll)

    def stop(self) -> None:
        """End what is under way at its next step, and take nothing more."""
        self._stopping.set()
        claim = self._claim
        if claim is not None:
            claim.stop.set()

    def work_once(self) -> bool:
        """Do the next job, if one waits; whether there was one."""
        claim = self._take()
        if claim is None:
            return False
        self._claim = claim
        if self._stopping.is_set():
            claim.stop.set()
        pulse = threading.Thread(target=self._beat, args=(claim,), name="pulse of a job", daemon=True)
        pulse.start()
        try:
            self._do(claim)
        finally:
            claim.ended.set()
            pulse.join()
            self._claim = None
        return True

    def give_back(self) -> None:
        """Let the job under way wait again: for a worker whose job does not stop in time."""
        claim = self._claim
        if claim is not None:
            self._write(claim, _STOPPED)

    def _take(self) -> Claim | None:
        values = {"kinds": list(self._doing), "silent": self._silent, "most": MOST_CLAIMS}
        with transaction(self._engine) as session:
            session.execute(text(_BURY), values)
            row = session.execute(text(_CLAIM), values).one_or_none()
        return Claim(*row) if row else None

    def _do(self, claim: Claim) -> None:
        """Do a job and write how it ended."""
        work = Work(self._engine, self._settings, claim.tell, claim.stop.is_set)
        try:
            result = json.dumps(self._doing[claim.kind](work, claim.params), allow_nan=False)
        except OUTAGES:
            raise
        except Exception as error:
            self._end_failed(claim, error)
            return
        if not claim.stop.is_set():
            self._write(claim, _DONE, result=result)
        else:
            self._write(claim, _STOPPED)

    def _end_failed(self, claim: Claim, error: Exception) -> None:
        """A failure in words; what fails because it was told to stop is no failure."""
        if claim.stop.is_set():
            log.warning("Job %s ended with %r when it was stopped.", claim.id, error)
            self._write(claim, _STOPPED)
        elif isinstance(error, DirectoryError | GeoError):
            self._write(claim, _FAILED, error=str(error).replace("\0", ""))
        else:
            log.error("Job %s (%s) failed.", claim.id, claim.kind, exc_info=error)
            told = f"El programa falló ({type(error).__name__}); el detalle está en el registro del servicio."
            self._write(claim, _FAILED, error=told)

    def _beat(self, claim: Claim) -> None:
        """Once in a while: tell that the job lives and how far it is; hear whether it is to stop."""
        while not claim.ended.wait(self._poll):
            try:
                cancel = self._write(claim, _ALIVE)
            except OUTAGES:
                log.warning("The database does not answer: job %s goes on untold.", claim.id)
                continue
            claim.lost, claim.cancelled = cancel is None, bool(cancel)
            if claim.lost or claim.cancelled:
                claim.stop.set()
                return

    def _write(self, claim: Claim, change: str, **values: Any) -> bool | None:
        """Change the job if the claim still holds: whether it is to be cancelled, None when the claim is gone."""
        done, total = claim.far
        known = {"id": claim.id, "at": claim.at, "done": done, "total": total}
        with transaction(self._engine) as session:
            row = session.execute(
                text(f"update job set {change} {_HELD}"),  # noqa: S608 (own words)
                known | values,
            ).one_or_none()
        return None if row is None else bool(row.cancel)


_HELD = "where id = :id and state = 'running' and started_at = :at returning cancel"
_TOLD = "done = :done, total = cast(:total as integer), heard_at = clock_timestamp()"
_ALIVE = _TOLD
_OVER = f"{_TOLD}, finished_at = clock_timestamp()"
_DONE = f"{_OVER}, state = 'done', result = cast(:result as jsonb)"
_FAILED = f"{_OVER}, state = 'failed', error = :error, result = null"
# Stopped by a cancel, or for the next worker to do; the counted claims were no fault of the job.
_STOPPED = """
state = case when cancel then 'cancelled' else 'waiting' end, result = null, heard_at = null,
finished_at = case when cancel then clock_timestamp() end,
started_at = case when cancel then started_at end,
done = case when cancel then :done else 0 end,
total = case when cancel then cast(:total as integer) end
"""
_DEAD = "state = 'running' and heard_at < clock_timestamp() - make_interval(secs => :silent)"
_BURY = f"""
update job set finished_at = clock_timestamp(), result = null,
  state = case when cancel then 'cancelled' else 'failed' end,
  error = case when not cancel then
    'El trabajo se cortó ' || :most || ' veces sin terminar: revisa la memoria y el registro del servicio.' end
where {_DEAD} and (cancel or (result ->> 'claims')::int >= :most)
"""  # noqa: S608 (own words)
_CLAIM = f"""
update job set state = 'running', done = 0, total = null, error = null,
  started_at = clock_timestamp(), heard_at = clock_timestamp(),
  result = jsonb_build_object('claims', coalesce((result ->> 'claims')::int, 0) + 1)
where id = (
  select id from job where kind = any(:kinds) and (state = 'waiting' or {_DEAD})
  order by created_at, id limit 1 for update skip locked
) returning id, kind, params, started_at
"""  # noqa: S608 (own words)
