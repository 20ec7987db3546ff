"""What is sent on of an offer: a short text for WhatsApp or any message. Never the person's problem or name.

Texts of sources are strangers' texts. In a message they must neither be styled (`*bold*`), nor quote, nor turn
a line over, nor be written from right to left, nor push the address of the page out.
"""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote

from web.language import gettext as _

LONGEST = 700
# What each part may take at most; with the labels and an address of 160 they stay under LONGEST.
NAME, ADDRESS, PHONE, HOURS, BRING = 90, 110, 40, 130, 110
LONGEST_ADDRESS = 160
# What WhatsApp reads as style within a line.
STYLE = str.maketrans(dict.fromkeys("*_~`", " "))
# What it reads as a quotation or a list at the beginning of one.
OPENERS = ">-•#"


@dataclass(frozen=True, slots=True)
class Shared:
    """The message as text, and the address that opens WhatsApp with it."""

    text: str
    whatsapp_url: str


def shared(name: str, address: str, phone: str, hours: str, bring: str, page_url: str) -> Shared:
    """The message of an offer; empty parts are left out. page_url is ours, absolute, and always whole.

    Raises ValueError for a page_url over LONGEST_ADDRESS characters.
    """
    if len(page_url) > LONGEST_ADDRESS:
        raise ValueError(f"the address of a page to share has at most {LONGEST_ADDRESS} characters")
    lines = [
        f"*{inert(name, NAME) or _('Lugar de atención')}*",
        inert(address, ADDRESS),
        _labelled(_("Teléfono: %(value)s"), inert(phone, PHONE)),
        _labelled(_("Horario: %(value)s"), inert(hours, HOURS)),
        _labelled(_("Qué llevar: %(value)s"), inert(bring, BRING)),
        _("Ficha: %(url)s", url=page_url),
    ]
    text = "\n".join(line for line in lines if line)
    return Shared(text, f"https://wa.me/?text={quote(text, safe='')}")


def inert(text: str, most: int) -> str:
    """One line of plain text of so many characters at most: nothing in it is styled, hidden or a link of its own."""
    plain = "".join(" " if unicodedata.category(one) in {"Cc", "Zl", "Zp"} else one for one in text)
    seen = "".join(one for one in plain if unicodedata.category(one) not in {"Cf", "Cs", "Co", "Cn"})
    # An address that a stranger wrote must not look like ours: without "//" it is not made a link to tap.
    words = re.sub("/(?=/)", "/ ", seen.translate(STYLE)).split()
    line = " ".join(words).lstrip(OPENERS + " ")
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _labelled(label: str, value: str) -> str:
    return label % {"value": value} if value else ""
