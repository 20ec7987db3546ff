"""What routes and pages are given: the directory, and a read-only session (one request, one transaction)."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError

from directory.answers import Directory
from directory.db import Session


async def get_directory(request: Request) -> Directory:
    """The directory wired in api.main. Async, so that it costs no thread."""
    directory: Directory = request.app.state.directory
    return directory


TheDirectory = Annotated[Directory, Depends(get_directory)]


def get_reading(directory: TheDirectory) -> Iterator[Session]:
    """A session in a read-only transaction that ends with the request."""
    with directory.reading() as session:
        yield session


Reading = Annotated[Session, Depends(get_reading)]


async def known_parameters(request: Request) -> None:
    """Refuse parameters that the route does not know: a misspelt filter must not look like an answer."""
    route = request.scope["route"]
    if route.openapi_extra:
        return  # it reads a model (api.query), which forbids them itself
    unknown = request.query_params.keys() - {field.alias for field in route.dependant.query_params}
    if unknown:
        raise RequestValidationError(
            [{"loc": ("query", name), "msg": "There is no such parameter"} for name in sorted(unknown)]
        )
