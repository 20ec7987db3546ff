"""The steps every record goes through, in this order, whatever its source.

Each is `(record, context) -> (record, issues)`; None instead of the record means that it is not published.
"""

from importers.steps.comuna import comuna
from importers.steps.context import Step
from importers.steps.duplicates import duplicates
from importers.steps.phones import phones
from importers.steps.position import position
from importers.steps.schedule import schedule
from importers.steps.text import text
from importers.steps.topic import topic

STEPS: tuple[Step, ...] = (text, phones, comuna, position, schedule, topic, duplicates)
