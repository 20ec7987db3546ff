"""Plain language: short sentences, tú, no words that blame or that only offices use, no unexplained acronyms."""

import re
import tomllib
from collections.abc import Iterator

import pytest

from directory.settings import ROOT
from web.catalogue import read_catalogue, source_texts, texts_of
from web.language import catalogue_path

COUNTRY = ROOT / "fixtures" / "country" / "cl"
MOST_WORDS = 20
# Words that blame the person, tell nothing of where a link goes, or belong to offices and programs.
FORBIDDEN = {
    "es": (
        r"haga clic|haz clic|clic(?:k|quea)?\b|pincha aquí|aquí mismo|más información aquí"
        r"|drogadict\w*|\badict[oa]s?\b|alcohólic[oa]s?\b|toxicómano?s?\b|vicios[oa]s?\b"
        r"|discapacitad[oa]s?\b|minusválid\w*|inválid[oa]s?\b|incapaz|capacidades diferentes|enfermit[oa]s?\b"
        r"|tercera edad"
        r"|georreferenci\w*|geolocali\w*|isócrona\w*|ruteo|polígono\w*|parámetro\w*|servidor\w*|base de datos"
        r"|\binput\b|\blogin\b|\bquery\b|\bendpoint\b|\bbackend\b|\blink\b|\btoken\b|\bcache\b|\bcookies?\b"
        r"|prestacion(?:es)?\b|prestador(?:es)?\b|beneficiari[oa]s?\b|usuari[oa]s?\b|postulante|requirente"
        r"|requisitos documentales|dar curso|a la brevedad|en virtud de|de conformidad|asimismo|mediante el cual"
        r"|instancia|articular|focaliza\w*|interponer|tramitación|cumplimentar|visualiza\w*|accede a\b"
    ),
    "en": (
        r"click here|\bclick\b|read more\b|\baddicts?\b|\bjunkies?\b|\balcoholics?\b|drug abus\w*|substance abus\w*"
        r"|\bdisabled\b|handicapped|wheelchair.bound|suffer(?:s|ing)? from|\bthe elderly\b"
        r"|geolocat\w*|isochrone\w*|\brouting\b|\bpolygons?\b|\bparameters?\b|\bserver\b|\bdatabase\b"
        r"|\bendpoint\b|\bbackend\b|\bquery\b|\btoken\b|\bcookies?\b|beneficiar\w*|\bapplicants?\b|\busers?\b"
        r"|utili[sz]e|facilitate|in accordance with|pursuant|\bhereby\b|please"
    ),
}
# Pages say tú: a command or possessive of usted is a slip. A command begins its clause ("antes de que cierre" is none).
COMMANDS = (
    "elija|ingrese|escriba|seleccione|revise|llame|espere|vuelva|pruebe|intente|corrija|indique|haga|use|vea|busque|marque"
    "|presione|pulse|complete|verifique|confirme|lleve|pida|acérquese|diríjase|recuerde|consulte|comparta|guarde|descargue"
    "|cierre|abra|inténtelo|escríbalo|escríbala|avise|avísenos|cuéntenos|tenga|considere|mire|siga|diga|responda"
)
POSSESSED = (
    "ubicación|comuna|búsqueda|edad|sexo|consulta|respuesta|necesidad|casa|hogar|previsión|salud|región"
)
USTED = re.compile(
    rf"\busted(?:es)?\b|\bsu (?:{POSSESSED})\b|(?:^|[.:;,¿¡(]\s*|\b(?:y|o|luego|favor)\s+)(?:{COMMANDS})\b",
    re.IGNORECASE,
)
# An acronym, and what must stand beside it in the same text so that nobody has to know it: its name, or the plain
# word for the same thing.
EXPANDED = {
    "AUDIT": "alcohol",
    "CECOSF": "consultorio|centro comunitario de salud familiar",
    "CESFAM": "consultorio|centro de salud familiar",
    "COSAM": "centro comunitario de salud mental",
    "FONASA": "fondo nacional de salud",
    "IPS": "instituto de previsión social",
    "PGU": "pensión garantizada universal",
    "SAMU": "emergencia médica|medical emergency",
    "SAPU": "urgencia",
    "SAR": "urgencia",
    "SENDA": "servicio nacional para la prevención|drogas y alcohol",
}
# Read by everybody as they are, or how a thing is written on its own label.
COMMON = {"PDF", "WC", "TV", "QR", "OK", "SMS", "SOS", "GMT", "UTC", "OSM", "ICS"}
ACRONYM = re.compile(r"\b[A-ZÁÉÍÓÚÑ]{2,}\b")


