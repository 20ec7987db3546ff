"""Long work in the database: asked for once, done by one worker, told, cancelled, and never lost with its worker."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import InternalError

from directory import jobs
from directory.coverage_terms import JobState
from directory.db import make_engine, transaction
from directory.errors import DirectoryError, JobError, NotFoundError
from directory.job_kinds import Work, read_sites
from directory.job_worker import MOST_CLAIMS, JobWorker, working
from directory.jobs import cancel_job, list_jobs, purge_jobs, read_job, start_job
from directory.settings import Settings

QUICK = {"poll_seconds": 0.02, "silent_seconds": 30.0}
PARAMS = {"dataset": "censo", "network": "comarca", "mode": "car"}
type Doing = Callable[[Work, Mapping[str, object]], dict[str, object]]


@pytest.fixture
def own_engine(module_engine: Engine) -> Iterator[Engine]:
    """The database of these tests, without jobs of the one before."""
    yield module_engine
    with transaction(module_engine) as session:
        session.execute(text("delete from job"))


def started(engine: Engine, **params: object) -> JobState:
    return start_job(engine, "rows", PARAMS | params)


def state(engine: Engine, job: JobState) -> JobState:
    with transaction(engine) as session:
        return read_job(session, job.id)


def worker(engine: Engine, doing: Doing) -> JobWorker:
    return JobWorker(engine, Settings(), {"rows": doing}, **QUICK)


@contextmanager
def at_work(engine: Engine, doing: Doing) -> Iterator[JobWorker]:
    with working(engine, Settings(), doing={"rows": doing}, **QUICK) as made:
        yield made


def wait_until(said: Callable[[], bool]) -> None:
    """Wait for what a thread does; the test's own time limit ends what never comes."""
    pause = threading.Event()
    while not said():
        pause.wait(0.01)


def silence(engine: Engine, job: JobState, *, claims: int = 1) -> None:
    """As a worker leaves a job that dies with it."""
    with transaction(engine) as session:
        session.execute(
            text(
                "update job set state = 'running', started_at = now() - interval '1 hour',"
                " heard_at = now() - interval '1 hour',"
                " result = jsonb_build_object('claims', cast(:claims as integer)) where id = :id"
            ),
            {"id": job.id, "claims": claims},
        )


def counting(work: Work, params: Mapping[str, object]) -> dict[str, object]:
    work.progress(3, 3)
    return {"made": 3, "of": params["dataset"]}


def test_a_service_that_may_not_write_still_asks_and_cancels(
    own_engine: Engine, own_database_url: str
) -> None:
    engine = make_engine(own_database_url, read_only=True)
    job = started(engine)
    assert (job.state, job.done, job.total, job.result) == ("waiting", 0, None, None)
    assert cancel_job(engine, str(job.id)).state == "cancelled"
    with pytest.raises(InternalError, match="read-only"), transaction(engine) as session:
        session.execute(text("delete from job"))
    engine.dispose()


def test_the_same_question_is_the_same_job_until_it_is_over(own_engine: Engine) -> None:
    first = started(own_engine)
    again = start_job(own_engine, "rows", dict(reversed(PARAMS.items())))
    assert again.id == first.id
    assert started(own_engine, mode="foot").id != first.id
    assert start_job(own_engine, "sites", PARAMS).id != first.id
    cancel_job(own_engine, first.id)
    assert started(own_engine).id != first.id


def test_a_job_is_done_and_its_result_kept(own_engine: Engine) -> None:
    job = started(own_engine)
    one = worker(own_engine, counting)
    assert one.work_once()
    assert not one.work_once()
    done = state(own_engine, job)
    assert (done.state, done.done, done.total, done.error) == ("done", 3, 3, None)
    assert done.result == {"made": 3, "of": "censo"}
    with pytest.raises(JobError, match="ya terminó"):
        cancel_job(own_engine, job.id)
    with pytest.raises(JobError, match="lugares propuestos"):
        read_sites(done)


def test_progress_is_told_while_it_works_and_a_cancel_is_heeded(own_engine: Engine) -> None:
    job = started(own_engine)

    def endless(work: Work, params: Mapping[str, object]) -> dict[str, object]:
        work.progress(7, 9)
        wait_until(work.cancelled)
        return {}

    with at_work(own_engine, endless):
        wait_until(lambda: state(own_engine, job).done == 7)
        running = state(own_engine, job)
        assert (running.state, running.total, running.result) == ("running", 9, None)
        assert cancel_job(own_engine, job.id).state == "running"
        # Cancelled, though not over: the same question is a new job.
        assert started(own_engine).id != job.id
        wait_until(lambda: state(own_engine, job).state == "cancelled")
    assert state(own_engine, job).done == 7


