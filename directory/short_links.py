"""Short codes of offers, to be read from paper: the first bits of the id in letters that look like no other.

A code is deterministic and needs no table: ids are hashes, so their first bits are as good as random, and the
primary key finds a beginning. 40 bits meet by chance once in 2,400 directories of 30,000 offers; where two do,
both get a longer code, and an old short one leads to a choice.
"""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.errors import NotFoundError

# Crockford's 32, small: no i, l, o, u. What people write instead is read as what they saw.
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
SEEN_AS = str.maketrans({"i": "1", "l": "1", "o": "0", "-": "", " ": ""})
BITS = 5
SHORT, LONG = 8, 16
ID_BITS = 128
MOST_CHOICES = 20


def code_of(offer_id: UUID, letters: int = SHORT) -> str:
    """The first bits of an id as so many letters."""
    bits = offer_id.int >> (ID_BITS - BITS * letters)
    return "".join(LETTERS[bits >> BITS * place & 31] for place in reversed(range(letters)))


def short_code(session: Session, offer_id: UUID) -> str:
    """The code of an offer: SHORT letters, LONG where another offer begins alike."""
    code = code_of(offer_id)
    return code if len(_beginning(session, code)) <= 1 else code_of(offer_id, LONG)


def offers_of(session: Session, code: str) -> list[UUID]:
    """The offers that a code stands for, also withdrawn ones: one, or by a rare chance several.

    Raises NotFoundError when it is no code or nothing begins so.
    """
    plain = code.lower().translate(SEEN_AS)
    if len(plain) not in (SHORT, LONG) or not set(plain) <= set(LETTERS):
        raise NotFoundError("this is no short address")
    found = _beginning(session, plain)
    if not found:
        raise NotFoundError("there is no offer with this short address")
    return found


def _beginning(session: Session, code: str) -> list[UUID]:
    """Offers whose id begins with the bits of a code, by the primary key."""
    bits = 0
    for letter in code:
        bits = bits << BITS | LETTERS.index(letter)
    free = ID_BITS - BITS * len(code)
    values = {"low": UUID(int=bits << free), "high": UUID(int=(bits + 1 << free) - 1), "most": MOST_CHOICES}
    return list(session.scalars(text(_BEGINNING), values))


_BEGINNING = """
select id from service_at_location where id between :low and :high order by id limit :most
"""
