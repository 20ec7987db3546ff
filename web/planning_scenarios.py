"""Addresses that save and forget scenarios."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from api.dependencies import TheDirectory
from directory.errors import QuestionError
from directory.scenarios import delete_scenario, read_scenario, save_scenario
from web.planning_changes import ChangeFields
from web.planning_form import ADDRESS
from web.planning_forms import question_of, require_same_origin, see_other
from web.planning_page import show

router = APIRouter(include_in_schema=False)
SCENARIOS = f"{ADDRESS}/escenarios"


@router.post(SCENARIOS)
def keep(request: Request, directory: TheDirectory, asked: Annotated[ChangeFields, Form()]) -> Response:
    """Save a scenario with one change, or add the change to one that is saved."""
    require_same_origin(request)
    fields = question_of(asked.question).model_copy(update={"view": "scenarios"})
    try:
        with directory.reading() as session:
            held = read_scenario(session, int(asked.scenario)) if asked.scenario else None
            change = asked.change(session)
        before = held.changes if held else ()
        save_scenario(
            directory.engine,
            held.name if held else asked.called,
            (*before, change),
            note=held.note if held else asked.note,
            replaces=held.id if held else None,
        )
    except QuestionError as error:
        return show(request, directory, fields, wrong=error, typed=asked.typed(), status=422)
    return see_other(fields.address())


@router.post(f"{SCENARIOS}/{{number}}/borrar")
def forget(
    request: Request,
    directory: TheDirectory,
    number: int,
    question: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Forget a scenario."""
    require_same_origin(request)
    delete_scenario(directory.engine, number)
    fields = question_of(question)
    gone = {"view": "scenarios", "scenario": None, "versus": ""}
    return see_other(fields.model_copy(update=gone).address())
