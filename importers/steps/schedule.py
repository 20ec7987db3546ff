"""Hours: what cannot be read, or cannot be, is left out and said. Never guessed."""

from functools import lru_cache

from directory.records import IssueRecord, OfferRecord, Timing, VisitRecord
from directory.schedule_check import sound_timing
from importers.steps.change import changed
from importers.steps.context import StepContext, StepResult, refused


def schedule(record: OfferRecord, context: StepContext) -> StepResult:
    """Keep the hours that make sense. Visits come out in order, each once."""
    del context
    if record.valid_from and record.valid_to and record.valid_from > record.valid_to:
        message = "El convenio termina antes de empezar: corrija las fechas. No se publicó."
        return refused(record, "agreement_ends_before", message, "valid_to", str(record.valid_to))
    timing = record.timing
    if not (timing.rules or timing.texts or timing.visits or timing.exceptions):
        return record, ()
    if timing.visits:
        timing = _in_order(timing)
    sound, troubles = _checked(timing)
    found = tuple(
        changed(one, row=record.row, source_ref=record.source_ref or None, field=f"timing.{one.field or ''}")
        for one in troubles
    )
    return (record if sound == record.timing else changed(record, timing=sound)), found


@lru_cache(maxsize=8192)
def _checked(timing: Timing) -> tuple[Timing, tuple[IssueRecord, ...]]:
    """Cached: most rows of a file share a few timetables."""
    sound, troubles = sound_timing(timing)
    return sound, tuple(troubles)


def _in_order(timing: Timing) -> Timing:
    def moment(visit: VisitRecord) -> tuple[object, ...]:
        return visit.day, visit.opens_at, visit.closes_at, visit.note or ""

    return changed(timing, visits=tuple(sorted(set(timing.visits), key=moment)))
