"""The description of the service: what FastAPI derives, with problems under their media type, and examples."""

from typing import Any

from fastapi import FastAPI

from api.errors import MEDIA_TYPE
from api.examples import ANSWERS, PROBLEM_EXAMPLES
from api.schemas_coverage import CLOCK

JSON = "application/json"


def install(app: FastAPI) -> None:
    """Have the app describe itself so; made once, on the first question for it."""
    derive = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            _complete(derive())
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _complete(description: dict[str, Any]) -> None:
    _local_hours(description["components"])
    for path, operations in description["paths"].items():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    content = response["content"]
                    content[MEDIA_TYPE] = content.pop(JSON) | {"example": PROBLEM_EXAMPLES[int(status)]}
                else:
                    response["content"][JSON]["example"] = ANSWERS[path.split("/api/v1", 1)[1]]


def _local_hours(schema: Any) -> None:
    """Hours of a day are local: JSON Schema's format "time" is one with an offset."""
    parts = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    for part in parts:
        _local_hours(part)
    if isinstance(schema, dict) and schema.get("format") == "time":
        schema["pattern"] = CLOCK
        del schema["format"]
