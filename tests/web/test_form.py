"""The form keeps what was chosen, in addresses too, and asks the question that it shows."""

from datetime import datetime
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from directory.errors import QuestionError
from directory.records import Facility
from directory.referrals import Rank
from geo.points import LonLat
from geo.travel import TravelMode
from web.form import EVERYTHING, SearchForm, drops, form_view
from web.pages import Fields
from web.present import SearchState

FULL = SearchForm(
    place="San Pedro",
    need="treatment",
    words="copete & más",
    mode=TravelMode.FOOT,
    when="at",
    leave_at="2026-11-24T09:30",
    max_minutes=45,
    rank=Rank.NEAREST,
    accessibility=(Facility.RAMP, Facility.BRAILLE),
)
# Late in the evening: in UTC it is tomorrow already.
NOW = datetime(2026, 11, 22, 22, 30, tzinfo=ZoneInfo("America/Santiago"))


def test_an_address_brings_the_whole_form_back() -> None:
    query = parse_qs(urlsplit(FULL.query()).query)
    fields = {name: values if name == "accessibility" else values[0] for name, values in query.items()}
    assert Fields.model_validate(fields).form() == FULL


def test_a_shared_position_is_in_no_address() -> None:
    assert "35.4" not in SearchForm(shared=LonLat(-71.655, -35.426)).query()


def test_every_choice_is_shown_as_chosen() -> None:
    view = form_view(FULL, SearchState.RESULTS)
    for choices, values in (
        (view.needs, ["treatment"]),
        (view.modes, ["foot"]),
        (view.times, ["at"]),
        (view.limits, ["45"]),
        (view.ranks, ["nearest"]),
        (view.accessibility, ["ramp", "braille"]),
    ):
        assert [choice.value for choice in choices if choice.chosen] == values
    assert (view.place_text, view.words, view.leave_at) == ("San Pedro", "copete & más", "2026-11-24T09:30")
    assert "martes 24 de noviembre de 2026, 9:30" in view.summary


def test_a_need_without_a_chip_gets_one() -> None:
    view = form_view(SearchForm(need="treatment.detox"), SearchState.RESULTS, "Desintoxicación")
    assert [choice.label for choice in view.needs if choice.chosen] == ["Desintoxicación"]


@pytest.mark.parametrize(
    ("form", "leave_at"),
    [
        (SearchForm(), None),
        (SearchForm(when="tomorrow"), datetime(2026, 11, 23, 9)),
        (SearchForm(when="at", leave_at="2026-11-24T09:30"), datetime(2026, 11, 24, 9, 30)),
        (SearchForm(when="now", leave_at="2026-11-24T09:30"), None),
        (SearchForm(when="at"), None),
    ],
)
def test_when_the_person_leaves(form: SearchForm, leave_at: datetime | None) -> None:
    assert form.question(NOW).leave_at == leave_at


def test_a_day_that_is_none_says_how_to_write_it() -> None:
    with pytest.raises(QuestionError, match="así") as refused:
        SearchForm(when="at", leave_at="mañana").question(NOW)
    assert refused.value.field == "leave_at"


def test_filters_come_off_one_by_one_or_all_at_once() -> None:
    assert [drop.value for drop in drops(FULL)] == [
        "accessibility.ramp",
        "accessibility.braille",
        "max_minutes",
        "need",
    ]
    assert FULL.without("accessibility.ramp").accessibility == (Facility.BRAILLE,)
    assert FULL.without("max_minutes").max_minutes == 120
    assert FULL.without("need").question(NOW).words is None
    assert drops(FULL.without(EVERYTHING)) == []
