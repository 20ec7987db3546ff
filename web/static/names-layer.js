/* Main roads and names of places on the map, from our own tiles. Names are shown with textContent only, and to the eye
   only: lists say it all. Roads come with the tiles where a road network is installed. */
(() => {
  "use strict";
  const MOST = 30;
  const HIGH = 18;
  const GAP = 3;
  const pen = document.createElement("canvas").getContext("2d");
  const wide = (name) => {
    pen.font = "600 13px system-ui, sans-serif";
    return Math.ceil(pen.measureText(name).width) + 4;
  };

  // Where a name may stand beside its place: right, left, above, below; then the same farther away, past pins.
  const sides = (width) => [8, 24, 42].flatMap((off) => [
    [off, -HIGH / 2], [-off - width, -HIGH / 2], [-width / 2, -off - HIGH + 3], [-width / 2, off - 3],
  ]);

  const ROADS = {
    motorway: [4, "#e2b56f"], trunk: [4, "#e2b56f"], primary: [3, "#e8c893"], secondary: [2.6, "#dccfae"],
  };
  const road = ({ level }, zoom) => {
    const [weight, color] = ROADS[level] || ROADS.secondary;
    return { weight: weight * (zoom < 8 ? 0.4 : zoom < 11 ? 0.6 : 1), color, opacity: 1, fill: false };
  };
  window.cercana.areaStyles.roads = road;

  // OpenStreetMap is credited as long as a tile that is on the map has roads.
  const CREDIT = "© OpenStreetMap";
  const watchRoads = () => {
    const grid = L.VectorGrid?.Protobuf;
    if (!grid || grid.prototype.watched) return;
    const read = grid.prototype._getVectorTilePromise;
    grid.include({
      watched: true,
      credit(key, has) {
        const before = this.withRoads.size;
        if (has) this.withRoads.add(key); else this.withRoads.delete(key);
        const control = this._map?.attributionControl;
        if (!before && this.withRoads.size) control?.addAttribution(CREDIT);
        else if (before && !this.withRoads.size) control?.removeAttribution(CREDIT);
      },
      async _getVectorTilePromise(coords) {
        if (!this.withRoads) {
          this.withRoads = new Set();
          this.on("tileunload", (gone) => this.credit(this._tileCoordsToKey(gone.coords), false));
        }
        const tile = await read.call(this, coords), key = this._tileCoordsToKey(coords);
        if (key in this._tiles && tile.layers.roads?.features.length) this.credit(key, true);
        return tile;
      },
    });
  };

  const Names = L.Layer.extend({
    initialize() { this.known = new Map(); },

    onAdd(map) {
      watchRoads();
      const pane = map.createPane("names");
      pane.setAttribute("aria-hidden", "true");
      this.shown = L.layerGroup().addTo(map);
      map.on("moveend resize cercana:pins", this.later, this);
    },

    note(place) {
      if (this.known.has(place.code) || !Number.isFinite(place.lon)) return;
      this.known.set(place.code, { ...place, width: wide(place.name), at: L.latLng(place.lat, place.lon) });
      this.later();
    },

    later() {
      cancelAnimationFrame(this.soon);
      this.soon = requestAnimationFrame(() => this.draw());
    },

    draw() {
      this.shown.clearLayers();
      const view = L.bounds([2, 2], this._map.getSize().subtract([2, 26])); // the credit stands at the foot
      const taken = window.cercana.layer?.covered() ?? [];
      const fits = (box) => view.contains(box) && !taken.some((other) => other.intersects(box));
      const seen = [...this.known.values()].filter((place) => view.contains(this._map.latLngToContainerPoint(place.at)));
      seen.sort((one, other) => (other.people || 0) - (one.people || 0) || (one.code < other.code ? -1 : 1));
      let count = 0;
      for (const place of seen) {
        if (count === MOST) break;
        const middle = this._map.latLngToContainerPoint(place.at);
        const boxes = sides(place.width).map(([x, y]) => {
          const from = middle.add([x, y]);
          return { x, y, box: L.bounds(from.subtract([GAP, GAP]), from.add([place.width + GAP, HIGH + GAP])) };
        });
        const free = boxes.find(({ box }) => fits(box));
        if (!free) continue;
        taken.push(free.box);
        this.shown.addLayer(this.label(place, free));
        count += 1;
      }
    },

    label(place, { x, y }) {
      const box = document.createElement("span");
      const dot = box.appendChild(document.createElement("span"));
      const text = box.appendChild(document.createElement("span"));
      dot.className = "place-dot";
      text.className = "place-name";
      text.textContent = place.name;
      Object.assign(text.style, { left: `${x}px`, top: `${y}px`, width: `${place.width}px` });
      const icon = L.divIcon({ html: box, className: "place", iconSize: [0, 0] });
      return L.marker(place.at, { icon, pane: "names", interactive: false, keyboard: false });
    },
  });

  window.cercana.names = new Names();
})();
