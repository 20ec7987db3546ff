"""The page of the alcohol questionnaire: what it asks, what it tells, and that nothing of it is left anywhere."""

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.testclient import TestClient

from directory.plain_words import FactsError
from directory.questionnaire import FOLDER, load_questionnaires
from directory.settings import Settings
from tests.demo import demo_app, demo_engine, demo_template, demo_url
from tests.web.test_english_pages import left_in_spanish
from tests.web.test_event_pages import main
from web import questionnaire
from web.language import speaking

__all__ = ["demo_app", "demo_engine", "demo_template", "demo_url"]

PAGE = "/autoevaluacion/alcohol"
AUDIT = load_questionnaires()["alcohol"]
CODES = [one.code for one in AUDIT.items]
NEVER = {"frequency": "0", "injury": "0", "concern": "0"}


@pytest.fixture(scope="module")
def client(demo_app: FastAPI) -> TestClient:
    return TestClient(demo_app, raise_server_exceptions=False)


def told(*points: int) -> dict[str, str]:
    """The form as a browser sends it, in the order of the questions."""
    return {code: str(one) for code, one in zip(CODES, points, strict=True)}


def read(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


def said(page: BeautifulSoup) -> str:
    assert page.main is not None
    return " ".join(page.main.get_text(" ").split())


def answers() -> Iterator[tuple[str, Mapping[str, str]]]:
    """An answer for each zone."""
    yield "Tu consumo parece de bajo riesgo", told(1, 1, 0, 0, 0, 0, 0, 0, 0, 0)
    yield "Tu consumo puede traerte problemas", told(4, 4, 0, 0, 0, 0, 0, 0, 0, 0)
    yield "El alcohol ya te puede estar haciendo daño", told(4, 4, 4, 4, 0, 0, 0, 0, 0, 0)
    yield "Te puede servir un tratamiento", told(4, 4, 4, 4, 4, 0, 0, 0, 0, 0)


def test_it_asks_ten_questions_and_says_that_it_diagnoses_nothing(client: TestClient) -> None:
    page = read(client.get(PAGE).text)
    fields = page.select("fieldset")
    assert len(fields) == 10
    assert [len(one.select("input[type=radio]")) for one in fields] == [5] * 8 + [3] * 2
    assert [{str(radio["name"]) for radio in one.select("input")} for one in fields] == [
        {one} for one in CODES
    ]
    assert page.select("input[checked]") == []
    words = said(page)
    assert "Es una orientación, no un diagnóstico." in words
    assert "No guardamos nada de lo que respondes." in words
    assert "Organización Mundial de la Salud" in words


@pytest.mark.parametrize(("title", "sent"), list(answers()))
def test_every_zone_is_told_in_plain_words_with_what_to_do(
    client: TestClient, title: str, sent: dict[str, str]
) -> None:
    page = read(client.post(PAGE, data=sent).text)
    assert [one.get_text() for one in page.select("h1")] == [title]
    assert f"Sumaste {sum(map(int, sent.values()))} puntos de 40." in said(page)
    assert page.select(".bullets li")
    assert page.select('main a[href="tel:1412"]')
    needs = [str(one["value"]) for one in page.select("form input[name=need]")]
    assert needs == ({"Tu consumo parece": [], "Tu consumo puede": ["treatment.guidance"]}).get(
        title[:17].strip(), ["treatment"]
    )
    assert {str(one["method"]) for one in page.select("form")} <= {"post"}


@pytest.mark.parametrize(
    ("sent", "first"),
    [
        (told(1, 1, 0, 0, 0, 0, 0, 0, 0, 0), False),
        (told(1, 1, 0, 0, 0, 0, 0, 0, 2, 0), False),
        (told(1, 1, 0, 0, 0, 0, 0, 0, 4, 0), True),
        (told(1, 1, 0, 0, 0, 0, 0, 0, 0, 2), True),
        (told(4, 4, 4, 4, 3, 0, 0, 0, 0, 0), False),
        (told(4, 4, 4, 4, 4, 0, 0, 0, 0, 0), True),
    ],
)
def test_the_helpline_comes_first_when_an_answer_is_critical(
    client: TestClient, sent: dict[str, str], first: bool
) -> None:
    page = read(client.post(PAGE, data=sent).text)
    assert bool(page.select(".first a[href='tel:1412']")) is first
    assert len(page.select("main a[href='tel:1412']")) == 1
    assert (said(page).index("Llamar al 1412") < said(page).index("Qué puedes hacer")) is first


def test_whoever_never_drinks_answers_three_questions(client: TestClient) -> None:
    answer = client.post(PAGE, data=NEVER)
    assert answer.status_code == 200
    assert "Sumaste 0 puntos de 40." in said(read(answer.text))


def test_missing_answers_are_marked_and_the_others_kept(client: TestClient) -> None:
    sent = told(3, 2, 1, 0, 4, 0, 2, 1, 0, 2)
    del sent["stopping"], sent["concern"]
    answer = client.post(PAGE, data=sent)
    assert answer.status_code == 422
    page = read(answer.text)
    assert [str(one["href"]) for one in page.select(".mend a")] == ["#stopping-0", "#concern-0"]
    assert page.select("#stopping-0, #concern-0")
    assert [str(one["id"]) for one in page.select("fieldset .error")] == ["stopping-error", "concern-error"]
    for one in page.select("fieldset"):
        ids = str(one.get("aria-describedby", "")).split()
        assert all(page.select(f"#{id_}") for id_ in ids)
        assert bool(one.select(".error")) is any(id_.endswith("-error") for id_ in ids)
    kept = {str(one["name"]): str(one["value"]) for one in page.select("input[checked]")}
    assert kept == sent
    assert page.title is not None
    assert page.title.get_text().startswith("Error: ")
    assert page.select(".mend[role=alert]")


@pytest.mark.parametrize("value", ["5", "-1", "1.5", "", "<script>", "１"])
def test_an_answer_that_is_not_offered_is_no_answer(client: TestClient, value: str) -> None:
    sent = told(1, 1, 1, 1, 1, 1, 1, 1, 0, 0) | {"memory": value}
    answer = client.post(PAGE, data=sent)
    assert answer.status_code == 422
    assert [str(one["href"]) for one in read(answer.text).select(".mend a")] == ["#memory-0"]
    assert "<script>" not in answer.text.split("<main")[1].split("</main")[0]


def test_an_empty_form_and_an_uploaded_file_are_no_answers(client: TestClient) -> None:
    assert client.post(PAGE).status_code == 422
    upload = client.post(PAGE, data=NEVER, files={"frequency": ("a.txt", b"0")})
    assert upload.status_code == 422
    assert client.post(PAGE, data=NEVER | {"other": "1"}).status_code == 200


def test_a_questionnaire_that_is_none_does_not_exist(client: TestClient) -> None:
    assert client.get("/autoevaluacion/otra").status_code == 404
    assert client.post("/autoevaluacion/otra", data=NEVER).status_code == 404


def test_nothing_is_kept_logged_indexed_or_told_by_the_title(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sent = told(4, 4, 4, 4, 4, 4, 4, 4, 4, 4)
    for answer in (
        client.get(PAGE),
        client.post(PAGE, data=NEVER),
        client.post(PAGE, data=sent),
        client.post(PAGE),
    ):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex, noarchive"
        assert "set-cookie" not in answer.headers
        assert "?" not in str(answer.url)
        page = read(answer.text)
        assert page.title is not None
        assert page.title.get_text() in {
            "Preguntas · Cercana",
            "Respuesta · Cercana",
            "Error: Preguntas · Cercana",
        }
        assert page.select("a[data-leave]")
        assert page.select("meta[property], meta[name=description]") == []
        assert page.select("script:not([src])") == []
        assert {str(form["method"]) for form in page.select("main form")} <= {"post"}
    logged = " ".join(record.getMessage() for record in caplog.records if record.name != "httpx")
    assert not any(word in logged for word in (*CODES, "puntos", "support"))


def test_answers_in_an_address_are_not_read(client: TestClient) -> None:
    page = read(client.get(PAGE, params=told(4, 4, 4, 4, 4, 4, 4, 4, 4, 4)).text)
    assert page.select("input[checked]") == []


def test_the_pages_are_english_too(client: TestClient) -> None:
    assert left_in_spanish(main(client.get(f"/en{PAGE}").text)) == []
    assert left_in_spanish(main(client.post(f"/en{PAGE}").text)) == []
    for _, sent in answers():
        answer = client.post(f"/en{PAGE}", data=sent)
        assert (answer.status_code, left_in_spanish(main(answer.text))) == (200, [])
    with speaking("en"):
        assert questionnaire.form_view(AUDIT, {}, sent=False).items[0].choices[0].label == "Never"


def test_a_result_leads_to_places_without_telling_the_address(client: TestClient) -> None:
    answer = client.post("/", data={"need": "treatment", "place": "Talca"})
    assert answer.status_code == 200
    assert str(answer.url).endswith("/")
    assert read(answer.text).select(".card, #results-title")


def test_a_helpline_that_the_country_has_not_stops_the_start(tmp_path: Path) -> None:
    text = (FOLDER / "audit.toml").read_text("utf-8")
    (tmp_path / "audit.toml").write_text(text.replace('helpline = "1412"', 'helpline = "999"'), "utf-8")
    with pytest.raises(FactsError, match=r"alcohol: helpline 999 is not in country\.toml"):
        questionnaire.install(FastAPI(), Settings(), tmp_path)
