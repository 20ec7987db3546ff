#!/usr/bin/env bash
# Refreshes the vendored browser libraries from npm and rewrites both manifests.
# Only maintainers run this, when a version below changes; the service and its tests never need npm.
# The folium pin in pyproject.toml and these versions belong together: change both, run tests/browser.
set -euo pipefail

static=$(cd "$(dirname "$0")" && pwd)
tests=$(cd "$static/../../tests/browser" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch() { # fetch NAME@VERSION: unpacks the package into $work/NAME
    local name=${1%@*} archive
    archive=$(cd "$work" && npm pack --silent "$1")
    mkdir -p "$work/$name"
    tar -xzf "$work/$archive" -C "$work/$name" --strip-components=1
}

clean() { # clean FROM TO: no source map is shipped, so no browser may ask for one; one newline at the end
    mkdir -p "$(dirname "$2")"
    python3 - "$1" "$2" <<'PY'
import pathlib, re, sys
text = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").replace("\r\n", "\n")
text = re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.M).rstrip() + "\n"
pathlib.Path(sys.argv[2]).write_text(text, encoding="utf-8")
PY
}

for package in leaflet@1.9.4 leaflet.markercluster@1.5.3 leaflet.vectorgrid@1.3.0 htmx.org@2.0.11 \
    axe-core@4.14.1 pbf@3.0.2 vector-tile@1.3.0 topojson-client@2.1.0 geojson-vt@2.2.0; do
    fetch "$package"
done

rm -rf "$static/vendor" "$tests/vendor"
v="$static/vendor"
clean "$work/leaflet/dist/leaflet.js" "$v/leaflet/leaflet.js"
clean "$work/leaflet/dist/leaflet.css" "$v/leaflet/leaflet.css"
clean "$work/leaflet/LICENSE" "$v/leaflet/LICENSE.txt"
clean "$work/leaflet.markercluster/dist/leaflet.markercluster.js" "$v/leaflet.markercluster/leaflet.markercluster.js"
clean "$work/leaflet.markercluster/dist/MarkerCluster.css" "$v/leaflet.markercluster/MarkerCluster.css"
clean "$work/leaflet.markercluster/MIT-LICENCE.txt" "$v/leaflet.markercluster/LICENSE.txt"
clean "$work/leaflet.vectorgrid/dist/Leaflet.VectorGrid.bundled.min.js" "$v/leaflet.vectorgrid/leaflet.vectorgrid.js"
clean "$work/htmx.org/dist/htmx.min.js" "$v/htmx.org/htmx.js"
clean "$work/htmx.org/LICENSE" "$v/htmx.org/LICENSE.txt"
clean "$work/axe-core/axe.min.js" "$tests/vendor/axe-core/axe.js"
clean "$work/axe-core/LICENSE" "$tests/vendor/axe-core/LICENSE.txt"
clean "$work/axe-core/LICENSE-3RD-PARTY.txt" "$tests/vendor/axe-core/LICENSE-3RD-PARTY.txt"

# VectorGrid states its licence in the readme only, and its bundle holds four more packages.
{
    grep -n -A4 'THE BEER-WARE LICENSE' "$work/leaflet.vectorgrid/README.md" | sed -E 's/^[0-9]+[:-]//'
    for name in pbf vector-tile topojson-client geojson-vt; do
        printf '\n---- bundled: %s ----\n' "$name"
        cat "$work/$name"/LICENSE* 2>/dev/null || node -p "require('$work/$name/package.json').license"
    done
} >"$work/vectorgrid-licence"
clean "$work/vectorgrid-licence" "$v/leaflet.vectorgrid/LICENSE.txt"

python3 - "$work" "$v" "$tests/vendor" <<'PY'
import hashlib, json, pathlib, sys
work, *folders = map(pathlib.Path, sys.argv[1:])
for folder in folders:
    packages = []
    for home in sorted(path for path in folder.iterdir() if path.is_dir()):
        about = json.loads((work / home.name / "package.json").read_text())
        files = [
            {"file": str(path.relative_to(folder)), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
            for path in sorted(home.iterdir())
        ]
        packages.append({"name": about["name"], "version": about["version"], "licence": about["license"], "files": files})
    (folder / "MANIFEST.json").write_text(json.dumps({"packages": packages}, indent=2) + "\n")
PY
echo "vendored: $(find "$v" "$tests/vendor" -type f | wc -l) files"
