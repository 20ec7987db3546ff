"""Reading coordinates as people write them. What can be read in two ways is refused, never guessed.

Read: decimals with point or comma, degrees-minutes-seconds in many spellings (33°27'S, 33º 27’ 12,3”,
S33°27.2', 33 27 12.3 S, 33:27:12 S, 33 grados 27 min Sur), pairs in one field ("-33,45 -70,66", map links).
In `geo.repairs`, and only as candidates: swapped, without sign, without decimal point, in metres.
"""

import math
import re
import unicodedata
from typing import NamedTuple

from geo.errors import PositionError
from geo.points import LonLat
from geo.repairs import Repair, repairs, the_only_repair

__all__ = [
    "Angle",
    "Repair",
    "format_dms",
    "read_angle",
    "read_number",
    "read_pair",
    "read_point",
    "repairs",
    "the_only_repair",
]

_MAX_LENGTH = 200  # no coordinate is longer, and patterns must not be fed a page

_SAME = str.maketrans(
    {
        **dict.fromkeys("−–—‐‑‒", "-"),
        **dict.fromkeys("º˚⁰∘", "°"),
        **dict.fromkeys("’‘′`´ʹʼ", "'"),
        **dict.fromkeys("”“″ʺ", '"'),
        **dict.fromkeys("\u200b\u200e\u200f\ufeff", ""),
    }
)
# English, Spanish, Portuguese and French words. The letter O is west in the last three.
_WORDS = (
    (re.compile(r"\bGRADOS?\b|\bDEGREES?\b|\bDEG\b|\bGRAUS?\b"), "°"),
    (re.compile(r"\bMINUT[OE]S?\b|\bMIN\b"), "'"),
    (re.compile(r"\bSEGUNDOS?\b|\bSECONDS?\b|\bSEG\b|\bSEC\b"), '"'),
    (re.compile(r"\bNORTE\b|\bNORTH\b"), "N"),
    (re.compile(r"\bSUR\b|\bSOUTH\b|\bSUL\b"), "S"),
    (re.compile(r"\bOESTE\b|\bWEST\b|\bOUEST\b"), "W"),
    (re.compile(r"\bESTE\b|\bEAST\b|\bLESTE\b"), "E"),
    (re.compile(r"\bLAT(?:ITUDE?|ITUD)?\b\s*[.:=]*"), "φ"),
    (re.compile(r"\bLON(?:G(?:ITUDE?|ITUD)?)?\b\s*[.:=]*"), "λ"),
    (re.compile("''"), '"'),
)
_LINK = re.compile(r"^(?:https?://\S*?[@=/]|geo:)(-?\d+\.\d+),\s*(-?\d+\.\d+)(?![\d.])\S*$", re.IGNORECASE)

_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_GROUPED = re.compile(r"([-+]?\d{1,3})((?:\.\d{3}){2,}|(?:\.\d{3})+(?=,))(?:,(\d+))?")
_ANGLE = re.compile(
    r"(?P<label>[φλ])?\s*(?P<before>[NSEWO])?\s*(?P<sign>[-+])?\s*"
    r"(?P<degrees>\d+(?:[.,]\d+)?)(?:\s*(?P<degree_mark>[°:]))?"
    # A mark or a space must part two numbers, or "70.660.456" would be 70.6 degrees and 60.456 minutes.
    r"(?:\s*(?<=[°:\s])(?P<minutes>\d+(?:[.,]\d+)?)(?:\s*[':])?"
    r"(?:\s*(?<=[':\s])(?P<seconds>\d+(?:[.,]\d+)?)(?:\s*\")?)?)?"
    r"\s*(?P<after>[NSEWO])?"
)
_SPLIT = re.compile(r"[\s,;|/]+")
_AXES = {"N": "lat", "S": "lat", "φ": "lat", "E": "lon", "W": "lon", "O": "lon", "λ": "lon"}


class Angle(NamedTuple):
    """Degrees with sign, the axis if letters told it ("lat", "lon" or None), how many numbers wrote it,
    and whether any mark or letter shows that it is an angle.
    """

    degrees: float
    axis: str | None
    numbers: int
    marked: bool


