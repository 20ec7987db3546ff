"""The search form: what it holds, the question it asks, and how the page shows it again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from directory.answers import Question
from directory.errors import QuestionError
from directory.records import Facility
from directory.referrals import Rank
from geo.points import LonLat
from geo.travel import TravelMode
from web import labels, wording
from web.language import gettext as _
from web.language import ngettext, path_for
from web.present import Choice, Drop, SearchState, SearchView

LIMITS = (15, 30, 60, 90, 120)
DEFAULT_LIMIT = 60
PAGE_SIZE = 10
MOST = 20
MORNING = time(9, 0)
EVERYTHING = "all"


@dataclass(frozen=True, slots=True)
class SearchForm:
    """The fields of the search form, already of the right type. when: now, tomorrow or at (see leave_at)."""

    place: str = ""
    shared: LonLat | None = None
    need: str = ""
    words: str = ""
    mode: TravelMode = TravelMode.CAR
    when: str = "now"
    leave_at: str = ""
    max_minutes: int = DEFAULT_LIMIT
    rank: Rank = Rank.SOONEST
    accessibility: tuple[Facility, ...] = ()
    limit: int = PAGE_SIZE

    @property
    def asked(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self.place.strip()) or self.shared is not None

    @property
    def later(self) -> bool:
        """Whether the person leaves at another time than now."""
        return self.when == "tomorrow" or (self.when == "at" and bool(self.leave_at))

    def without(self, drop: str) -> "SearchForm":
        """The form with one filter taken off, as named by Drop.value, or with all of them."""
        if drop == EVERYTHING:
            return replace(self, need="", words="", max_minutes=max(LIMITS), accessibility=())
        if drop == "need":
            return replace(self, need="", words="")
        if drop == "max_minutes":
            return replace(self, max_minutes=max(LIMITS))
        kept = tuple(one for one in self.accessibility if one != drop.removeprefix("accessibility."))
        return replace(self, accessibility=kept)

    def question(self, today: datetime) -> Question:
        """The question that the form asks. today is the moment of asking. Raises QuestionError."""
        return Question(
            place=None if self.shared else self.place,
            origin=self.shared,
            needs=(self.need,) if self.need else (),
            words=self.words.strip() or None,
            facilities=self.accessibility,
            mode=self.mode,
            leave_at=self._leave_at(today),
            max_minutes=self.max_minutes,
            rank=self.rank,
            limit=self.limit,
        )

    def query(self, **changes: str) -> str:
        """The address of this search with some fields changed. Never holds a shared position."""
        fields = {"place": self.place, "need": self.need, "words": self.words, "mode": str(self.mode)}
        fields |= {"when": self.when, "leave_at": self.leave_at if self.when == "at" else ""}
        fields |= {"max_minutes": str(self.max_minutes), "rank": str(self.rank)}
        kept = [(name, value) for name, value in (fields | changes).items() if value]
        fields_kept = [*kept, *(("accessibility", str(one)) for one in self.accessibility)]
        return f"{path_for('/')}?{urlencode(fields_kept)}"

    def _leave_at(self, today: datetime) -> datetime | None:
        """None is now; without zone: the local time of the place found."""
        if self.when == "tomorrow":
            return datetime.combine(today.date() + timedelta(days=1), MORNING)
        if not self.later:
            return None
        moment = readable(self.leave_at)
        if moment is None:
            raise QuestionError(how_to_write_a_moment(), field="leave_at")
        return moment


def drops(form: SearchForm, need_name: str = "") -> list[Drop]:
    """The filters of the form that could be taken off, those that matter least first. need_name as in form_view."""
    found = [Drop(labels.FACILITIES[one], f"accessibility.{one}") for one in form.accessibility]
    if form.max_minutes < max(LIMITS):
        found.append(Drop(_("hasta %(minutes)s min", minutes=form.max_minutes), "max_minutes"))
    if form.need or form.words.strip():
        named = labels.NEEDS.get(form.need) or need_name or form.need
        found.append(Drop(form.words.strip() or named, "need"))
    return found


def form_view(form: SearchForm, state: SearchState, need_name: str = "") -> SearchView:
    """The page with the form as it was filled, and nothing else. need_name: how a need of no chip is called."""
    needs = {"": _("Todo")} | dict(labels.NEEDS)
    if form.need and form.need not in needs:
        needs[form.need] = need_name or form.need
    return SearchView(
        state=state,
        place_text=form.place,
        shared=form.shared,
        words=form.words,
        needs=_choices(needs, {form.need}),
        modes=_choices(labels.MODES, {form.mode}),
        times=_choices(labels.TIMES, {form.when}),
        when_text=_when_text(form),
        leave_at=form.leave_at,
        limits=_choices({one: _minutes(one) for one in _limits(form)}, {form.max_minutes}),
        ranks=_choices(labels.RANKS, {form.rank}),
        accessibility=_choices(labels.FACILITIES, set(form.accessibility)),
    )


def readable(leave_at: str) -> datetime | None:
    """The day and hour of the form, without zone; None when nobody can read it."""
    try:
        return datetime.fromisoformat(leave_at).replace(tzinfo=None)
    except ValueError:
        return None


def how_to_write_a_moment() -> str:
    """What to say beside a day and hour that nobody can read."""
    return _("Escribe el día y la hora así: 2026-11-24 09:30.")


def _minutes(count: int) -> str:
    return ngettext("%(count)s minuto", "%(count)s minutos", count, count=count)


def _limits(form: SearchForm) -> list[int]:
    return sorted({*LIMITS, form.max_minutes})


def _when_text(form: SearchForm) -> str:
    """When the person leaves, for the folded form; nothing when that is now."""
    if form.when == "tomorrow":
        return labels.TIMES["tomorrow"]
    moment = readable(form.leave_at) if form.later else None
    return f"{wording.long_date(moment.date())}, {wording.clock(moment)}" if moment else ""


def _choices(words: Mapping[Any, str], chosen: set[Any]) -> tuple[Choice, ...]:
    return tuple(Choice(str(value), label, value in chosen) for value, label in words.items())
