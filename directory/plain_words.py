"""Texts that come in both languages from the country's facts, and how a file of facts is read and refused."""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from directory.errors import DirectoryError

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class FactsError(DirectoryError):
    """A file of facts cannot be used: names the file, the field and the mend. A mistake of ours, told at the start."""


class Facts(BaseModel):
    """A table of a file of facts: immutable, and nothing in it that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Both(Facts):
    """One text in Spanish and English. In the English one, *names between stars* are Spanish."""

    es: Line
    en: Line

    def told(self, language: str) -> str:
        """The text in a language: "es" or "en"."""
        return self.en if language == "en" else self.es


def read_facts[Shape: Facts](path: Path, shape: type[Shape]) -> Shape:
    """A TOML file as a shape. Raises FactsError that names every field which cannot be right."""
    try:
        return shape.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise FactsError(f"{path.name}: the file cannot be read ({error.strerror or error})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FactsError(f"{path.name}: this is no TOML in UTF-8 ({error})") from error
    except ValidationError as error:
        told = "; ".join(_told(one["loc"], one["msg"]) for one in error.errors())
        raise FactsError(f"{path.name}: {told}") from error


def _told(where: tuple[int | str, ...], what: str) -> str:
    return f"{'.'.join(str(part) for part in where) or 'the file'}: {what}"