def read_number(text: str) -> float:
    """A plain number with decimal point or comma.

    Thousands are understood where several marks show them: "-33.450.123" is -33450123, and whether a
    position hides in it is for `repairs` to say. A lone mark is always the decimal one ("346.123").
    Raises PositionError, also for 3.3E+06, whose last digits are gone.
    """
    plain = _clean(text)
    if _NUMBER.fullmatch(plain):
        return float(plain.replace(",", "."))
    if re.fullmatch(r"[-+]?[\d.,]+E[-+]?\d+", plain):
        raise PositionError(
            f"{text!r} is in scientific notation and has lost digits: export the cell as text"
        )
    for candidate in (plain, plain.translate(str.maketrans(",.", ".,"))):
        if grouped := _GROUPED.fullmatch(candidate):
            whole, groups, decimals = grouped.groups()
            return float(f"{whole}{groups.replace('.', '')}.{decimals or 0}")
    raise PositionError(f"{text!r} is not a number")


def read_angle(text: str) -> Angle:
    """One coordinate in degrees, decimal or with minutes and seconds; PositionError with the reason."""
    return _angle(_clean(text))


def read_point(x_text: str, y_text: str) -> LonLat:
    """A position from two fields, longitude and latitude, unless their letters say it is the other way round.

    Raises PositionError when a field is unreadable, when both are the same axis, or out of range.
    """
    return _point(_field(x_text), _field(y_text), first="lon")


def read_pair(text: str) -> LonLat:
    """A position from one field, latitude first unless letters or labels say otherwise.

    Raises PositionError when there is no reading, or more than one.
    """
    if link := _LINK.fullmatch(text.strip()[:_MAX_LENGTH]):
        return _point(read_angle(link.group(1)), read_angle(link.group(2)), first="lat")
    plain = _spaced(_clean(text))
    readings = {pair for cut in _SPLIT.finditer(plain) if (pair := _halves(plain, cut))}
    if len(readings) > 1:
        raise PositionError(f"{text!r} can be read in {len(readings)} ways: separate the two with ';'")
    if not readings:
        raise PositionError(f"{text!r} is not a latitude and a longitude")
    first, second = readings.pop()
    return _point(first, second, first="lat")


def format_dms(point: LonLat, decimals: int = 2) -> str:
    """The position as 33°27'12.30"S 70°40'00.00"W; two decimals of a second are 30 centimetres."""
    lat = _dms(point.lat, "N" if point.lat >= 0 else "S", decimals)
    return f"{lat} {_dms(point.lon, 'E' if point.lon >= 0 else 'W', decimals)}"


def _dms(degrees: float, letter: str, decimals: int) -> str:
    ticks = round(abs(degrees) * 3600 * 10**decimals)  # whole units, so that 59.999 carries over
    minutes, rest = divmod(ticks, 60 * 10**decimals)
    seconds = f"{rest / 10**decimals:0{3 + decimals if decimals else 2}.{decimals}f}"
    return f"{minutes // 60}°{minutes % 60:02d}'{seconds}\"{letter}"


def _clean(text: str) -> str:
    """One spelling for each mark. Raises PositionError for empty and for absurdly long text."""
    plain = unicodedata.normalize("NFC", text).translate(_SAME).upper().strip()
    if not plain:
        raise PositionError("the coordinate is empty")
    if len(plain) > _MAX_LENGTH:
        raise PositionError(f"{text[:40]!r}... is too long for a coordinate")
    for pattern, mark in _WORDS:
        plain = pattern.sub(mark, plain)
    return re.sub(r"\s+", " ", plain.strip("()[] "))


def _spaced(plain: str) -> str:
    """Make room around letters and before signs, so that every pair can be cut at a separator."""
    plain = re.sub(r"\s*([NSEWOφλ])\s*", r" \1 ", plain)
    return re.sub(r"(?<=[\d°'\"])(?=[-+])", " ", plain).strip()


