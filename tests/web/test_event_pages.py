"""Pages of life events on the demonstration: what is for whom, what is missing, and where to ask."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.main import create_app
from directory.settings import Settings
from importers import pipeline
from importers.areas import load_country
from tests.demo import demo_app, demo_engine, demo_template, demo_url
from tests.hostile_files import FORMATS, PAYLOADS, rows, said, write_mapping
from tests.web.test_english_pages import left_in_spanish
from web.ficha import get_now

__all__ = ["demo_app", "demo_engine", "demo_template", "demo_url"]

# A Tuesday of the demonstration's calendar.
TUESDAY = datetime(2026, 9, 8, 9, tzinfo=ZoneInfo("America/Santiago"))
JOB = "/eventos/perdi-mi-trabajo"
ILLNESS = "/eventos/enfermedad-de-alto-costo"
CARE = "/eventos/cuidado-de-una-persona"
CRIME = "/eventos/victima-de-un-delito"


@pytest.fixture(scope="module")
def client(demo_app: FastAPI) -> Iterator[TestClient]:
    demo_app.dependency_overrides[get_now] = lambda: TUESDAY
    yield TestClient(demo_app, raise_server_exceptions=False)
    demo_app.dependency_overrides.pop(get_now)


def read(client: TestClient, path: str, **told: Any) -> BeautifulSoup:
    answer = client.post(path, data=told) if told else client.get(path)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def groups(page: BeautifulSoup) -> dict[str, list[str]]:
    """Codes of the benefits of each group."""
    return {
        str(group["class"][1]): [str(one["id"]).removeprefix("benefit-") for one in group.select("h3")]
        for group in page.select(".group")
    }


def benefit(page: BeautifulSoup, code: str) -> str:
    """All words of one benefit."""
    heading = page.select_one(f"#benefit-{code}")
    assert heading is not None
    assert heading.parent is not None
    return " ".join(heading.parent.get_text(" ").split())


def test_the_first_page_leads_to_six_events_that_all_answer(client: TestClient) -> None:
    page = read(client, "/eventos")
    links = [str(one["href"]) for one in page.select(".choices a")]
    assert len(links) == 6
    for link in links:
        heading = read(client, link).select_one("h1")
        assert heading is not None
        assert heading.get_text() == page.select(f'a[href="{link}"]')[0].get_text()
        assert left_in_spanish(main(client.get(f"/en{link}").text)) == []
        sent = client.post(f"/en{link}", data={"place": "Talca", "age": "45"})
        assert (sent.status_code, left_in_spanish(main(sent.text))) == (200, [])
    assert left_in_spanish(main(client.get("/en/eventos").text)) == []


def main(html: str) -> str:
    """What this page alone says: its title and content."""
    page = BeautifulSoup(html, "html.parser")
    return f"{page.title}{page.main}"


def test_an_event_that_is_none_does_not_exist(client: TestClient) -> None:
    for answer in (client.get("/eventos/nada"), client.post("/eventos/nada", data={"age": "3"})):
        assert answer.status_code == 404


def test_before_anything_is_told_nobody_is_refused(client: TestClient) -> None:
    page = read(client, CARE)
    assert groups(page) == {
        "missing": ["universal_pension", "home_care", "carer_stipend", "carer_card", "technical_aids"]
    }
    assert "Te falta decirnos: la edad." in benefit(page, "universal_pension")
    assert page.select(".nearby") == []
    assert "Te falta decirnos: tu edad" in benefit(read(client, CRIME), "womens_centre")


@pytest.mark.parametrize(
    ("age", "group", "words"),
    [
        ("64", "no", "No te corresponde porque es para personas de 65 años o más."),
        ("65", "yes", "Para quién es Personas de 65 años o más."),
        ("", "missing", "Te falta decirnos: la edad."),
    ],
)
def test_an_answer_is_yes_no_or_missing(client: TestClient, age: str, group: str, words: str) -> None:
    page = read(client, CARE, age=age, place="")
    assert "universal_pension" in groups(page)[group]
    assert words in benefit(page, "universal_pension")


def test_insurance_and_conditions_decide(client: TestClient) -> None:
    told = {"insurance": "isapre", "condition": ["sick_leave:no", "household_register:yes"], "age": "30"}
    page = read(client, ILLNESS, **told)
    assert groups(page) == {
        "yes": ["ges", "ricarte_soto", "isapre_catastrophic", "disability_pension"],
        "no": ["sick_leave_pay"],
    }
    refused = benefit(page, "sick_leave_pay")
    assert "No te corresponde porque es para personas que trabajan y tienen licencia médica." in refused
    page = read(client, ILLNESS, insurance="fonasa_b")
    assert "porque es para personas con Isapre." in benefit(page, "isapre_catastrophic")
    assert "Personas con Fonasa o Isapre o Capredena o Dipreca." in benefit(page, "ricarte_soto")
    chosen = [str(one["value"]) for one in page.select("option[selected]")]
    assert chosen == ["fonasa_b"]


def test_what_is_not_offered_tells_nothing(client: TestClient) -> None:
    told = {"insurance": "<b>", "condition": ["children", "x:yes", "a:b:c", "children:maybe"], "lon": "3"}
    assert groups(read(client, JOB, **told)) == groups(read(client, JOB))


def test_each_benefit_has_its_nearest_place_and_when_it_opens(client: TestClient) -> None:
    page = read(client, JOB, place="Talca")
    said = benefit(page, "unemployment_insurance")
    assert "Lo más cercano Sucursal Demostración" in said
    assert "en auto (estimado)" in said
    assert any(words in said for words in ("Abierto, cierra a las", "Cerrado, abre"))
    link = page.select_one("#benefit-unemployment_insurance ~ .nearby a")
    assert link is not None
    assert client.get(str(link["href"])).status_code == 200
    assert "Contamos el viaje en auto desde Talca." in page.get_text()


def test_a_refused_benefit_has_no_place_and_an_unknown_need_says_so(client: TestClient) -> None:
    page = read(client, CARE, place="Talca", age="30", insurance="fonasa_a")
    assert "Lo más cercano" not in benefit(page, "universal_pension")
    assert "Todavía no conocemos un lugar cercano para pedirlo." in benefit(page, "home_care")


@pytest.mark.parametrize(
    ("told", "field", "words"),
    [
        ({"age": "mucho"}, "age", "Escribe la edad en años, por ejemplo 45."),
        ({"age": "121"}, "age", "Escribe la edad en años"),
        ({"age": "-1"}, "age", "Escribe la edad en años"),
        ({"age": "٣"}, "age", ""),
        ({"place": "Xyzzyq"}, "place", "No encontramos «Xyzzyq»."),
        ({"place": "<b>x</b>"}, "place", "No encontramos «<b>x</b>»."),
    ],
)
def test_what_cannot_be_read_is_marked_beside_its_field_and_kept(
    client: TestClient, told: dict[str, str], field: str, words: str
) -> None:
    answer = client.post(CARE, data=told)
    page = BeautifulSoup(answer.text, "html.parser")
    if not words:  # digits of another script are digits
        assert answer.status_code == 200
        return
    assert answer.status_code == 422
    assert words in page.select(f"#{field}-error")[0].get_text()
    box = page.select(f"#{field}")[0]
    assert (box["value"], box["aria-invalid"]) == (told[field], "true")
    assert f"{field}-error" in str(box["aria-describedby"])
    assert page.select(f'.mend a[href="#{field}"]')
    assert page.title is not None
    assert page.title.get_text().startswith("Error: ")


@pytest.mark.parametrize("told", [{"place": "Tal\0ca"}, {"chosen": "x" * 250}, {"place": "-91° 70°"}])
def test_what_cannot_be_a_place_is_said(client: TestClient, told: dict[str, str]) -> None:
    answer = client.post(CARE, data=told)
    assert answer.status_code == 422
    assert re.search("No entendemos este lugar|No encontramos", answer.text)


def test_a_name_of_several_places_is_chosen(client: TestClient) -> None:
    page = read(client, JOB, place="San Pedro", age="40")
    buttons = page.select("button[name=chosen]")
    assert len(buttons) > 1
    assert page.select(".nearby") == []
    for button in buttons:
        chosen = read(client, JOB, place="San Pedro", age="40", chosen=str(button["value"]))
        assert chosen.select(".mend") == []
        assert f"desde {button.get_text().split(',')[0]}." in chosen.get_text()


def test_nothing_is_kept_and_nothing_is_said_of_it(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    for path in (JOB, CRIME):
        answer = client.post(path, data={"place": "Talca", "age": "47"})
        assert answer.headers["cache-control"] == "no-store"
        assert "noindex" in answer.headers["x-robots-tag"]
        assert "set-cookie" not in answer.headers
        assert "47" not in str(answer.url)
    assert "noindex" in client.get(CRIME).headers["x-robots-tag"]
    assert "x-robots-tag" not in client.get(JOB).headers
    assert not any("47" in record.getMessage() for record in caplog.records if record.name != "httpx")
    assert "Talca" not in "".join(record.getMessage() for record in caplog.records if "web" in record.name)


def test_the_page_of_a_crime_is_neutral_and_can_be_left(client: TestClient) -> None:
    page = read(client, CRIME)
    assert page.title is not None
    assert page.title.get_text() == "Ayudas · Cercana"
    (leave,) = page.select("a[data-leave]")
    assert "wikipedia" in str(leave["href"])
    calls = page.select(".lines a")
    assert [str(one["href"]) for one in calls] == ["tel:133", "tel:1455"]
    assert page.select('a[href="tel:6008181000"]')
    assert read(client, JOB).select("a[data-leave]") == []


def test_facts_that_nobody_checked_say_so_with_their_source(client: TestClient) -> None:
    for slug in pages_of(client):
        for one in read(client, slug).select(".benefit"):
            said = one.get_text()
            assert "Confirma los requisitos en la oficina." in said
            (source,) = one.select(".fresh a")
            assert str(source["href"]).startswith("https://")
            assert "noreferrer" in source["rel"]


def test_checked_facts_say_the_day(demo_app: FastAPI, client: TestClient) -> None:
    kept = demo_app.state.events
    event = kept.life.events["perdi-mi-trabajo"]
    checked = tuple(one.model_copy(update={"checked": date(2026, 4, 3)}) for one in event.benefits)
    other = {"perdi-mi-trabajo": event.model_copy(update={"benefits": checked})}
    demo_app.state.events = replace(kept, life=replace(kept.life, events=other))
    try:
        said = read(client, JOB).get_text()
    finally:
        demo_app.state.events = kept
    assert said.count("Revisado el 3 de abril de 2026.") == len(checked)
    assert "Confirma los requisitos" not in said


def pages_of(client: TestClient) -> list[str]:
    """Addresses of all events."""
    return [str(one["href"]) for one in read(client, "/eventos").select(".choices a")]


def test_names_of_strangers_are_shown_and_never_markup(module_engine: Engine, tmp_path: Path) -> None:
    settings = Settings(horizon_days=7)
    load_country(module_engine, settings)
    mapping, data = tmp_path / "hostile.toml", tmp_path / "hostile.csv"
    write_mapping(mapping, "hostile", ".csv")
    mapping.write_text(mapping.read_text("utf-8").replace("treatment.outpatient", "adverse_event.debt"))
    FORMATS[".csv"][0](data, rows())
    pipeline.run(module_engine, "hostile", [mapping, data], settings=settings)
    app = TestClient(create_app(settings, module_engine))
    seen = set()
    for row in rows()[: len(PAYLOADS)]:
        page = read(app, "/eventos/problemas-con-la-vivienda", place=f"{row['lat']}, {row['lon']}")
        (near,) = page.select("#benefit-debt_renegotiation ~ .nearby")
        assert near.select("script, img, svg, b, i") == []
        (name,) = near.select("p:nth-of-type(2)")
        seen.add(name.get_text().strip())
    assert {" ".join(said(one, "name").split()) for one in PAYLOADS} == {
        " ".join(one.split()) for one in seen
    }
