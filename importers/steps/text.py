"""Texts: blanks tidied, control characters refused, everything else left exactly as it was written.

What looks like a formula, a template or markup stays: those who write pages and files must not run it.
"""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from directory.records import IssueRecord, OfferRecord, OrganizationRecord
from importers.steps.change import changed
from importers.steps.context import StepContext, StepResult, issue, refused

# Between texts that are looked at together: from the private area, where no writing system is.
_JOINT = "\ue000"
_SUSPECT = re.compile(
    rf"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufeff]|[^\S ]|  |(?:^|{_JOINT}) | (?:{_JOINT}|$)"
    r"|[ÃÂ][\u0080-\u00bf]|â€|\ufffd"
)
_FORBIDDEN = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
_BLANKS = re.compile(r"[\s\u200b\ufeff]+")
_MOJIBAKE = re.compile("[ÃÂ][\u0080-\u00bf]|â€|\ufffd")
_LONGEST, _LONGEST_NAME = 10_000, 400
_SHORT_PARTS = ("name", "address", "locality", "stated_area", "number", "ref", "email", "website", "url")


def text(record: OfferRecord, context: StepContext) -> StepResult:
    """Tidy every text of the record. A record whose texts need nothing comes back as it is."""
    del context
    together = _JOINT.join(_all_texts(record))
    if len(together) < _LONGEST_NAME and not _SUSPECT.search(together):
        return record, ()
    return _tidied(record)


def _all_texts(record: OfferRecord) -> Iterator[str]:
    """Every text that people wrote. Written out by hand: this runs once for each of a million rows."""
    service, location = record.service, record.location
    yield record.source_ref
    yield from _of_organization(record.organization)
    yield from (service.ref, service.name, *service.needs, *service.documents)
    yield from filter(
        None,
        (
            record.description, service.description, service.url, service.email, service.application_process,
            service.eligibility_text, service.alert, location.locality, location.transportation,
        ),
    )  # fmt: skip
    yield from (location.ref, location.name, location.address, location.stated_area, location.stated_region)
    yield from (location.postal_code, location.stated_area_code or "")
    if location.organization is not None and location.organization is not record.organization:
        yield from _of_organization(location.organization)
    for phone in record.phones:
        yield phone.number
        yield phone.description or ""
    if record.timing.rules or record.timing.exceptions or record.timing.visits:
        yield from filter(None, (rule.notes for rule in record.timing.rules))
        yield from filter(None, (days.reason for days in record.timing.exceptions))
        yield from filter(None, (visit.note for visit in record.timing.visits))
    for hours in record.timing.texts:
        yield hours.text
        yield hours.notes or ""
    for cost in service.costs:
        yield cost.description or ""


def _of_organization(organization: OrganizationRecord) -> tuple[str, ...]:
    return (
        organization.ref,
        organization.name,
        organization.description,
        organization.website or "",
        organization.email or "",
    )


def _tidied(record: OfferRecord) -> StepResult:
    found: list[IssueRecord] = []
    for part, value in _walk(record, ""):
        if bad := _FORBIDDEN.search(value):
            return refused(
                record,
                "control_character",
                f"Contiene un carácter de control (U+{ord(bad.group()):04X}): bórrelo. No se publicó.",
                part,
                value.encode("unicode_escape").decode(),
            )
        if len(value) > _longest(part):
            return refused(
                record,
                "too_long",
                f"Tiene {len(value)} letras y caben {_longest(part)}: acórtelo. No se publicó.",
                part,
                value,
            )
        found.extend(_remarks(record, part, value))
    return (_clean(record) if found else record), tuple(found)


def _longest(part: str) -> int:
    return _LONGEST_NAME if part.endswith(_SHORT_PARTS) else _LONGEST


def _remarks(record: OfferRecord, part: str, value: str) -> Iterator[IssueRecord]:
    if _tidy(value) != value:
        yield issue(record, "stray_blanks", "Tenía espacios o saltos de más: se ordenaron.", part, value)
    if _MOJIBAKE.search(value):
        message = "Parece tener acentos mal convertidos: se publicó tal cual, corríjalo en su origen."
        yield issue(record, "mojibake", message, part, value)


def _tidy(value: str) -> str:
    return _BLANKS.sub(" ", value).strip(" ")


@cache
def _parts(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


def _walk(value: Any, part: str) -> Iterator[tuple[str, str]]:
    """Every text inside, with the name of the part it is in ("location.name")."""
    if isinstance(value, str):
        yield part, value
    elif isinstance(value, tuple):
        for inner in value:
            yield from _walk(inner, part)
    elif is_dataclass(value):
        for name in _parts(value.__class__):
            yield from _walk(getattr(value, name), f"{part}.{name}" if part else name)


def _clean(value: Any) -> Any:
    """The same value with every text tidied. Words of closed lists (enums are texts too) stay as they are."""
    if type(value) is str:
        return _tidy(value)
    if isinstance(value, tuple):
        return tuple(_clean(inner) for inner in value)
    if is_dataclass(value) and not isinstance(value, type):
        return changed(value, **{name: _clean(getattr(value, name)) for name in _parts(value.__class__)})
    return value
