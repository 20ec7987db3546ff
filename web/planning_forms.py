"""What the planning pages have in common: addresses that carry the question, and forms that change something."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode

from fastapi import HTTPException, Request
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from web.planning_form import ADDRESS, PlanningFields

REPORT = f"{ADDRESS}/informe"
FILES = f"{ADDRESS}/datos"


def require_same_origin(request: Request) -> None:
    """Refuse what another site made a browser send."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise HTTPException(403, "This is asked on our own pages")


def question_text(fields: PlanningFields) -> str:
    """A question as a hidden field carries it."""
    return urlencode(fields.pairs())


def question_of(text: str) -> PlanningFields:
    """The question of a hidden field; the empty one when it cannot be read (it was written by somebody else)."""
    asked = parse_qs(text)
    values = {name: said if name == "accessibility" else said[-1] for name, said in asked.items()}
    try:
        return PlanningFields.model_validate(values)
    except ValidationError:
        return PlanningFields()


def see_other(address: str) -> RedirectResponse:
    """On to a page after a form, so that loading it again sends nothing twice."""
    return RedirectResponse(address, status_code=303)


def file_links(fields: PlanningFields) -> Iterator[tuple[str, str]]:
    """Names and addresses of the files of a question."""
    for kind, name in (("csv", "CSV"), ("gpkg", "GeoPackage"), ("geojson", "GeoJSON")):
        yield name, fields.address(f"{FILES}.{kind}", view="", level="", sort="", down="", all="")
