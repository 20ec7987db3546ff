"""Phones: E.164 or one of the country's short numbers. What is neither is left out, and said."""

import re
from functools import cache, lru_cache

import phonenumbers
from phonenumbers.phonemetadata import PhoneMetadata

from directory.records import IssueRecord, OfferRecord, PhoneRecord
from importers.steps.change import changed
from importers.steps.context import StepContext, StepResult, issue

_MARKS = str.maketrans("", "", " .-()/\u00a0\u2011\u2013")


def phones(record: OfferRecord, context: StepContext) -> StepResult:
    """Phones as they are dialled. Repeated ones become one."""
    if not record.phones:
        return record, ()
    kept: dict[tuple[str, str], PhoneRecord] = {}
    found: list[IssueRecord] = []
    for phone in record.phones:
        number = _dialled(phone.number, context)
        if number is None:
            message = "No es un teléfono del país ni internacional: no se publicó el número, el resto sí."
            found.append(issue(record, "bad_phone", message, "phones", phone.number))
        else:
            new = phone if number == phone.number else changed(phone, number=number)
            kept.setdefault((number, phone.type), new)
    result = tuple(kept.values())
    return (record if result == record.phones else changed(record, phones=result)), tuple(found)


def _dialled(text: str, context: StepContext) -> str | None:
    bare = text.translate(_MARKS)
    if bare.lstrip("*") in context.facts.short_numbers:
        return bare
    return _international(bare, context.facts.code.upper())


def _international(bare: str, region: str) -> str | None:
    """E.164 of a valid number; None when it is none."""
    prefix, pattern = _of_region(region)
    if pattern is not None and pattern.fullmatch(bare.removeprefix(prefix)):
        return prefix + bare.removeprefix(prefix)
    return _by_library(bare, region)


@cache
def _of_region(region: str) -> tuple[str, re.Pattern[str] | None]:
    """The region's prefix and every valid national number in one pattern, out of the library's own tables.

    The library takes 50 microseconds for each number and this takes one. No pattern where the tables hold
    trunk prefixes or leading zeros, which only the library knows how to take off.
    """
    tables = PhoneMetadata.metadata_for_region(region)
    if tables is None or not tables.general_desc or tables.national_prefix_for_parsing:
        return "", None
    kinds = (
        tables.fixed_line, tables.mobile, tables.toll_free, tables.premium_rate, tables.shared_cost,
        tables.voip, tables.personal_number, tables.pager, tables.uan, tables.voicemail,
    )  # fmt: skip
    texts = [kind.national_number_pattern for kind in kinds if kind and kind.national_number_pattern]
    general = tables.general_desc.national_number_pattern
    whole = "|".join(f"(?:{text})" for text in texts)
    return f"+{tables.country_code}", re.compile(rf"(?=(?:{general})\Z)(?:{whole})", re.ASCII)


@lru_cache(maxsize=65_536)
def _by_library(bare: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or number.extension:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
