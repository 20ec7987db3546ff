"""Downloads against a real server on this machine: ranges, broken connections, wrong sums, changed files."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from importers.network_download import Downloaded, DownloadError, Region, download, find_region, read_index
from tests.importers.map_site import DATA, Site, fetched, served, web_server


@pytest.fixture
def site() -> Iterator[Site]:
    with web_server() as found:
        yield found


def test_a_file_arrives_whole_and_checked(site: Site, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    path = tmp_path / "new" / "x.osm.pbf"
    done = download(served(site), path, lambda *how: told.append(how), pause=0)
    assert done == Downloaded(path, len(DATA), True)
    assert path.read_bytes() == DATA
    assert told[-1] == (len(DATA), len(DATA))
    assert not path.with_name("x.osm.pbf.part").exists()


def test_what_is_here_is_not_fetched_again_until_it_changes(site: Site, tmp_path: Path) -> None:
    path, url = tmp_path / "x.osm.pbf", served(site)
    download(url, path, pause=0)
    assert download(url, path, pause=0).fetched == 0
    assert len(fetched(site)) == 1
    site.tag = '"two"'
    served(site, DATA[::-1])
    assert download(url, path, pause=0).fetched == len(DATA)
    assert path.read_bytes() == DATA[::-1]


def test_a_broken_connection_goes_on_where_it_stopped(site: Site, tmp_path: Path) -> None:
    site.cuts = [400_000, 1, 700_000]
    done = download(served(site), tmp_path / "x.osm.pbf", pause=0)
    assert done.fetched == len(DATA)
    assert done.path.read_bytes() == DATA
    assert fetched(site) == [None, "bytes=400000-", "bytes=400001-", "bytes=1100001-"]


def test_the_next_command_goes_on_too(site: Site, tmp_path: Path) -> None:
    path, url = tmp_path / "x.osm.pbf", served(site)
    site.cuts = [600_000, *[0] * 20]
    with pytest.raises(DownloadError, match=r"again and again .* run the same command later"):
        download(url, path, pause=0)
    assert not path.exists()
    assert len(fetched(site)) == 5
    site.cuts, site.asked = [], []
    assert download(url, path, pause=0).fetched == len(DATA) - 600_000
    assert fetched(site) == ["bytes=600000-"]
    assert path.read_bytes() == DATA


def test_a_part_of_another_file_is_never_gone_on_with(site: Site, tmp_path: Path) -> None:
    path, url = tmp_path / "x.osm.pbf", served(site)
    site.cuts = [600_000, *[0] * 20]
    with pytest.raises(DownloadError):
        download(url, path, pause=0)
    site.cuts, site.asked, site.tag = [], [], '"two"'
    served(site, DATA[::-1])
    download(url, path, pause=0)
    assert fetched(site) == [None]
    assert path.read_bytes() == DATA[::-1]


def test_a_file_that_changes_on_the_way_is_told(site: Site, tmp_path: Path) -> None:
    path, url = tmp_path / "x.osm.pbf", served(site)
    site.cuts = [600_000]

    def meanwhile(done: int, total: int | None) -> None:
        site.tag = '"two"'

    with pytest.raises(DownloadError, match="has just changed"):
        download(url, path, meanwhile, pause=0)
    assert not path.exists()
    download(url, path, pause=0)
    assert path.read_bytes() == DATA


def test_a_server_without_ranges_starts_over(site: Site, tmp_path: Path) -> None:
    site.ranges, site.cuts = False, [900_000]
    done = download(served(site), tmp_path / "x.osm.pbf", pause=0)
    assert done.path.read_bytes() == DATA
    assert fetched(site) == [None, "bytes=900000-"]


def test_a_server_that_says_no_length(site: Site, tmp_path: Path) -> None:
    site.lengths = False
    done = download(served(site), tmp_path / "x.osm.pbf", pause=0)
    assert done.path.read_bytes() == DATA
    # Cut off without a length nobody would know, but for the sum.
    site.cuts, site.tag = [100], '"two"'
    with pytest.raises(DownloadError, match="damaged, and was deleted"):
        download(site.url("/x.osm.pbf"), tmp_path / "x.osm.pbf", pause=0)
    assert done.path.read_bytes() == DATA


def test_a_wrong_sum_is_damage(site: Site, tmp_path: Path) -> None:
    path, url = tmp_path / "x.osm.pbf", served(site)
    site.files["/x.osm.pbf.md5"] = b"0" * 32 + b"  x.osm.pbf"
    with pytest.raises(DownloadError, match="damaged, and was deleted"):
        download(url, path, pause=0)
    assert not path.exists()
    assert not path.with_name("x.osm.pbf.part").exists()
    served(site)
    assert download(url, path, pause=0).checked


@pytest.mark.parametrize("stated", [None, b"<html>not a sum</html>", b""])
def test_a_sum_that_is_not_stated_is_told(site: Site, tmp_path: Path, stated: bytes | None) -> None:
    url = served(site, summed=False)
    if stated is not None:
        site.files["/x.osm.pbf.md5"] = stated
    assert not download(url, tmp_path / "x.osm.pbf", pause=0).checked


def test_the_latest_is_another_address(site: Site, tmp_path: Path) -> None:
    served(site)
    site.redirects = {"/latest.osm.pbf": "/x.osm.pbf"}
    site.cuts = [500_000]
    done = download(site.url("/latest.osm.pbf"), tmp_path / "x.osm.pbf", pause=0)
    assert done.path.read_bytes() == DATA
    # The sum is asked for beside the address that was asked for.
    assert ("GET", "/latest.osm.pbf.md5", None) in site.asked


def test_a_part_that_is_too_long_or_whole_already(site: Site, tmp_path: Path) -> None:
    path, url = tmp_path / "x.osm.pbf", served(site)
    for left in (DATA + b"more", DATA):
        download(url, path, pause=0)
        path.rename(path.with_name("x.osm.pbf.part"))
        path.with_name("x.osm.pbf.part").write_bytes(left)
        download(url, path, pause=0)
        assert path.read_bytes() == DATA


@pytest.mark.parametrize("code", [403, 404, 500, 503])
def test_errors_of_the_server_say_what_to_do_by_hand(site: Site, tmp_path: Path, code: int) -> None:
    url = served(site)
    site.status["/x.osm.pbf"] = code
    with pytest.raises(DownloadError, match=rf"answers {code} .*`cercana network build NAME\.osm\.pbf"):
        download(url, tmp_path / "x.osm.pbf", pause=0)


def nobody() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/index.json"


def test_without_a_network_it_says_what_to_do_by_hand() -> None:
    with pytest.raises(DownloadError, match=r"cannot be reached .* bring a file NAME\.osm\.pbf"):
        read_index(nobody())


@pytest.mark.parametrize("address", ["file:///etc/hostname", "ftp://x/y", "/etc/hostname", "", "http://"])
def test_only_web_servers_are_asked(address: str) -> None:
    with pytest.raises(DownloadError, match="no address of a web server"):
        read_index(address)


def index_of(*regions: tuple[str, str]) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"id": id_, "name": name, "parent": "x", "urls": {"pbf": f"http://h/{id_}"}},
        }
        for id_, name in regions
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


BROKEN = {
    "a page": b"<html>Sign in to this wifi</html>",
    "nothing": b"",
    "a list": b"[1, 2]",
    "other json": b'{"features": [{"x": 1}]}',
    "cut off": index_of(("chile", "Chile"))[:-20],
    "no text": b"\xff\xfe\x00",
    "null": b"null",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_an_index_that_is_none(site: Site, body: bytes) -> None:
    site.files["/index.json"] = body
    with pytest.raises(DownloadError, match="CERCANA_NETWORK_INDEX"):
        read_index(site.url("/index.json"))


def test_an_index_without_map_data(site: Site) -> None:
    site.files["/index.json"] = b'{"features": [{"properties": {"id": "x", "urls": {}}}]}'
    with pytest.raises(DownloadError, match="lists no region"):
        read_index(site.url("/index.json"))


REGIONS = (
    ("chile", "Chile"), ("china", "China"), ("south-america", "South America"), ("us/georgia", "Georgia"),
    ("georgia", "Georgia"), ("cote-divoire", "Ivory Coast"), ("reunion", "Réunion"),
)  # fmt: skip


@pytest.fixture
def regions(site: Site) -> list[Region]:
    site.files["/index.json"] = index_of(*REGIONS)
    return read_index(site.url("/index.json"))


@pytest.mark.parametrize(
    ("words", "id_"),
    [
        ("chile", "chile"), (" CHILE ", "chile"), ("South America", "south-america"), ("Reunion", "reunion"),
        ("ivory coast", "cote-divoire"), ("georgia", "georgia"), ("us/georgia", "us/georgia"),
    ],
)  # fmt: skip
def test_a_region_is_found_by_id_or_name(regions: list[Region], words: str, id_: str) -> None:
    found = find_region(regions, words)
    assert found.id == id_
    assert "/" not in found.file_name


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("chle", r"no region 'chle'.* Near it: chile \(Chile\)"),
        ("america", r"south-america \(South America\)"),
        ("Atlantis", r"There is no region 'Atlantis'\.$"),
        ("", "There is no region"),
        ("../../etc/passwd", "There is no region"),
    ],
)
def test_near_names_are_told(regions: list[Region], words: str, told: str) -> None:
    with pytest.raises(DownloadError, match=told):
        find_region(regions, words)


def test_a_name_of_several_regions(regions: list[Region]) -> None:
    several = [one for one in regions if one.id != "georgia"] + [
        Region("asia/georgia", "Georgia", None, "http://h/g")
    ]
    with pytest.raises(DownloadError, match=r"several regions: us/georgia .* asia/georgia .* Say its id"):
        find_region(several, "Georgia")


def test_a_disk_that_is_full_is_told_before_anything_is_fetched(site: Site, tmp_path: Path) -> None:
    url = served(site)
    site.claimed = 1 << 60
    with pytest.raises(DownloadError, match=r"lacks room: free \d+ MB"):
        download(url, tmp_path / "x.osm.pbf", pause=0)
    assert fetched(site) == []
