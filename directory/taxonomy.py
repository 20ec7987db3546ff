"""Needs on their way in: the taxonomy, its terms, and the words that people really say."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.errors import DirectoryError
from directory.staging import Changes, changed, stage

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://github.com/cercana/taxonomy")
TAXONOMY_ID = uuid.uuid5(NAMESPACE, "needs")


@dataclass(frozen=True, slots=True)
class NeedRecord:
    """One need or group of needs. parent is the code of a wider one; synonyms are what people say for it."""

    code: str
    name: str
    name_en: str
    description: str = ""
    parent: str | None = None
    synonyms: tuple[str, ...] = ()
    sensitive: bool = False


def term_id(code: str) -> uuid.UUID:
    """Id of a term: the same in every database."""
    return uuid.uuid5(NAMESPACE, f"needs:{code}")


def store_needs(session: Session, needs: Sequence[NeedRecord], *, language: str) -> Changes:
    """Insert or update terms by code, and make their synonyms exactly these. Terms are never deleted.

    A term's own name counts among its synonyms; a group (needs below it, no synonyms) has none.
    """
    codes = {one.code for one in needs}
    for one in needs:
        if one.parent is not None and one.parent not in codes:
            raise DirectoryError(f"need {one.code} names {one.parent} as its parent, which is not a need")
    stage(session, "staged_need", _NEED_COLUMNS, (_row(one, language) for one in needs))
    words = ((term_id(one.code), said) for one in needs for said in _said(one))
    stage(session, "staged_synonym", {"term_id": "uuid", "said": "text"}, words)
    session.execute(text(_TAXONOMY), {"id": TAXONOMY_ID})
    values = {"taxonomy": TAXONOMY_ID}
    return Changes(
        updated=changed(session, _UPDATE_TERMS),
        inserted=changed(session, _INSERT_TERMS, **values) + changed(session, _INSERT_SYNONYMS),
        deleted=changed(session, _DELETE_SYNONYMS),
    )


def _row(one: NeedRecord, language: str) -> tuple[object, ...]:
    parent = term_id(one.parent) if one.parent else None
    return (
        term_id(one.code), one.code, one.name, one.name_en, one.description, parent, language, one.sensitive
    )  # fmt: skip


def _said(one: NeedRecord) -> tuple[str, ...]:
    return (one.name, *one.synonyms) if one.synonyms else ()


_NEED_COLUMNS = {
    "id": "uuid",
    "code": "text primary key",
    "name": "text",
    "name_en": "text",
    "description": "text",
    "parent_id": "uuid",
    "language": "text",
    "sensitive": "boolean",
}
_TAXONOMY = """
insert into taxonomy (id, name, description)
values (:id, 'needs', 'What people need, in words that they use')
on conflict (id) do nothing
"""
_UPDATE_TERMS = """
update taxonomy_term t
set name = s.name, name_en = s.name_en, description = s.description, parent_id = s.parent_id,
    language = s.language, sensitive = s.sensitive
from staged_need s
where t.code = s.code
  and (t.name, t.name_en, t.description, t.parent_id, t.language, t.sensitive)
      is distinct from (s.name, s.name_en, s.description, s.parent_id, s.language, s.sensitive)
"""
_INSERT_TERMS = """
insert into taxonomy_term (id, taxonomy_id, code, name, name_en, description, parent_id, language, sensitive)
select id, :taxonomy, code, name, name_en, description, parent_id, language, sensitive
from staged_need s
where not exists (select from taxonomy_term t where t.code = s.code)
"""
_INSERT_SYNONYMS = """
insert into synonym (term_id, words)
select distinct term_id, cercana_fold(said) from staged_synonym where cercana_fold(said) <> ''
except
select term_id, words from synonym
"""
_DELETE_SYNONYMS = """
delete from synonym old
where old.term_id in (select id from staged_need)
  and not exists (
    select from staged_synonym s where s.term_id = old.term_id and cercana_fold(s.said) = old.words)
"""
