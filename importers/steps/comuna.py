"""Comuna: the stated one by code and by name, padded and brought up to date."""

from directory.records import IssueRecord, OfferRecord, Severity
from geo.areas import pad_code
from geo.errors import AreaError
from importers.steps.change import changed
from importers.steps.context import StepContext, StepResult, issue

type Findings = tuple[str | None, tuple[tuple[str, str], ...]]

_MESSAGES = {
    "unpadded_code": "El código de comuna perdió su cero inicial: se leyó con él.",
    "replaced_code": "El código de comuna es de antes de 2018: se leyó el vigente.",
    "unknown_area_code": "El código de comuna no existe: se usó el nombre.",
    "area_code_and_name_differ": "El código y el nombre de la comuna no son de la misma: se usó el código.",
    "unknown_area": "No existe esa comuna: escriba su nombre oficial o su código de cinco dígitos.",
    "ambiguous_area": "Hay más de una comuna con ese nombre: agregue el código o la región.",
}


def comuna(record: OfferRecord, context: StepContext) -> StepResult:
    """Set area_code, and the padded code, from what is stated. The position step may set it by the point."""
    location = record.location
    stated = (location.stated_area, location.stated_area_code, location.stated_region)
    known = context.area_of.get(stated)
    if known is None:
        known = context.area_of[stated] = _find(*stated, context)
    code, remarks = known
    issues = tuple(_issue(record, name, part) for name, part in remarks)
    # A record that has its position already keeps the comuna of its point.
    area = location.area_code if location.position is not None and location.area_code else code
    padded = code if code is not None and location.stated_area_code else location.stated_area_code
    if area == location.area_code and padded == location.stated_area_code:
        return record, issues
    return changed(record, location=changed(location, area_code=area, stated_area_code=padded)), issues


def _issue(record: OfferRecord, name: str, part: str) -> IssueRecord:
    severity = Severity.ERROR if name in {"unknown_area", "ambiguous_area"} else Severity.WARNING
    location = record.location
    value = location.stated_area_code if part.endswith("code") else location.stated_area
    return issue(record, name, _MESSAGES[name], part, value or "", severity)


def _find(name: str, code: str | None, region: str, context: StepContext) -> Findings:
    remarks: list[tuple[str, str]] = []
    by_name = _by_name(name, region, context) if name.strip() else ()
    by_code = _by_code(code, context, remarks) if code and code.strip() else None
    if by_code is not None:
        if by_name and by_code not in by_name:
            remarks.append(("area_code_and_name_differ", "location.stated_area"))
        return by_code, tuple(remarks)
    if len(by_name) == 1:
        return by_name[0], tuple(remarks)
    if name.strip() or (code and code.strip()):
        field = "location.stated_area" if name.strip() else "location.stated_area_code"
        remarks.append(("ambiguous_area" if by_name else "unknown_area", field))
    return None, tuple(remarks)


def _by_code(code: str, context: StepContext, remarks: list[tuple[str, str]]) -> str | None:
    width = context.facts.area_width
    try:
        padded = pad_code(code, width)
    except AreaError:
        padded = ""
    current = context.facts.replaced_codes.get(padded, padded)
    if current not in context.areas:
        remarks.append(("unknown_area_code", "location.stated_area_code"))
        return None
    if current != padded:
        remarks.append(("replaced_code", "location.stated_area_code"))
    elif padded != code.strip():
        remarks.append(("unpadded_code", "location.stated_area_code"))
    return current


def _by_name(name: str, region: str, context: StepContext) -> tuple[str, ...]:
    """Comunas with this name; those of the stated region when there are several."""
    width = context.facts.area_width
    found = tuple(code for code in context.areas.by_name(name) if len(code) == width)
    if len(found) < 2 or not region.strip():
        return found
    above = [code for code in context.areas.by_name(region) if len(code) < width]
    return tuple(code for code in found if set(above).intersection(context.areas.ancestors(code)))
