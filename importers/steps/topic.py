"""Needs and eligibility: names become codes. What is in no list is said, and never guessed."""

from directory.records import Eligibility, IssueRecord, OfferRecord
from importers.steps.change import changed
from importers.steps.context import StepContext, StepResult, issue, refused


def topic(record: OfferRecord, context: StepContext) -> StepResult:
    """Codes of the needs, in order and each once. Without any need nobody could find the offer."""
    eligibility = record.service.eligibility
    if eligibility != _NOBODY_EXCLUDED and (bad := _bad_rule(eligibility, context)):
        field, message, value = bad
        return refused(record, "unreadable_eligibility", message, field, value)
    known = context.facts.needs
    if all(code in known.codes for code in record.service.needs) and record.service.needs:
        return record, ()
    codes: dict[str, None] = {}
    found: list[IssueRecord] = []
    for text in record.service.needs:
        code = known.code(text)
        if code is None:
            message = "No es una necesidad de la lista (needs.toml): no se publicó esa, el resto sí."
            found.append(issue(record, "unknown_need", message, "service.needs", text))
        else:
            codes[code] = None
    if not codes:
        message = "No dice qué servicio se presta: elija al menos uno de needs.toml. No se publicó."
        return refused(record, "no_need", message, "service.needs", also=found)
    return changed(record, service=changed(record.service, needs=tuple(codes))), tuple(found)


_NOBODY_EXCLUDED = Eligibility()


def _bad_rule(rule: Eligibility, context: StepContext) -> tuple[str, str, str] | None:
    """A rule that nobody could evaluate: publishing without it would send people who are not served."""
    if (rule.min_age or 0) > (rule.max_age if rule.max_age is not None else 200):
        return (
            "service.eligibility.min_age",
            "La edad mínima pasa a la máxima. No se publicó.",
            f"{rule.min_age}",
        )
    for code in rule.insurances:
        if code not in context.facts.insurances:
            return "service.eligibility.insurances", "Previsión que no está en la lista. No se publicó.", code
    for code in rule.residence:
        if code not in context.areas:
            return (
                "service.eligibility.residence",
                "Código de comuna o región que no existe. No se publicó.",
                code,
            )
    return None
