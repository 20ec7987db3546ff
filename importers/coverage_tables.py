"""What coverage commands print: tables, and the basis that every figure carries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter
from rich.box import SIMPLE_HEAD
from rich.table import Column, Table
from rich.text import Text

from directory.coverage_terms import (
    AreaHead,
    Basis,
    CoverageMethod,
    CoverageQuery,
    CoverageReport,
    DaysReport,
    GapReport,
    Head,
    ScenarioDifference,
    SiteReport,
    SupplyReport,
    WhyLeftOut,
)
from importers.commands import console

# What `--by` may say, and the areas of a report that it means.
LEVELS: Mapping[str, str] = {
    "region": "regions",
    "province": "provinces",
    "comuna": "comunas",
    "settlement": "settlements",
    "band": "bands",
}

# Columns that hold words, with the least that each can be read in.
_WORDS: Mapping[str, int] = {"Area": 12, "Nearest": 14, "Why": 12, "Place": 12}
_TWO_LINES = {"Left out", "Median min", "Two places"}
_MANY, _WIDE = 7, 100  # columns with numbers, and the characters that hold them with words too
_WHY: Mapping[WhyLeftOut, str] = {
    WhyLeftOut.CLOSED: "closed then",
    WhyLeftOut.NOT_ELIGIBLE: "not for this person",
    WhyLeftOut.FERRY_ONLY: "only by ferry",
    WhyLeftOut.TOO_FAR: "too far",
    WhyLeftOut.NO_OFFER: "none anywhere near",
}
_GAINS = {"cover": "People gained", "mean": "Minutes saved", "person_days": "Person-days gained"}


def as_json(answer: Any) -> str:
    """An answer with everything in it, as JSON."""
    return TypeAdapter(type(answer)).dump_json(answer, indent=2).decode()


def say(line: str) -> None:
    """One line of text, never markup, never broken."""
    console.print(line, markup=False, soft_wrap=True)


def basis_lines(query: CoverageQuery, basis: Basis) -> Iterator[str]:
    """What the figures stand on: people, offers, roads, the question."""
    mark = " [demonstration]" if basis.demonstration else ""
    yield f"People: {basis.dataset_title} ({basis.dataset}), {basis.year}, {count(basis.people)} people{mark}"
    if not basis.people and query.area_code is not None:
        yield f"  nobody of it lives in {query.area_code}: name another with --dataset"
    lost, off = basis.people_without_point, basis.people_off_network
    if lost or off:
        yield f"  not known: {count(lost)} without a point, {count(off)} off the network"
    if basis.spread:
        yield f"  spread over several points of their cell: {count(basis.spread)}"
    on = f", as of {basis.offers_on}" if basis.offers_on else ""
    yield f"Offers: {basis.offers:,} at {basis.places:,} places{on}"
    # Without a day their hours do not matter: they are counted.
    unknown = basis.without_hours if query.day is not None else 0
    told = [f"{unknown:,} whose hours nobody stated"] if unknown else []
    told += [f"{basis.without_point:,} without a public position"] if basis.without_point else []
    if told:
        yield f"  not counted: {', '.join(told)}"
    if unknown and unknown == basis.offers:
        yield "  none of them states its hours: the shares say nothing of that day"
    yield f"Method: {method(basis)}"
    yield f"Question: {asked(query)}"
    if basis.sources:
        yield f"Sources: {', '.join(basis.sources)}"


def method(basis: Basis) -> str:
    """How the trips were reckoned."""
    if basis.method is CoverageMethod.ESTIMATE:
        return "estimate by straight line: two bounds of the share, heads are not counted"
    network = basis.network
    if network is None:
        return "road network"
    return f"road network {network.name}, map of {network.day or 'an unknown day'} ({network.id})"


def asked(query: CoverageQuery) -> str:
    """The question in a line."""
    parts = [f"within {query.minutes} minutes {'by car' if query.mode == 'car' else 'on foot'}"]
    parts += [f"need {one}" for one in query.needs] + [f"kind {one}" for one in query.kinds]
    parts += [f"with {one}" for one in query.facilities]
    parts.append(_when(query))
    parts += [f"open at {query.open_at:%H:%M}"] if query.open_at else []
    parts += [] if query.mobile else ["without mobile points"]
    parts += [f"in area {query.area_code}"] if query.area_code else []
    parts += [f"band {query.band}"] if query.band else []
    parts += [f"scenario {query.scenario}"] if query.scenario is not None else []
    return ", ".join(parts)


def _when(query: CoverageQuery) -> str:
    if query.day is None:
        return "whatever the day (mobile points do not count)"
    over = f" and {query.days - 1} days after" if query.days > 1 else ""
    return f"on {query.day}{over}, leaving from {query.leave_from:%H:%M}"


def report_table(report: CoverageReport, level: str) -> Table:
    """Coverage by area, the whole last."""
    table = _table(
        "Code", "Area", "People", "Covered", "Share", "Left out", "Median min", "Two places", "Nearest"
    )
    for one in getattr(report, LEVELS[level]):
        table.add_row(*_texts(one.code, one.name, *_head(one.head), _minutes(one.median), share(one.second)),
                      Text(_nearest(one)))  # fmt: skip
    table.add_section()
    table.add_row(*_texts("", "All", *_head(report.total), "", share(report.second), ""))
    return _fitting(table)


def gap_table(report: GapReport, limit: int) -> Table:
    """Areas by people left out, with why."""
    table = _table("Code", "Area", "People", "Left out", "Share", "Why", "Nearest", "Unmet")
    for one in report.gaps[:limit]:
        why = ", ".join(f"{_WHY[reason]} {count(people)}" for reason, people in one.why.items() if people)
        table.add_row(
            *_texts(one.code, one.name, count(one.head.people), count(one.head.left_out)),
            *_texts(share_left(one.head), why, _nearest(one), str(one.unmet or "")),
        )
    return _fitting(table)


def days_table(report: DaysReport) -> Table:
    """Coverage day by day."""
    table = _table("Day", "With mobile points", "Without")
    for one in report.days:
        table.add_row(*_texts(f"{one.day} {one.day:%a}", share(one.with_mobile), share(one.without_mobile)))
    return table


def days_lines(report: DaysReport) -> Iterator[str]:
    """What the days come to."""
    yield (
        f"At least once: {share(report.any_day)} of people; without mobile points"
        f" {share(report.any_day_without_mobile)}"
    )
    wait = "nobody is covered" if report.mean_wait is None else f"{report.mean_wait:.1f} days"
    yield f"Mean wait until the next covered day: {wait}"
    yield (
        f"Person-days: {count(report.person_days)}; without mobile points"
        f" {count(report.person_days_without_mobile)}"
    )
    yield f"Not coverage, for comparison: all stops as if they stood there at once, {share(report.union)}"


def supply_table(report: SupplyReport, limit: int) -> Table:
    """Places per thousand people by area."""
    table = _table("Code", "Area", "People", "Places per 1,000")
    for one, access in report.comunas[:limit]:
        table.add_row(*_texts(one.code, one.name, count(one.head.people), f"{access:.2f}"))
    return table


def supply_lines(report: SupplyReport) -> Iterator[str]:
    """How even the supply is."""
    stated = f"{report.without_capacity:,} places state none, {report.zero:,} state zero"
    yield f"Capacity counted: {count(report.capacity)}; {stated}"
    ratio = "not known" if report.rural_urban is None else f"{report.rural_urban:.2f}"
    yield (
        f"Places per 1,000 people: {report.mean:.2f}; Gini {report.gini:.3f}; the tenth of people with least"
        f" has {share(report.worst_decile)}; rural to urban {ratio}"
    )


def site_table(report: SiteReport) -> Table:
    """Proposed places, best first."""
    table = _table("", "Place", "Longitude", "Latitude", "Day", _GAINS.get(report.query.objective, "Gain"))
    for number, one in enumerate(report.sites, 1):
        gain = f"{one.gain:.2f}" if report.query.objective == "mean" else count(one.gain)
        where = (f"{one.point.lon:.5f}", f"{one.point.lat:.5f}")
        table.add_row(*_texts(str(number), one.name, *where, str(one.day or ""), gain))
    return _fitting(table)


def site_lines(report: SiteReport) -> Iterator[str]:
    """What they come to, and how far that is from the best there can be."""
    yield (
        f"Covered: {count(report.before.covered)} people ({share_of(report.before)}) before,"
        f" {count(report.after.covered)} ({share_of(report.after)}) after"
    )
    off = f"; {report.off_network:,} more that no road leads to" if report.off_network else ""
    yield f"Compared: {report.candidates:,} places{off}. Method: {report.method}"
    if report.bound is not None and report.gap is not None:
        yield f"Total {report.total:,.2f}; no choice does better than {report.bound:,.2f}: gap {report.gap * 100:.2f} %"


def difference_table(found: ScenarioDifference, limit: int) -> Table:
    """Areas that change, most people first."""
    table = _table("Code", "Area", "People", "Before", "After", "Difference")
    changed = [(one, two) for one, two in found.areas if _change(one.head, two.head)]
    for one, two in sorted(changed, key=lambda pair: -abs(_change(pair[0].head, pair[1].head)))[:limit]:
        change = _change(one.head, two.head)
        told = f"{change:+,.0f}" if one.head.covered is not None else f"{change * 100:+.1f} points"
        table.add_row(
            *_texts(one.code, one.name, count(max(one.head.people, two.head.people))),
            *_texts(share_of(one.head), share_of(two.head), told),
        )
    return table


def _change(before: Head, after: Head) -> float:
    """People covered more; for estimates the share, of the bound that changes most."""
    if before.covered is not None and after.covered is not None:
        return after.covered - before.covered
    bounds = ((before.low, after.low), (before.high, after.high))
    return max(((two or 0.0) - (one or 0.0) for one, two in bounds), key=abs)


def _table(*names: str) -> Table:
    """Light lines, so that a whole report fits 80 columns; words break, numbers never do."""
    columns = (
        Column(
            name.replace(" ", "\n") if name in _TWO_LINES else name,
            justify="left" if name in _WORDS else "right",
            no_wrap=name not in _WORDS,
            min_width=_WORDS.get(name),
        )
        for name in names
    )
    return Table(*columns, box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))


def _fitting(table: Table) -> Table:
    """Without columns in which nothing stands, such as heads where only bounds are known."""
    columns = [one for one in table.columns if any(map(str, one.cells))]
    if len(columns) > _MANY and console.width < _WIDE:
        columns = [one for one in columns if one.header != "Nearest"]  # `gaps` tells it too
    kept = _table(*(str(one.header).replace("\n", " ") for one in columns))
    for row, cells in zip(table.rows, zip(*(one.cells for one in columns), strict=True), strict=True):
        kept.add_row(*cells, end_section=row.end_section)
    return kept


def _texts(*cells: str) -> Sequence[Text]:
    """Names come from strangers: text, never markup of the terminal."""
    return [Text(one) for one in cells]


def _head(head: Head) -> Iterable[str]:
    return count(head.people), count(head.covered), share_of(head), count(head.left_out)


def _nearest(area: AreaHead) -> str:
    if area.nearest is None:
        return ""
    return (
        area.nearest
        if area.nearest_minutes is None
        else f"{area.nearest}, {_minutes(area.nearest_minutes)} min"
    )


def _minutes(minutes: float | None) -> str:
    return "" if minutes is None else f"{minutes:.0f}"


def count(people: float | None) -> str:
    """People as whole numbers."""
    return "" if people is None else f"{people:,.0f}"


def share(part: float | None) -> str:
    """A share in percent."""
    return "" if part is None else f"{part * 100:.1f} %"


def share_of(head: Head) -> str:
    """The share of a head: one number, or both bounds of an estimate."""
    if head.low is None or head.high is None:
        return ""
    if head.low == head.high:
        return share(head.low)
    return f"{head.low * 100:.1f}-{head.high * 100:.1f} %"


def share_left(head: Head) -> str:
    """The share that is left out."""
    if head.low is None or head.high is None:
        return ""
    return share_of(Head(head.people, None, 1 - head.high, 1 - head.low))