def _halves(plain: str, cut: re.Match[str]) -> tuple[Angle, Angle] | None:
    """The two angles either side of a cut, or None when they are not two angles written the same way."""
    try:
        first, second = _angle(plain[: cut.start()]), _angle(plain[cut.end() :])
    except PositionError:
        return None  # this cut is not the one; when none is, `read_pair` raises
    if (first.axis is None) != (second.axis is None):
        return None
    if not (first.marked and second.marked) and first.numbers != second.numbers:
        return None
    return None if _may_be_one_number(plain, cut) else (first, second)


def _may_be_one_number(plain: str, cut: re.Match[str]) -> bool:
    """Whether the cut is the decimal comma of a single number: "33,45" is not 33 degrees and 45 degrees."""
    return cut.group() == "," and bool(_NUMBER.fullmatch(plain))


def _angle(plain: str) -> Angle:
    found = _ANGLE.fullmatch(plain.strip())
    if not found:
        raise PositionError(f"{plain!r} is not a coordinate")
    part = found.groupdict()
    value, numbers = _sexagesimal(part, plain)
    letter = _letter(part, plain)
    axis = _AXES[letter] if letter else None
    if part["label"] and letter and axis != _AXES[part["label"]]:
        raise PositionError(f"{plain!r}: label and hemisphere contradict each other")
    axis = axis or (_AXES[part["label"]] if part["label"] else None)
    negative = part["sign"] == "-" or letter in {"S", "W", "O"}
    marked = bool(axis or part["degree_mark"])
    return Angle(-value if negative else value, axis, numbers, marked)


def _letter(part: dict[str, str | None], plain: str) -> str | None:
    """The hemisphere. A minus before south or west is a habit; before north or east it is a contradiction."""
    if part["before"] and part["after"]:
        raise PositionError(f"{plain!r} has two hemispheres")
    letter = part["before"] or part["after"]
    contradicted = {"-": {"N", "E"}, "+": {"S", "W", "O"}}.get(part["sign"] or "", set())
    if letter in contradicted:
        raise PositionError(f"{plain!r}: sign and hemisphere contradict each other")
    return letter


def _sexagesimal(part: dict[str, str | None], plain: str) -> tuple[float, int]:
    """Degrees without sign, and how many numbers wrote them. Only the last number may have decimals."""
    written = [text for name in ("degrees", "minutes", "seconds") if (text := part[name]) is not None]
    if any(not text.isdigit() for text in written[:-1]):
        raise PositionError(f"{plain!r}: only the last of degrees, minutes and seconds may have decimals")
    values = [float(text.replace(",", ".")) for text in written]
    degrees, minutes, seconds = [*values, 0.0, 0.0][:3]
    # 60.0 seconds is what rounding to print leaves of 59.99.
    if minutes >= 60 or seconds > 60:
        raise PositionError(f"{plain!r}: minutes and seconds must be below 60")
    if not math.isfinite(degrees):
        raise PositionError(f"{plain!r} is not finite")
    return degrees + minutes / 60 + seconds / 3600, len(values)


def _field(text: str) -> Angle:
    """An angle, or a number with thousands that will be out of range and say so."""
    plain = _clean(text)
    if _ANGLE.fullmatch(plain):
        return _angle(plain)
    return Angle(read_number(text), None, 1, marked=False)


def _point(one: Angle, other: Angle, first: str) -> LonLat:
    """The position of two angles, where `first` is the axis of the first when no letter tells."""
    if one.axis is not None and one.axis == other.axis:
        raise PositionError("both coordinates are on the same axis")
    other_axis = {"lat": "lon", "lon": "lat"}
    axis = one.axis or (other_axis[other.axis] if other.axis else first)
    lon, lat = (one, other) if axis == "lon" else (other, one)
    if max(abs(lon.degrees), abs(lat.degrees)) > 1000:
        raise PositionError(
            f"{lon.degrees}, {lat.degrees} are not degrees: "
            "they are metres (declare the UTM zone) or have lost the decimal point"
        )
    return LonLat(lon.degrees, lat.degrees)