def test_a_worker_that_stops_lets_the_job_wait_for_the_next(own_engine: Engine) -> None:
    job = started(own_engine)
    begun = threading.Event()

    def patient(work: Work, params: Mapping[str, object]) -> dict[str, object]:
        begun.set()
        wait_until(work.cancelled)
        raise DirectoryError("stopped in the middle")

    for _ in range(MOST_CLAIMS + 1):  # stopping is nobody's fault, however often
        with at_work(own_engine, patient):
            assert begun.wait(60)
        assert (state(own_engine, job).state, state(own_engine, job).error) == ("waiting", None)
    assert worker(own_engine, counting).work_once()
    assert state(own_engine, job).state == "done"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (DirectoryError("No hay red «x»."), "No hay red «x»."),
        (ZeroDivisionError("1/0"), "El programa falló (ZeroDivisionError)"),
    ],
)
def test_a_failure_is_told_in_words_and_the_worker_goes_on(
    own_engine: Engine, error: Exception, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    job, following = started(own_engine), started(own_engine, mode="foot")

    def failing(work: Work, params: Mapping[str, object]) -> dict[str, object]:
        if params["mode"] == "car":
            raise error
        return {}

    one = worker(own_engine, failing)
    assert one.work_once()
    assert one.work_once()
    failed = state(own_engine, job)
    assert failed.state == "failed"
    assert str(failed.error).startswith(told)
    assert "1/0" not in str(failed.error)
    assert ("1/0" in caplog.text) == isinstance(error, ZeroDivisionError)
    assert state(own_engine, following).state == "done"


def test_a_result_that_json_cannot_hold_is_a_failure(own_engine: Engine) -> None:
    job = started(own_engine)
    assert worker(own_engine, lambda work, params: {"share": float("nan")}).work_once()
    assert "ValueError" in str(state(own_engine, job).error)


def test_a_job_of_a_dead_worker_is_taken_up_but_not_for_ever(own_engine: Engine) -> None:
    job = started(own_engine)
    silence(own_engine, job)
    assert worker(own_engine, counting).work_once()
    assert state(own_engine, job).state == "done"
    deadly, unwanted = started(own_engine), started(own_engine, mode="foot")
    silence(own_engine, deadly, claims=MOST_CLAIMS)
    cancel_job(own_engine, unwanted.id)
    with transaction(own_engine) as session:
        session.execute(text("update job set finished_at = null where id = :id"), {"id": unwanted.id})
    silence(own_engine, unwanted)
    assert not worker(own_engine, counting).work_once()
    assert state(own_engine, deadly).state == "failed"
    assert f"se cortó {MOST_CLAIMS} veces" in str(state(own_engine, deadly).error)
    assert (state(own_engine, unwanted).state, state(own_engine, unwanted).error) == ("cancelled", None)


def test_a_worker_that_lost_its_job_stops_and_writes_nothing(own_engine: Engine) -> None:
    job = started(own_engine)
    told = threading.Event()

    def slow(work: Work, params: Mapping[str, object]) -> dict[str, object]:
        silence(own_engine, job)  # as if this machine had slept
        assert worker(own_engine, counting).work_once()
        wait_until(work.cancelled)
        told.set()
        return {"made": -1}

    assert worker(own_engine, slow).work_once()
    assert told.is_set()
    assert state(own_engine, job).result == {"made": 3, "of": "censo"}


def test_several_workers_do_each_job_once(own_engine: Engine) -> None:
    asked = [started(own_engine, dataset=f"d{n}").id for n in range(jobs.MOST_WAITING)]
    done: list[object] = []

    def noted(work: Work, params: Mapping[str, object]) -> dict[str, object]:
        done.append(params["dataset"])
        return {}

    def all_of_it() -> None:
        one = worker(own_engine, noted)
        while one.work_once():
            pass

    threads = [threading.Thread(target=all_of_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, done)) == sorted(f"d{n}" for n in range(len(asked)))
    with transaction(own_engine) as session:
        assert {one.state for one in list_jobs(session)} == {"done"}


def test_nobody_can_fill_the_disk(own_engine: Engine) -> None:
    for number in range(jobs.MOST_WAITING):
        started(own_engine, dataset=f"d{number}")
    with pytest.raises(JobError, match="Ya esperan 20"):
        started(own_engine, dataset="one more")
    assert started(own_engine, dataset="d3").state == "waiting"  # which waits already
    long: dict[str, Any] = {"dataset": "x" * jobs.MOST_LETTERS}
    for params, words in ((long, "letras"), ({"dataset": float("nan")}, "guardar"), ({"d": {1}}, "guardar")):
        with pytest.raises(JobError, match=words):
            start_job(own_engine, "rows", params)
    for bad in ("\0", "\ud800"):
        with pytest.raises(JobError, match="guardar"):
            started(own_engine, dataset=bad)
    with pytest.raises(JobError, match="puede ser rows, sites"):
        start_job(own_engine, "mine", {})


def test_finished_jobs_go_and_others_stay(own_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new, waits = (started(own_engine, dataset=name) for name in ("old", "new", "waits"))
    cancel_job(own_engine, old.id)
    cancel_job(own_engine, new.id)
    with transaction(own_engine) as session:
        session.execute(
            text("update job set finished_at = :at where id = :id"),
            {"id": old.id, "at": datetime.now(UTC) - timedelta(days=jobs.KEPT_DAYS, hours=1)},
        )
        assert [one.id for one in list_jobs(session)] == [waits.id, new.id, old.id]
        assert purge_jobs(session) == 1
        monkeypatch.setattr(jobs, "MOST_FINISHED", 0)
        assert purge_jobs(session) == 1
        assert [one.id for one in list_jobs(session)] == [waits.id]


def test_what_is_not_there_is_told(own_engine: Engine) -> None:
    for number in (uuid4(), "no-job"):
        with pytest.raises(NotFoundError), transaction(own_engine) as session:
            read_job(session, number)
        with pytest.raises(NotFoundError):
            cancel_job(own_engine, number)
