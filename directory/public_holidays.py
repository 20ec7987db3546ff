"""Public holidays by area: the `holidays` package, corrected by the country's facts. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import holidays

# (area code, day) -> name.
AreaDays = dict[tuple[str, date], str]


def public_holidays(facts: Mapping[str, Any], country_area: str, years: Iterable[int]) -> AreaDays:
    """The holidays of some years in the country's area and in smaller ones, by country.toml's [holidays].

    A regional day that a correction names (month and day) is taken from every area and given to those of the
    correction, from its year on: the package draws some of them too wide.
    """
    stated = facts["holidays"]
    wanted = sorted(set(years))
    language = str(facts["language"]).partition("-")[0]
    national = _package_days(stated["package_country"], None, wanted, language)
    found: AreaDays = {(country_area, day): name for day, name in national.items()}
    corrections = stated.get("corrections", [])
    corrected = {(one["month"], one["day"]) for one in corrections}
    for area, subdivision in stated.get("subdivisions", {}).items():
        regional = _package_days(stated["package_country"], subdivision, wanted, language)
        found |= {
            (area, day): name
            for day, name in regional.items()
            if day not in national and (day.month, day.day) not in corrected
        }
    for one in corrections:
        found |= {
            (area, date(year, one["month"], one["day"])): one["name"]
            for area in one["areas"]
            for year in wanted
            if year >= one.get("since", year)
        }
    return found


def _package_days(country: str, subdivision: str | None, years: list[int], language: str) -> dict[date, str]:
    return dict(holidays.country_holidays(country, subdiv=subdivision, years=years, language=language))
