"""Tables of the planning pages: the map's text twin. Sorted by links, so that they sort without JavaScript."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from babel.numbers import format_decimal

from directory.coverage_terms import AreaHead, GapReport, ScenarioDifference, SupplyReport
from web.charts import bounds, count, percent
from web.language import Spanish, current
from web.language import gettext as _
from web.planning_form import PlanningFields
from web.planning_words import WHY

# More rows are shown when they are asked for.
FIRST_ROWS = 25
# Below the order of names: what nobody knows comes last, however it is sorted.
type Value = float | str | None


@dataclass(frozen=True, slots=True)
class Column:
    """A head of a table. url sorts by it, empty where nothing sorts; order: of aria-sort, empty when not sorted by."""

    label: str
    url: str = ""
    order: str = ""
    number: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One row. code: of the area, empty where it is none; on the map it can be shown. The first cell names it."""

    code: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """What `_planning_table.html` shows. more: address of all the rows where only the first are here."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    more: str = ""
    more_text: str = ""


@dataclass(frozen=True, slots=True)
class _Kind[Item]:
    """A column to be: what it sorts by, and what it says. down: sorted with the largest first at first."""

    key: str
    label: str
    value: Callable[[Item], Value]
    text: Callable[[Item], str]
    down: bool = True


def area_table(fields: PlanningFields, heads: Sequence[AreaHead], estimated: bool, caption: str) -> Table:
    """Areas with their people, share, people left out, minutes; of estimates the two bounds alone."""
    kinds = [*_named(_area), _people(_area), _share(_area)]
    if not estimated:
        kinds += [
            _Kind("left", _("Personas fuera"), _left, lambda one: count(one.head.left_out)),
            _Kind("median", _("Minutos (mitad de la gente)"), lambda one: one.median, _median),
            _Kind("second", _("Con dos lugares"), lambda one: one.second, lambda one: percent(one.second)),
        ]
    return _table(
        fields,
        kinds,
        _most_people_first([one for one in heads if one.head.people]),
        caption,
        lambda one: one.code,
        "share" if estimated else "left",
    )


def group_table(
    heads: Sequence[AreaHead], names: Callable[[AreaHead], str], caption: str, estimated: bool
) -> Table:
    """Kinds of settlement, or bands of age and sex: a few rows, not sorted."""
    columns = [Column(_("Grupo"), number=False), Column(_("Personas")), Column(_("Con cobertura"))]
    if not estimated:
        columns.append(Column(_("Personas fuera")))
    rows = ((names(one), count(one.head.people), _bounds(one), count(one.head.left_out)) for one in heads)
    return Table(caption, tuple(columns), tuple(Row("", row[: len(columns)]) for row in rows))


def gap_table(fields: PlanningFields, report: GapReport, estimated: bool, caption: str) -> Table:
    """Comunas by people left out: why, the nearest option, and needs that counselors could not meet."""
    kinds = [*_named(_area)]
    if estimated:
        kinds += [_people(_area), _share(_area)]
    else:
        kinds += [
            _Kind("left", _("Personas fuera"), _left, lambda one: count(one.head.left_out)),
            _share(_area),
            _Kind("", _("Por qué"), lambda one: None, why_text),
        ]
    kinds += [
        _Kind("median", _("Lo más cercano"), lambda one: one.nearest_minutes, nearest_text, down=False),
        _Kind(
            "access",
            _("Necesidades sin resolver"),
            lambda one: float(one.unmet),
            lambda one: count(one.unmet),
        ),
    ]
    usual = "share" if estimated else "left"
    return _table(fields, kinds, _most_people_first(report.gaps), caption, lambda one: one.code, usual)


def supply_table(fields: PlanningFields, report: SupplyReport, caption: str) -> Table:
    """Places per thousand people by comuna, those with least first."""
    kinds: list[_Kind[tuple[AreaHead, float]]] = [
        *_named(_supplied),
        _people(_supplied),
        _Kind(
            "access", _("Cupos por mil personas"), lambda one: one[1], lambda one: decimal(one[1]), down=False
        ),
    ]
    return _table(fields, kinds, report.comunas, caption, lambda one: one[0].code, "access")


def difference_table(fields: PlanningFields, found: ScenarioDifference, caption: str) -> Table:
    """Before and after in two columns, and the difference in points and people."""
    kinds: list[_Kind[tuple[AreaHead, AreaHead]]] = [
        *_named(_before),
        _people(_before),
        _Kind("share", _("Antes"), lambda one: one[0].head.low, lambda one: _bounds(one[0])),
        _Kind("second", _("Después"), lambda one: one[1].head.low, lambda one: _bounds(one[1])),
        _Kind("change", _("Cambio"), change, lambda one: points(change(one))),
        _Kind("left", _("Personas"), people_change, lambda one: signed(people_change(one))),
    ]
    return _table(fields, kinds, found.areas, caption, lambda one: one[0].code, "change")


def change(pair: tuple[AreaHead, AreaHead]) -> float | None:
    """How much the share grows, by the lower bound; None where one of them is not known."""
    before, after = (one.head.low for one in pair)
    return None if before is None or after is None else after - before


def people_change(pair: tuple[AreaHead, AreaHead]) -> float | None:
    """How many more people are covered; None for estimates."""
    before, after = (one.head.covered for one in pair)
    return None if before is None or after is None else after - before


def points(share: float | None) -> str:
    """A difference of shares, with its sign: +3,2 puntos."""
    if share is None:
        return "–"
    return _("%(number)s puntos", number=_signed(100 * share, "0.0"))


def signed(number: float | None) -> str:
    """A difference of people, with its sign."""
    return "–" if number is None else _signed(round(number), "#,##0")


def decimal(number: float | None) -> str:
    """A number with two decimals. None: a dash."""
    return "–" if number is None else format_decimal(number, "#,##0.00", locale=current().locale)


def why_text(one: AreaHead) -> str:
    """The reasons of people left out, most first, with how many."""
    reasons = sorted(one.why.items(), key=lambda pair: -pair[1])
    return "; ".join(f"{WHY[why]}: {count(people)}" for why, people in reasons if round(people))


def nearest_text(one: AreaHead) -> str:
    """The nearest option, and its minutes."""
    if one.nearest is None:
        return "–"
    if one.nearest_minutes is None:
        return Spanish(one.nearest)
    minutes = str(round(one.nearest_minutes))
    return _("%(name)s, a %(minutes)s min", name=Spanish(one.nearest), minutes=minutes)


def area_name(one: AreaHead) -> str:
    """What an area is called; people of no known area have none."""
    return Spanish(one.name) if one.code else _("Sin territorio conocido")


def _signed(number: float, pattern: str) -> str:
    return format_decimal(number, f"+{pattern};−{pattern}", locale=current().locale) if number else "0"


def _most_people_first(heads: Sequence[AreaHead]) -> list[AreaHead]:
    """The order of those that are equal in what the table is sorted by."""
    return sorted(heads, key=lambda one: -one.head.people)


def _area(one: AreaHead) -> AreaHead:
    return one


def _supplied(one: tuple[AreaHead, float]) -> AreaHead:
    return one[0]


def _before(one: tuple[AreaHead, AreaHead]) -> AreaHead:
    return one[0]


def _named[Item](area: Callable[[Item], AreaHead]) -> Iterator[_Kind[Item]]:
    yield _Kind(
        "name", _("Territorio"), lambda one: area(one).name, lambda one: area_name(area(one)), down=False
    )
    yield _Kind(
        "parent",
        _("Está en"),
        lambda one: area(one).parent,
        lambda one: Spanish(area(one).parent or ""),
        down=False,
    )


def _people[Item](area: Callable[[Item], AreaHead]) -> _Kind[Item]:
    return _Kind(
        "people", _("Población"), lambda one: area(one).head.people, lambda one: count(area(one).head.people)
    )


def _share[Item](area: Callable[[Item], AreaHead]) -> _Kind[Item]:
    return _Kind(
        "share",
        _("Con cobertura"),
        lambda one: area(one).head.low,
        lambda one: _bounds(area(one)),
        down=False,
    )


def _bounds(one: AreaHead) -> str:
    return bounds(one.head.low, one.head.high)


def _left(one: AreaHead) -> float | None:
    return one.head.left_out


def _median(one: AreaHead) -> str:
    return "–" if one.median is None else str(round(one.median))


def _table[Item](
    fields: PlanningFields,
    kinds: Sequence[_Kind[Item]],
    items: Sequence[Item],
    caption: str,
    code: Callable[[Item], str],
    usual: str,
) -> Table:
    """Sorted as the address says, else by the usual column; its first rows unless all are asked for."""
    by: Mapping[str, _Kind[Item]] = {one.key: one for one in kinds if one.key}
    chosen = by.get(fields.sort) or by[usual]
    down = chosen.down if not fields.down else fields.down == "yes"
    rows = _sorted(items, chosen, down)
    shown = rows if fields.all or len(rows) <= FIRST_ROWS + 5 else rows[:FIRST_ROWS]
    return Table(
        caption,
        tuple(_column(fields, one, chosen.key, down) for one in kinds),
        tuple(Row(code(item), tuple(one.text(item) for one in kinds)) for item in shown),
        fields.address(all="yes") + "#table" if len(shown) < len(rows) else "",
        _("Ver todas las filas (%(count)s)", count=count(len(rows))),
    )


def _sorted[Item](items: Sequence[Item], chosen: _Kind[Item], down: bool) -> list[Item]:
    """What is not known comes last both ways."""
    known = [(value, item) for item in items if (value := chosen.value(item)) is not None]
    known.sort(key=lambda pair: pair[0], reverse=down)
    return [item for _value, item in known] + [item for item in items if chosen.value(item) is None]


def _column[Item](fields: PlanningFields, kind: _Kind[Item], chosen: str, down: bool) -> Column:
    number = kind.key not in {"", "name", "parent"} and kind.label != _("Lo más cercano")
    if not kind.key:
        return Column(kind.label, number=False)
    again = kind.key == chosen
    turned = (not down) if again else kind.down
    url = fields.address(sort=kind.key, down="yes" if turned else "no") + "#table"
    return Column(kind.label, url, ("descending" if down else "ascending") if again else "", number)
