"""Feeds that are refused, each with the file and the mend."""

import zipfile
from pathlib import Path

import pytest

from fixtures.network.gtfs import FOLDER, pack
from geo.errors import NetworkError
from geo.gtfs import Feed, read_feed

HOUR = 3600


def feed_with(folder: Path, **changes: str | None) -> Feed:
    """The feed of the made-up roads with some tables (named without .txt) replaced or left out."""
    return read_feed(pack(folder, {f"{name}.txt": text for name, text in changes.items()}))


def table(name: str) -> str:
    return (FOLDER / f"{name}.txt").read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"calendar": None, "calendar_dates": None},
            "neither calendar.txt nor calendar_dates.txt.*ask the publisher",
        ),
        ({"calendar": None, "calendar_dates": "service_id,date,exception_type\n"}, "name no day"),
        ({"calendar_dates": None, "calendar": "service_id\nx\n"}, "calendar.txt has no column monday"),
        ({"stops": None}, "stops.txt is missing"),
        ({"stop_times": "trip_id,arrival_time\n"}, "stop_times.txt has no column departure_time"),
        ({"trips": ""}, "trips.txt is empty"),
        ({"agency": "agency_name,agency_timezone\nA,Chile/Talca\n"}, "Chile/Talca.*no time zone"),
        ({"agency": "agency_name,agency_timezone\nA,\n"}, "no time zone"),
        ({"agency": "agency_name,agency_timezone\nA,../etc\n"}, "no time zone"),
        (
            {"agency": "agency_name,agency_timezone\nA,America/Lima\nB,America/Santiago\n"},
            "one agency_timezone",
        ),
        (
            {"stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"},
            "no trip that can be used",
        ),
        ({"routes": "route_id\n"}, "no trip that can be used.*unknown route_id: 15"),
        (
            {"frequencies": "trip_id,start_time,end_time,headway_secs\n" + "c-ida,0:00:00,168:00:00,1\n" * 2},
            None,
        ),
    ],
)
def test_what_makes_a_feed_useless(tmp_path: Path, changes: dict[str, str | None], words: str | None) -> None:
    if words is None:
        assert feed_with(tmp_path, **changes).by_interval == 168 * HOUR
        return
    with pytest.raises(NetworkError, match=words):
        feed_with(tmp_path, **changes)


def test_latin_letters_in_the_wrong_encoding_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.zip"
    with zipfile.ZipFile(pack(tmp_path)) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.decode("utf-8-sig").encode("latin-1") if name == "stops.txt" else data)
    with pytest.raises(NetworkError, match=r"stops\.txt is not UTF-8"):
        read_feed(path)


def test_no_zip_and_half_a_zip_are_refused(tmp_path: Path) -> None:
    whole = pack(tmp_path).read_bytes()
    for name, content in (
        ("empty.zip", b""),
        ("text.zip", b"stop_id"),
        ("half.zip", whole[: len(whole) // 2]),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(NetworkError, match=f"{name} is no readable zip"):
            read_feed(tmp_path / name)
    with pytest.raises(NetworkError, match="no readable zip"):
        read_feed(tmp_path / "absent.zip")


def test_damaged_data_in_a_zip_is_refused(tmp_path: Path) -> None:
    path = pack(tmp_path)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("stop_times.txt")
    start = entry.header_offset + 30 + len(entry.filename)
    data[start + 20 : start + 60] = bytes(40)
    path.write_bytes(data)
    with pytest.raises(NetworkError, match=r"stop_times\.txt cannot be read"):
        read_feed(path)


def test_a_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = pack(tmp_path, {"shapes.txt": "0" * 3_000_000})
    assert path.stat().st_size < 20_000
    with pytest.raises(NetworkError, match="3 MB unpacked, more than the 1 MB allowed"):
        read_feed(path, most_bytes=1_000_000)


def test_a_zip_of_very_many_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match=r"holds 60\d files"):
        feed_with(tmp_path, **{f"table_{number}": "a\n" for number in range(590)})


def test_two_feeds_in_one_zip_are_refused(tmp_path: Path) -> None:
    path = pack(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("other/stops.txt", "stop_id\n")
    with pytest.raises(NetworkError, match=r"holds stops\.txt twice"):
        read_feed(path)
