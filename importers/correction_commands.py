"""The commands that mend one record by hand: `cercana correction set`, `list`, `end`."""

from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from directory.corrections import FIELDS, correct, end_correction, list_corrections
from directory.db import transaction
from directory.errors import DirectoryError
from directory.ready import working_engine
from importers.commands import Data, console, read_settings

corrections = typer.Typer(
    help="Mend one field by hand; it survives every import until it is ended.", no_args_is_help=True
)

WHAT = "; ".join(f"{entity}: {', '.join(fields)}" for entity, fields in FIELDS.items())


@corrections.command("set", epilog=f"What may be mended. {WHAT}.")
def set_correction(
    entity: Annotated[str, typer.Argument(help="organization, service, location, address, phone...")],
    entity_id: Annotated[UUID, typer.Argument(help="Its id, as the API gives it.")],
    field: Annotated[str, typer.Argument(help="The field to mend; a point is geog.")],
    value: Annotated[str | None, typer.Argument(help='The right value; a point is "lon lat".')] = None,
    empty: Annotated[bool, typer.Option("--empty", help="Empty the field instead.")] = False,
    reason: Annotated[str, typer.Option(prompt=True, help="Why; kept with the change.")] = "",
    author: Annotated[str, typer.Option(prompt=True, help="Who mends it.")] = "",
    data: Data = None,
) -> None:
    """Mend one field now and after every import."""
    if (value is None) != empty:
        raise DirectoryError("Give the value, or --empty.")
    if not (reason.strip() and author.strip()):
        raise DirectoryError("A correction needs --reason and --author.")
    with working_engine(read_settings(data=data)) as engine, transaction(engine) as session:
        made = correct(session, entity, entity_id, field, value, reason, author)
        session.flush()
        console.print(f"Correction {made.id}: {entity}.{field} of {entity_id} is mended.", markup=False)


@corrections.command("list")
def list_open(data: Data = None) -> None:
    """Corrections that are kept."""
    table = Table("Number", "What", "Id", "Field", "Value", "Reason", "Author")
    with working_engine(read_settings(data=data)) as engine, transaction(engine) as session:
        for one in list_corrections(session):
            cells = (
                one.id,
                one.entity,
                one.entity_id,
                one.field,
                one.value or "(empty)",
                one.reason,
                one.author,
            )
            table.add_row(*map(str, cells))
    console.print(table, markup=False)


@corrections.command("end")
def end(number: int, data: Data = None) -> None:
    """End a correction: the next import writes what the source says."""
    with working_engine(read_settings(data=data)) as engine, transaction(engine) as session:
        ended = end_correction(session, number)
        console.print(f"Correction {number} of {ended.entity}.{ended.field} has ended.", markup=False)