def whole(text: str) -> str:
    """A text as it is read: without tags, with a word for what is filled in."""
    return " ".join(re.sub(r"%\(\w+\)[a-z]|\{\w+\}", "X", re.sub(r"<[^>]+>", "", text)).split())


def page_texts() -> Iterator[tuple[str, str]]:
    """Language and text of everything pages say."""
    for message in texts_of(source_texts()):
        for text in [message.id] if isinstance(message.id, str) else message.id:
            yield "es", whole(text)
    for message in texts_of(read_catalogue(catalogue_path("en"))):
        for text in [message.string] if isinstance(message.string, str) else message.string or ():
            yield "en", whole(text)


def fixture_texts() -> Iterator[tuple[str, str]]:
    """Plain texts of the country's files: what each need means, and what helplines are for."""
    needs = tomllib.loads((COUNTRY / "needs.toml").read_text("utf-8"))
    facts = tomllib.loads((COUNTRY / "country.toml").read_text("utf-8"))
    for one in needs["needs"]:
        for code in ("es", "en"):
            yield from ((code, one[name]) for name in (code, f"plain_{code}"))
    for one in needs["groups"]:
        yield from ((code, one[code]) for code in ("es", "en"))
    for one in facts["helplines"]:
        yield from ((code, one[f"text_{code}"]) for code in ("es", "en"))


TEXTS = sorted({*page_texts(), *fixture_texts()})


def long_sentences(text: str) -> list[str]:
    """Sentences with more words than are read in one breath. A colon ends what comes before it."""
    parts = re.split(r"[.:;?!…]+(?:\s|$)", text)
    return [part for part in parts if len(re.findall(r"[\w%/-]+", part)) > MOST_WORDS]


def unexplained(text: str) -> list[str]:
    """Acronyms of a text that it does not explain."""
    return [
        one
        for one in ACRONYM.findall(text)
        if one not in COMMON and not (one in EXPANDED and re.search(EXPANDED[one], text, re.IGNORECASE))
    ]


def test_there_are_texts() -> None:
    assert len([code for code, _ in TEXTS if code == "es"]) > 200
    assert len([code for code, _ in TEXTS if code == "en"]) > 200


def test_sentences_are_short() -> None:
    assert [part for _, text in TEXTS for part in long_sentences(text)] == []


@pytest.mark.parametrize("language", sorted(FORBIDDEN))
def test_no_word_blames_or_needs_an_office(language: str) -> None:
    pattern = re.compile(FORBIDDEN[language], re.IGNORECASE)
    said = [(found[0], text) for code, text in TEXTS if code == language and (found := pattern.search(text))]
    assert said == []


def test_pages_say_tu() -> None:
    said = [(found[0], text) for code, text in TEXTS if code == "es" and (found := USTED.search(text))]
    assert said == []


def test_acronyms_are_explained_where_they_stand() -> None:
    assert [(one, text) for _, text in TEXTS for one in unexplained(text)] == []


@pytest.mark.parametrize(
    ("text", "clear"),
    [
        ("Elige tu comuna.", True),
        ("Elija su comuna.", False),
        ("Escribe el lugar: " + "uno " * 19, True),
        ("uno " * 21, False),
        ("Haga clic aquí", False),
        ("Para personas discapacitadas", False),
        ("Personas con consumo problemático", True),
        ("Atiende el COSAM", False),
        ("Atiende el Centro Comunitario de Salud Mental (COSAM)", True),
        ("Click here", False),
        ("No sabemos su horario", True),
    ],
)
def test_the_lint_knows_good_from_bad(text: str, clear: bool) -> None:
    forbidden = any(re.search(pattern, text, re.IGNORECASE) for pattern in FORBIDDEN.values())
    assert (not (forbidden or long_sentences(text) or USTED.search(text) or unexplained(text))) is clear
