"""An example of the answer of every operation, as the demonstration data give it, and of every problem."""

from typing import Any

import orjson

from directory.settings import ROOT

# By the path of the operation below /api/v1; both methods of a path answer alike.
ANSWERS: dict[str, Any] = orjson.loads((ROOT / "api" / "examples.json").read_bytes())


def _problem(status: int, title: str, detail: str | None = None) -> dict[str, Any]:
    told = {"type": "about:blank", "title": title, "status": status}
    return told | ({"detail": detail} if detail else {})


PROBLEM_EXAMPLES: dict[int, dict[str, Any]] = {
    400: _problem(400, "There was an error parsing the body"),
    403: _problem(403, "Work is asked for on our own pages"),
    404: _problem(404, "Not found", "there is no such offer"),
    409: _problem(
        409,
        "Reach rows have to be made first",
        "Faltan los tiempos de viaje a 212 de 540 lugares: prepáralos con cercana coverage rows.",
    ),
    413: _problem(413, "The body is too large"),
    422: _problem(422, "Some fields cannot be used")
    | {"errors": [{"field": "query.limit", "detail": "Input should be less than or equal to 20"}]},
    500: _problem(500, "Something went wrong here"),
    503: _problem(503, "The database does not answer"),
}
