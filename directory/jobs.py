"""Long work that a page or a command asks for: kept in the database, done by a worker, told while it runs.

The service's connections refuse writes by default; asking for work and cancelling it say that they write. The
same question asked again while it waits or runs is the same job. Who does the work: directory.job_worker.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from directory.coverage_terms import JobState
from directory.db import transaction
from directory.errors import JobError, NotFoundError

# What can be asked for; directory.job_kinds says how each is done.
ROWS = "rows"
SITES = "sites"
KINDS = (ROWS, SITES)

# Nobody can fill the disk: jobs that wait, letters of what one asks, and finished ones that are kept.
MOST_WAITING = 20
MOST_LETTERS = 20_000
MOST_FINISHED = 500
KEPT_DAYS = 7
QUEUEING = 0x7461726561  # "tarea": advisory, one at a time, so that the bounds are exact


def start_job(engine: Engine, kind: str, params: Mapping[str, object]) -> JobState:
    """Ask for work: a waiting job, or the one that already waits or runs with the same kind and params.

    params: what JSON can hold; directory.job_kinds says of each kind which. Raises JobError for an unknown kind,
    params that JSON cannot hold or that are too long, and when too many jobs wait.
    """
    with transaction(engine) as session:
        session.execute(text("set transaction read write"))
        return append_job(session, kind, params)


def append_job(session: Session, kind: str, params: Mapping[str, object]) -> JobState:
    """The same in a transaction of the caller."""
    if kind not in KINDS:
        raise JobError(f"No existe el trabajo «{kind}»: puede ser {', '.join(KINDS)}.")
    written = _written(params)
    key = hashlib.sha256(f"{kind} {written}".encode()).hexdigest()
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": QUEUEING})
    same, waiting = session.execute(text(_HELD), {"key": key}).one()
    if same is not None:
        return read_job(session, same)
    if waiting >= MOST_WAITING:
        raise JobError(f"Ya esperan {waiting} trabajos: espera a que terminen o cancela alguno.")
    values = {"id": uuid4(), "kind": kind, "key": key, "params": written}
    session.execute(text(_APPEND), values)
    return read_job(session, values["id"])


def read_job(session: Session, number: object) -> JobState:
    """How far a job is. number: its id, as UUID or text. Raises NotFoundError."""
    values = {"id": _uuid(number)}
    row = session.execute(text(_READ), values).mappings().one_or_none()
    if row is None:
        raise NotFoundError("there is no such job")
    return JobState(**row)


def list_jobs(session: Session, *, limit: int = 100) -> list[JobState]:
    """Those that run, then those that wait (next first), then finished ones, last first."""
    return [JobState(**row) for row in session.execute(text(_LIST), {"limit": limit}).mappings()]


def cancel_job(engine: Engine, number: object) -> JobState:
    """Cancel a job: at once while it waits; a running one stops at its next step and keeps what it made.

    Raises NotFoundError, and JobError for one that has finished.
    """
    with transaction(engine) as session:
        session.execute(text("set transaction read write"))
        values = {"id": _uuid(number)}
        state = session.scalar(text("select state from job where id = :id for update"), values)
        if state in {"done", "failed", "cancelled"}:
            raise JobError("El trabajo ya terminó: no hay nada que cancelar.")
        session.execute(text(_CANCEL), values)
        return read_job(session, number)


def purge_jobs(session: Session, *, now: datetime | None = None) -> int:
    """Delete jobs that finished KEPT_DAYS ago, and all but the last MOST_FINISHED; how many there were."""
    since = (now or datetime.now(UTC)) - timedelta(days=KEPT_DAYS)
    return len(session.execute(text(_PURGE), {"since": since, "most": MOST_FINISHED}).all())


def _uuid(number: object) -> UUID:
    try:
        return number if isinstance(number, UUID) else UUID(str(number))
    except ValueError as error:
        raise NotFoundError("there is no such job") from error


def _written(params: Mapping[str, object]) -> str:
    """The same text for the same params, whatever their order."""
    try:
        written = json.dumps(params, sort_keys=True, ensure_ascii=False, allow_nan=False)
        written.encode()
    except (TypeError, ValueError) as error:
        raise JobError(f"Los datos del trabajo no se pueden guardar: {error}.") from error
    if len(written) > MOST_LETTERS:
        raise JobError(f"Los datos del trabajo pasan de {MOST_LETTERS} letras: pide menos de una vez.")
    if r"\u0000" in written:  # which the database would not take
        raise JobError("Los datos del trabajo tienen una letra que no se puede guardar (NUL).")
    return written


# The result of a running one only counts how often it was taken up (directory.job_worker).
_COLUMNS = """
select id, kind, state, done, total, told, error, case when state = 'done' then result end as result from job
"""
_READ = _COLUMNS + "where id = :id"
_LIST = (
    _COLUMNS
    + """
order by case state when 'running' then 0 when 'waiting' then 1 else 2 end, finished_at desc, created_at, id
limit :limit
"""
)
_HELD = """
select
  (select id from job where key = :key and state in ('waiting', 'running') and not cancel limit 1),
  (select count(*) from job where state = 'waiting')
"""
_APPEND = """
insert into job (id, kind, key, params, state, done, told, cancel)
values (:id, :kind, :key, cast(:params as jsonb), 'waiting', 0, '', false)
"""
_CANCEL = """
update job set cancel = true,
  state = case when state = 'waiting' then 'cancelled' else state end,
  finished_at = case when state = 'waiting' then clock_timestamp() end
where id = :id
"""
_PURGE = """
delete from job where id in (
  select id from job where state in ('done', 'failed', 'cancelled') and finished_at < :since
  union all
  (select id from job where state in ('done', 'failed', 'cancelled') order by finished_at desc, id offset :most)
) returning id
"""
