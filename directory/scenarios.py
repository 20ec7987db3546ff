"""Saved what-ifs: changes to the offer that are asked about and never published.

The service's connections refuse writes by default; saving and deleting say that they write.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from directory.coverage_terms import Change, CoverageQuery, Scenario
from directory.db import transaction
from directory.errors import NotFoundError, QuestionError
from directory.scenario_changes import check_changes, read_changes, written_changes
from directory.scenario_difference import cell_difference, difference, unreached
from directory.scenario_supply import ScenarioFacts, changed_supply, check_against
from directory.supply import Supply

__all__ = [
    "cell_difference", "changed_supply", "delete_scenario", "difference", "list_scenarios", "read_changes",
    "read_scenario", "save_scenario", "scenario_supply",
    "unreached", "written_changes",
]  # fmt: skip

# Nobody can fill the disk.
MOST_SCENARIOS = 200
LONGEST_NAME = 80
LONGEST_NOTE = 1_000
SAVING = 0x657363656E  # "escen": advisory, one at a time, so that the bound is exact


def save_scenario(
    engine: Engine, name: str, changes: Sequence[Change], *, note: str = "", replaces: int | None = None
) -> Scenario:
    """Keep a scenario; with its id, in place of another. The id of a new one is in the answer.

    Raises QuestionError (its field names the part) for a name that is taken, empty or long, a change that
    cannot be meant or made (it is named), or too many scenarios; NotFoundError for no scenario to replace.
    """
    with transaction(engine) as session:
        session.execute(text("set transaction read write"))
        return append_scenario(session, name, changes, note=note, replaces=replaces)


def append_scenario(
    session: Session, name: str, changes: Sequence[Change], *, note: str = "", replaces: int | None = None
) -> Scenario:
    """The same in a transaction of the caller."""
    called, said = name.strip(), note.strip()
    if not called.isprintable() or not 1 <= len(called) <= LONGEST_NAME:
        raise QuestionError(f"El nombre del escenario va de 1 a {LONGEST_NAME} letras.", field="name")
    if len(said) > LONGEST_NOTE or "\0" in said:
        raise QuestionError(f"La nota va hasta {LONGEST_NOTE} letras.", field="note")
    check_changes(changes)
    check_against(ScenarioFacts(session, changes), changes)
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": SAVING})
    _require_room(session, called, replaces)
    document = json.dumps(written_changes(changes), ensure_ascii=False, allow_nan=False)
    values = {"id": replaces, "name": called, "note": said, "changes": document}
    number = session.scalar(text(_INSERT if replaces is None else _REPLACE), values)
    if number is None:
        raise NotFoundError("there is no such scenario")
    return read_scenario(session, number)


def list_scenarios(session: Session) -> list[Scenario]:
    """All of them by name. Raises QuestionError for one that this version cannot read."""
    return [_scenario(row) for row in session.execute(text(_SELECT + " order by name, id"))]


def read_scenario(session: Session, number: int) -> Scenario:
    """One by id. Raises NotFoundError, and QuestionError for one that this version cannot read."""
    row = None
    if 0 < number < 2**31:
        row = session.execute(text(_SELECT + " where id = :id"), {"id": number}).one_or_none()
    if row is None:
        raise NotFoundError("there is no such scenario")
    return _scenario(row)


def delete_scenario(engine: Engine, number: int) -> None:
    """Forget one. Raises NotFoundError."""
    with transaction(engine) as session:
        session.execute(text("set transaction read write"))
        gone = session.execute(
            text("delete from coverage_scenario where id = :id returning id"),
            {"id": number if 0 < number < 2**31 else 0},
        ).one_or_none()
        if gone is None:
            raise NotFoundError("there is no such scenario")


def scenario_supply(
    session: Session, supply: Supply, query: CoverageQuery, *, service_minutes: float
) -> Supply:
    """The supply of a question as its scenario would have it; the supply as it is without one.

    service_minutes: needed at new places. Raises NotFoundError for a
    scenario that is gone, QuestionError (field scenario) that names a change that can no longer be made.
    """
    if query.scenario is None:
        return supply
    scenario = read_scenario(session, query.scenario)
    try:
        return changed_supply(
            supply,
            scenario.changes,
            query,
            ScenarioFacts(session, scenario.changes),
            service_minutes=service_minutes,
        )
    except QuestionError as error:
        raise QuestionError(f"Escenario «{scenario.name}»: {error}", field="scenario") from error


def _require_room(session: Session, name: str, replaces: int | None) -> None:
    same, held = session.execute(text(_HELD), {"name": name}).one()
    if same is not None and same != replaces:
        raise QuestionError(f"Ya hay un escenario «{name}»: ponle otro nombre.", field="name")
    if replaces is None and held >= MOST_SCENARIOS:
        raise QuestionError(f"Ya hay {held} escenarios: borra alguno antes.", field="name")


def _scenario(row: Any) -> Scenario:
    try:
        return Scenario(row.id, row.name, row.note, read_changes(row.changes))
    except QuestionError as error:
        raise QuestionError(
            f"El escenario {row.id} no se puede leer: bórralo y guárdalo de nuevo.", field="scenario"
        ) from error


_SELECT = "select id, name, note, changes from coverage_scenario"
_HELD = """
select (select id from coverage_scenario where name = :name), (select count(*) from coverage_scenario)
"""
_INSERT = """
insert into coverage_scenario (name, note, changes) values (:name, :note, cast(:changes as jsonb)) returning id
"""
_REPLACE = """
update coverage_scenario set name = :name, note = :note, changes = cast(:changes as jsonb)
where id = :id returning id
"""
