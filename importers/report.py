"""An import's report as text, JSON or a page: counts, what changed, and issues with sample rows."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from html import escape

import orjson

from directory.records import Severity
from directory.run_report import IssueSample, OfferChange, RunReport
from directory.run_report import last_report as read_report

__all__ = ["as_html", "as_json", "as_text", "read_report"]

OUTCOMES = {
    "new": "Nuevas",
    "changed": "Cambiadas",
    "returned": "De vuelta",
    "withdrawn": "Retiradas",
    "unchanged": "Sin cambios",
}
SEVERITIES = {Severity.ERROR: "error", Severity.WARNING: "aviso"}


def as_json(report: RunReport) -> str:
    """Everything the report holds."""
    return orjson.dumps(asdict(report), option=orjson.OPT_INDENT_2).decode()


def as_text(report: RunReport) -> str:
    """The report for a terminal."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: RunReport) -> Iterator[str]:
    yield f"{_title(report)}"
    yield _summary(report)
    for name, label in OUTCOMES.items():
        yield f"  {label:<12} {getattr(report, name):>9,}".replace(",", ".")
    yield f"  {'Problemas':<12} {report.issues:>9,}".replace(",", ".")
    if report.changes:
        yield "\nQué cambió desde la importación anterior:"
        yield from (f"  {_change(one)}" for one in report.changes)
    if report.issue_counts:
        yield "\nProblemas por código:"
    for code, count in report.issue_counts.items():
        samples = report.issue_samples.get(code, ())
        yield f"  {count:>7,} {code}".replace(",", ".")
        yield from (f"          {_place(one)}: {one.message}" for one in samples)
    if report.orphans:
        yield "\nCorrecciones que ya no encuentran qué corregir:"
        yield from (f"  {text}" for text in report.orphans)


def _title(report: RunReport) -> str:
    mark = " · DEMOSTRACIÓN" if report.demonstration else ""
    return f"{report.title} ({report.source_id}){mark}"


def _summary(report: RunReport) -> str:
    files = ", ".join(str(one.get("name", "")) for one in report.files)
    quiet = " Nada cambió." if report.quiet else ""
    return f"{report.rows_read} filas de {files}; {report.published} ofertas publicadas.{quiet}"


def _change(one: OfferChange) -> str:
    what = f" ({', '.join(one.fields)})" if one.fields else ""
    return f"{OUTCOMES.get(one.outcome, one.outcome)}: {one.source_ref} {one.name}{what}"


def _place(one: IssueSample) -> str:
    parts = [
        f"fila {one.row}" if one.row is not None else "archivo",
        f"«{one.field}»" if one.field else "",
        f"= {one.value}" if one.value else "",
    ]
    return " ".join(part for part in parts if part)


def as_html(report: RunReport) -> str:
    """One page that stands alone: no script, no style or font from elsewhere, every text escaped."""
    body = "".join(_sections(report))
    title = escape(_title(report))
    return (
        '<!doctype html>\n<html lang="es-CL"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{title}</h1><p>{escape(_summary(report))}</p>{body}</main></body></html>\n"
    )


def _sections(report: RunReport) -> Iterator[str]:
    counts = [(label, str(getattr(report, name))) for name, label in OUTCOMES.items()]
    yield _table("Ofertas", ("Resultado", "Cantidad"), [*counts, ("Problemas", str(report.issues))])
    if report.changes:
        rows = [
            (OUTCOMES.get(one.outcome, one.outcome), one.source_ref, one.name, ", ".join(one.fields))
            for one in report.changes
        ]
        yield _table("Qué cambió desde la importación anterior", ("Qué", "Código", "Nombre", "Campos"), rows)
    if report.issue_counts:
        totals = [(code, str(count)) for code, count in report.issue_counts.items()]
        yield _table("Problemas por código", ("Código", "Cantidad"), totals)
    for code in report.issue_counts:
        samples = report.issue_samples.get(code, ())
        if samples:
            header = ("Gravedad", "Fila", "Código", "Columna", "Valor", "Qué pasa y qué hacer")
            yield _table(f"Ejemplos de {code}", header, [_cells(one) for one in samples])
    if report.orphans:
        lost = [(text,) for text in report.orphans]
        yield _table("Correcciones que ya no encuentran qué corregir", ("Corrección",), lost)


def _cells(one: IssueSample) -> tuple[str, ...]:
    row = "" if one.row is None else str(one.row)
    return SEVERITIES[one.severity], row, one.source_ref or "", one.field or "", one.value or "", one.message


def _table(caption: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in header)
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>" for cells in rows
    )
    # A table wider than the page scrolls inside its own region, which the keyboard can reach.
    return (
        f'<div role="region" tabindex="0" aria-label="{escape(caption)}"><table><caption>{escape(caption)}'
        f"</caption><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;margin:0;color:#1a1a1a;background:#fff}"
    "main{max-width:70rem;margin:auto;padding:1rem}div{overflow-x:auto;margin:1.5rem 0}"
    "table{border-collapse:collapse;width:100%}caption{font-weight:700;text-align:left;padding:.5rem 0}"
    "th,td{border:1px solid #767676;padding:.3rem .6rem;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}th{background:#eee}"
)
