"""The console's words and answers: what is missing of a person, why others were passed over, what may be typed."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from directory.db import transaction
from directory.eligibility import Person, evaluate
from directory.errors import QuestionError
from directory.records import Eligibility
from directory.unmet import list_unmet
from tests.demo import demo_app, demo_engine, demo_template, demo_url
from web.console_card import fit_text
from web.console_form import ConsoleFields, alike, with_groups

__all__ = ["demo_app", "demo_engine", "demo_template", "demo_url"]

AT: dict[str, Any] = {"when": "later", "moment": "2026-09-08T09:00"}
TREATED: dict[str, Any] = {"place": "Peñaflor", "need": "treatment", **AT}
FAR: dict[str, Any] = {**TREATED, "place": "Putre", "max_minutes": "15"}


@pytest.fixture(scope="module")
def client(demo_app: FastAPI) -> Iterator[TestClient]:
    with TestClient(demo_app) as made:
        yield made


def ask(client: TestClient, part: bool = True, path: str = "/consola", **fields: Any) -> BeautifulSoup:
    answer = client.post(path, data=fields, headers={"HX-Request": "true"} if part else {})
    assert answer.status_code == 200, answer.text[:500]
    return BeautifulSoup(answer.text, "html.parser")


def said(page: BeautifulSoup | Tag | None) -> str:
    assert page is not None
    return " ".join(page.get_text(" ").split())


@pytest.mark.parametrize(
    ("rules", "person", "words"),
    [
        (None, Person(), "Sin condiciones conocidas"),
        (Eligibility(min_age=18), Person(), "Falta saber: la edad"),
        (Eligibility(min_age=18), Person(age=34), "Cumple lo que piden"),
        (Eligibility(min_age=18), Person(age=12), "No atiende a esta persona, por: la edad"),
        (
            Eligibility(min_age=18, referral=True, pregnancy=True),
            Person(pregnant=True),
            "Falta saber: la edad, si otro servicio envía a la persona",
        ),
        (Eligibility(conditions=("dual_diagnosis",)), Person(), "Falta saber: condición: dual diagnosis"),
    ],
)
def test_whether_the_person_is_served_is_said_with_what_is_missing(
    rules: Eligibility | None, person: Person, words: str
) -> None:
    assert fit_text(evaluate(rules, person)) == words


@pytest.mark.parametrize("age", ["abc", "-1", "121", "3,5", "٣"])
def test_an_age_that_is_none_is_told(age: str) -> None:
    with pytest.raises(QuestionError) as caught:
        ConsoleFields(place="Talca", age=age).question(None)
    assert caught.value.field == "age"


def test_the_form_becomes_the_question() -> None:
    fields = ConsoleFields(
        place="x", place_is="comuna de Talca", age=" 34 ", sex="female", insurance="fonasa", pregnant="no",
        referred="yes", words="copete", sense="treatment.day", need=["treatment"], when="by", moment="2026-09-08T10:00",
    )  # fmt: skip
    question = fields.question("07101")
    assert question.place == "comuna de Talca"
    assert question.words is None
    assert question.needs == ("treatment", "treatment.day")
    assert question.leave_at is None
    assert question.arrive_by is not None
    assert question.person == Person(34, "female", "fonasa", "07101", pregnant=False, referred=True)


def test_a_group_of_insurances_stands_before_its_members() -> None:
    names = {"fonasa_a": "Fonasa tramo A", "fonasa_b": "Fonasa tramo B", "isapre": "Isapre", "dip": "Dipreca"}
    groups = {"fonasa_a": "fonasa", "fonasa_b": "fonasa", "isapre": "isapre", "dip": "armed_forces"}
    assert list(with_groups(names, groups)) == ["fonasa", "fonasa_a", "fonasa_b", "isapre", "dip"]
    assert with_groups(names, groups)["fonasa"] == "Fonasa"


def test_swapped_letters_find_the_place() -> None:
    assert [one.value for one in alike("Tlacca", ["Talca", "Ñuñoa"])] == ["comuna de Talca"]
    assert alike(" , ", ["Talca"]) == []


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("penaf", "comuna de Peñaflor, Metropolitana de Santiago"),
        ("ñ", "comuna de Ñuñoa, Metropolitana de Santiago"),
        ("-33,45 -70,66", "-33.45000 -70.66000"),
        ("Tlacca", "comuna de Talca"),
    ],
)
def test_suggestions_mean_one_place_and_are_asked_in_the_body(
    client: TestClient, typed: str, first: str
) -> None:
    answer = client.post("/consola/lugares", data={"place": typed})
    found = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    values = [one["value"] for one in found]
    assert first in values
    assert len(values) <= 6
    assert said(ask(client, place=first, **AT).find(id="results-title")).startswith(("5 lugares", "Ningún"))
    assert client.get("/consola/lugares", params={"place": typed}).status_code in {404, 405}


@pytest.mark.parametrize("typed", ["", "  ", "\x00", "-33,", "<b>", "%_'"])
def test_nothing_typed_suggests_nothing_and_never_fails(client: TestClient, typed: str) -> None:
    answer = client.post("/consola/lugares", data={"place": typed})
    assert answer.status_code == 200
    assert isinstance(answer.json(), list)


def test_an_answer_has_at_most_five_options_with_their_reasons(client: TestClient) -> None:
    page = ask(client, **TREATED)
    (options, *_) = page.select(".cards")
    cards = options.select(".card")
    assert len(cards) == 5
    for card in cards:
        words = said(card)
        assert re.search(r"(min|h) .*en auto", words)
        assert "km" in words
        assert card.select(".fit")
        assert card.select(".open, .shut, .ask")
        assert "Verificado" in words
        text = card.find("textarea")
        assert text is not None
        assert "/f/" in text.get_text()
    assert "Falta saber: " in said(options)
    data = json.loads(page.find(id="puntos").get_text())  # type: ignore[union-attr]
    assert data["origin"] is not None
    assert {one["number"] for one in data["points"]} <= set(range(1, 12))


def test_a_known_datum_is_not_missing_any_more(client: TestClient) -> None:
    before, after = (
        said(ask(client, **{**TREATED, **more}).select_one(".cards"))
        for more in (AT, {"age": "34", "lives_here": "true"})
    )
    assert "Falta saber: la edad" in before
    assert "la comuna donde vive" in before
    assert "la edad" not in after
    assert "la comuna donde vive" not in after


def test_what_was_passed_over_says_why(client: TestClient) -> None:
    child = said(ask(client, **{**TREATED, "place": "Talca", "words": "copete", "age": "15"}))
    assert "Por qué no otros" in child
    assert "No atiende a esta persona, por: la edad" in child
    assert "no atienden a esta persona: " in child
    far = said(ask(client, **FAR))
    assert "Ningún lugar que sirva a menos de 15 min de Putre" in far
    assert "El viaje dura más de 15 min" in far
    assert "en línea recta" in far


@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        ({"place": ""}, "place", "Escribe dónde está la persona."),
        ({"place": "-33,45 -270,66"}, "place", "No entendemos este lugar."),
        ({"place": "Talca", "words": "a\x00"}, "words", "No entendemos estas palabras."),
        ({"place": "Talca", "age": "abc"}, "age", "Escribe la edad en años"),
        ({"place": "Talca", "when": "later", "moment": "hoy"}, "moment", "Escribe el día y la hora así"),
        ({"place": "Talca", "when": "later", "moment": "2031-01-01T09:00"}, "moment", "No conocemos los horarios"),
        ({"place": "Talca", "when": "by", "moment": "2026-09-08T09:00", "mode": "transit"}, "moment", "transporte"),
    ],
)  # fmt: skip
def test_what_has_to_be_mended_is_told_and_marked(
    client: TestClient, fields: dict[str, Any], name: str, words: str
) -> None:
    part = ask(client, **fields)
    assert part.find(id="answer")["data-wrong"] == name  # type: ignore[index]
    assert words in said(part.find(id=f"{name}-error"))
    whole = ask(client, part=False, **fields)
    assert whole.find(id=name)["aria-invalid"] == "true"  # type: ignore[index]


def test_two_or_three_places_are_compared(client: TestClient) -> None:
    ids = [str(one["id"]).removeprefix("offer-") for one in ask(client, **TREATED).select(".card")]
    for chosen in ([], ids[:1], ids[:4]):
        assert "Marca dos o tres" in said(ask(client, **TREATED, compare=chosen, view="compare"))
    page = ask(client, **TREATED, compare=ids[:3], view="compare")
    assert len(page.select(".compare thead th")) == 3
    rows = [said(one) for one in page.select(".compare tbody th")]
    assert rows[:3] == ["Viaje", "Cuándo atiende", "A quién atiende"]
    assert len(page.select(".card input:checked")) == 3
    assert not ask(client, **TREATED, compare=ids[:3]).select(".compare")


def test_nothing_of_a_call_is_kept_or_found(client: TestClient) -> None:
    for answer in (client.get("/consola"), client.post("/consola", data=TREATED)):
        assert answer.headers["cache-control"] == "no-store"
        assert "noindex" in answer.headers["x-robots-tag"]
    page = BeautifulSoup(client.get("/consola", params=TREATED).text, "html.parser")
    assert page.find(id="place")["value"] == ""  # type: ignore[index]
    assert not page.select(".card")


def test_an_unmet_need_is_recorded_once(client: TestClient, demo_engine: Engine) -> None:
    form = ask(client, **FAR).find("form", class_="unmet")
    assert form is not None
    sent: dict[str, Any] = {str(one["name"]): str(one["value"]) for one in form.select("input")}
    assert set(sent) == {"token", "need", "area_code", "mode", "max_minutes"}
    first = said(ask(client, path="/consola/necesidad", **sent))
    second = said(ask(client, part=False, path="/consola/necesidad", **sent))
    assert "Registramos la necesidad" in first
    assert "Esta necesidad ya está registrada." in second
    with transaction(demo_engine) as session:
        (kept,) = [one for one in list_unmet(session) if one.area_code == sent["area_code"]]
    assert (kept.needs, kept.area, kept.mode, kept.max_minutes, kept.count) == (
        ("treatment",), "Putre", "car", 15, 1
    )  # fmt: skip
    foreign = {"sec-fetch-site": "cross-site"}
    assert client.post("/consola/necesidad", data=sent, headers=foreign).status_code == 403
    for change in ({"token": "x"}, {"need": "no.such"}, {"mode": "boat"}, {"area_code": "99999"}):
        assert client.post("/consola/necesidad", data={**sent, **change}).status_code in {400, 422}


def test_without_a_need_there_is_nothing_to_record(client: TestClient) -> None:
    page = ask(client, place="Putre", max_minutes="1", mode="foot", accessibility="braille", **AT)
    assert not page.select(".unmet")
    assert "Marca qué necesita" in said(page)


def test_the_console_speaks_english(client: TestClient) -> None:
    page = ask(client, path="/en/consola", **TREATED)
    words = said(page)
    assert "Still to ask: " in words
    assert "Falta saber" not in words
    assert page.select(".card .ficha")[0]["href"].startswith("/en/o/")  # type: ignore[union-attr]
