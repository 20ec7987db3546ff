"""The accessibility statement: `/accesibilidad`. What is aimed at, what was tested, what is known not to work."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.dependencies import TheDirectory
from web.ficha import FRESH
from web.templating import page

router = APIRouter(include_in_schema=False)
ADDRESS = "/accesibilidad"


@router.get(ADDRESS, response_class=HTMLResponse)
def accessibility(request: Request, directory: TheDirectory) -> HTMLResponse:
    """The statement, in plain words."""
    with directory.reading() as session:
        demo = directory.demonstration(session)
    answer = page(request.app.state.pages, request, "accessibility.html", demo=demo)
    answer.headers["Cache-Control"] = FRESH
    return answer
