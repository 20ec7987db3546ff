"""Rows against each other: a reference is used once, and a point belongs to one place."""

from directory.records import OfferRecord
from importers.steps.context import StepContext, StepResult, refused


def duplicates(record: OfferRecord, context: StepContext) -> StepResult:
    """Refuse a reference that is missing or was used before, and remember the point."""
    ref = record.source_ref
    if not ref:
        message = "Falta el código que identifica la fila: complételo. No se publicó."
        return refused(record, "missing_ref", message, "source_ref")
    seen = hash(ref)  # a set of numbers takes a third of the memory of a set of texts
    if seen in context.refs:
        message = "Otra fila anterior tiene el mismo código: deje una sola. No se publicó."
        return refused(record, "repeated_ref", message, "source_ref", ref)
    context.refs.add(seen)
    location = record.location
    if location.position is not None and location.position.source.value not in _STAND_INS:
        owner = location.organization or record.organization
        whose = hash((owner.ref, location.address.casefold() or location.name))
        context.points.add(location.position.point, whose, hash(location.ref), record.row or 0)
    return record, ()


_STAND_INS = {"locality", "comuna_seat"}
"""Positions that many places share by their nature."""
