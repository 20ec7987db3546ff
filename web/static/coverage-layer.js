/* Comunas coloured by class, and cells of people from near. Figures come with the page and with tiles; all words are
   written with textContent only. The table below the map says the same. */
(() => {
  "use strict";
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const NEAR = 10; // a comuna fills the view about here
  const INK = "#4a4a4a";
  const UNKNOWN = { fill: true, fillColor: "#fff", fillOpacity: 1, color: INK, weight: 1, dashArray: "3 3" };

  const node = (tag, className, text) => {
    const element = document.createElement(tag);
    element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  const Coverage = L.FeatureGroup.extend({
    initialize(source) {
      this.source = source;
      this.told = JSON.parse(document.getElementById(source.island).textContent);
      this.marks = new Map();
      L.FeatureGroup.prototype.initialize.call(this);
    },

    onAdd(map) {
      L.FeatureGroup.prototype.onAdd.call(this, map);
      window.cercana.layer = this;
      const base = window.cercana.areaStyles;
      const styles = { ...base, areas: (area) => (area.level === "comuna" ? this.style(area.code, base, area) : base.areas(area)) };
      this.grid(this.source.url, styles, this.source.maxNativeZoom).on("click", ({ latlng, layer }) => {
        const { code, level } = layer.properties;
        if (level === "comuna" && this.told.areas[code]) this.open(code, latlng);
      });
      const size = () => { const zoom = map.getZoom(); return zoom < 6 ? 4 : zoom < 8 ? 6 : 9; };
      map.on("zoomend", () => this.marks.forEach((made) => made.setRadius(size())));
      for (const [code, area] of Object.entries(this.told.areas)) if (area.at && area.drawn === false) this.mark(code, area, size());
      if (this.told.cells) this.cells(map);
      document.addEventListener("click", ({ target }) => {
        const button = target.closest("[data-area]");
        if (button) this.go(button.dataset.area, map);
      });
    },

    grid(url, styles, deepest, more = {}) {
      return L.vectorGrid.protobuf(url, {
        rendererFactory: L.canvas.tile, interactive: true, tileSize: 512, level: window.cercana.level,
        maxNativeZoom: deepest, maxZoom: this._map.getMaxZoom(), vectorTileLayerStyles: styles, ...more,
      }).addTo(this._map);
    },

    style(code, base, area) {
      const known = this.told.areas[code];
      if (!known) return base.areas(area);
      if (known.c < 0) return UNKNOWN;
      return { fill: true, fillColor: this.told.fills[known.c], fillOpacity: 1, color: INK, weight: 0.7, opacity: 1 };
    },

    // A comuna without a shape of its own: a circle at its seat.
    mark(code, { c, at: [lon, lat] }, radius) {
      const look = c < 0 ? UNKNOWN : { fillColor: this.told.fills[c], fillOpacity: 1, color: INK, weight: 1 };
      const made = L.circleMarker([lat, lon], { radius, ...look });
      made.on("click", () => this.open(code, made.getLatLng()));
      this.marks.set(code, made);
      this.addLayer(made);
    },

    cells(map) {
      const { minutes, cellFills } = this.told;
      const quarter = (at) => (at < 0 || at > minutes ? 0 : 5 - Math.max(1, Math.ceil((4 * at) / minutes)));
      const style = (cell, zoom) => ({
        fill: true, fillColor: cellFills[quarter(cell.minutes)], fillOpacity: 1, color: INK, weight: 0.7, opacity: 1,
        radius: zoom < 12 ? 5 : 8,
      });
      const grid = this.grid(this.told.cells, { cells: style }, this.told.deepest, { minZoom: this.told.first, zIndex: 2 });
      grid.on("click", ({ latlng, layer }) => {
        const { people, minutes: at } = layer.properties, { words } = this.told;
        const lines = [words.people.replace("{count}", people.toLocaleString(document.documentElement.lang))];
        lines.push(at < 0 ? words.none : words.minutes.replace("{minutes}", at));
        this.popup(latlng, words.cell, lines);
      });
      // From near the cells tell more than the circle of their comuna.
      const turn = () => this.marks.forEach((made) => made.setStyle({ fillOpacity: map.getZoom() < this.told.first ? 1 : 0 }));
      map.on("zoomend", turn);
      turn();
    },

    popup(at, name, lines, code) {
      const box = node("div", "pop");
      box.tabIndex = -1;
      box.append(node("p", "pop-name", name), ...lines.map((line) => node("p", "pop-line", line)));
      const row = code && document.getElementById(`area-${code}`);
      if (row) {
        const button = box.appendChild(node("button", "pop-list", this.told.words.row));
        button.type = "button";
        button.addEventListener("click", () => document.dispatchEvent(new CustomEvent("cercana:row", { detail: row.id })));
      }
      const options = { maxWidth: Math.min(260, this._map.getSize().x - 80), minWidth: 60, autoPanPadding: [12, 12] };
      L.popup(options).setLatLng(at).setContent(box).openOn(this._map);
    },

    open(code, at) {
      const area = this.told.areas[code];
      this.popup(at, area.name, area.lines, code);
    },

    // From the table to the map: to the comuna's seat.
    go(code, map) {
      const area = this.told.areas[code];
      if (!area?.at) return;
      const at = L.latLng(area.at[1], area.at[0]);
      map.setView(at, Math.max(map.getZoom(), NEAR - 2), { animate: !calm });
      map.getContainer().scrollIntoView({ block: "nearest" });
      this.open(code, at);
    },

    covered: () => [],
    select: () => false,
    fromPage() {},
  });

  window.cercana.coverage = (source) => new Coverage(source);
})();
