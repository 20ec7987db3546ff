"""The tables: HSDS 3.1 objects under their own names, and ours beside them."""

from directory.tables.access import OfferAccess
from directory.tables.area import Area, AreaDrawing, Place, Population
from directory.tables.coverage import (
    CoverageScenario,
    Job,
    PopulationDataset,
    PopulationSample,
    ReachRow,
)
from directory.tables.error_report import ErrorReport
from directory.tables.location import Accessibility, Address, Language, Location, Phone
from directory.tables.offer import Offer, Word
from directory.tables.organization import (
    Attribute,
    Contact,
    Funding,
    Metadata,
    Organization,
    OrganizationIdentifier,
    Program,
    Url,
)
from directory.tables.provenance import Correction, ImportRun, Issue, Source, Statement
from directory.tables.schedule import (
    CalendarState,
    Holiday,
    Opening,
    Schedule,
    ScheduleException,
    Timetable,
    Visit,
)
from directory.tables.service import (
    CostOption,
    RequiredDocument,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceCapacity,
    Unit,
)
from directory.tables.street import NetworkMap, RoadDrawing, Street
from directory.tables.table import METADATA, Table
from directory.tables.taxonomy import Facet, Synonym, Taxonomy, TaxonomyTerm
from directory.tables.unmet_need import UnmetNeed

__all__ = [
    "METADATA",
    "Accessibility",
    "Address",
    "Area",
    "AreaDrawing",
    "Attribute",
    "CalendarState",
    "Contact",
    "Correction",
    "CostOption",
    "CoverageScenario",
    "ErrorReport",
    "Facet",
    "Funding",
    "Holiday",
    "ImportRun",
    "Issue",
    "Job",
    "Language",
    "Location",
    "Metadata",
    "NetworkMap",
    "Offer",
    "OfferAccess",
    "Opening",
    "Organization",
    "OrganizationIdentifier",
    "Phone",
    "Place",
    "Population",
    "PopulationDataset",
    "PopulationSample",
    "Program",
    "ReachRow",
    "RequiredDocument",
    "RoadDrawing",
    "Schedule",
    "ScheduleException",
    "Service",
    "ServiceArea",
    "ServiceAtLocation",
    "ServiceCapacity",
    "Source",
    "Statement",
    "Street",
    "Synonym",
    "Table",
    "Taxonomy",
    "TaxonomyTerm",
    "Timetable",
    "Unit",
    "UnmetNeed",
    "Url",
    "Visit",
    "Word",
]  # fmt: skip
