/* Every place of a filter: points by address, or tiles where there are many. Written with textContent only. */
(() => {
  "use strict";
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const said = (id) => JSON.parse(document.getElementById(id).textContent);
  const KIND = /^[a-z_]{1,24}$/;
  const OWN = /^\/(?!\/)/; // an address of ours: one slash
  const MOST = 400; // marks in one view
  const NEAR = 16;

  const node = (tag, className, text) => {
    const element = document.createElement(tag);
    element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  // Leaflet lets Enter open a popup of the mark's own, and do nothing else.
  const onPress = (mark, act) => mark.on("click", act).on("keypress", ({ originalEvent }) => { if (originalEvent.key === "Enter") act(); });

  const Explore = L.FeatureGroup.extend({
    initialize(island) {
      this.source = said(island);
      this.words = { ...said("map-words"), ...this.source.words };
      this.known = new Map();
      L.FeatureGroup.prototype.initialize.call(this);
    },

    onAdd(map) {
      L.FeatureGroup.prototype.onAdd.call(this, map);
      window.cercana.layer = this;
      if (this.source.tiles) this.fromTiles(map);
      else if (this.source.points) this.fromAddress(map);
      document.addEventListener("click", ({ target }) => {
        const button = target.closest("[data-at]");
        if (!button) return;
        const [lon, lat] = button.dataset.at.split(",").map(Number);
        map.setView([lat, lon], NEAR, { animate: !calm });
        map.getContainer().scrollIntoView({ block: "nearest" });
        this.open(button.dataset.place, L.latLng(lat, lon));
      });
    },

    pin({ id, kind, name, comuna }, at) {
      const called = name || [this.words.neutral, comuna].filter(Boolean).join(", ");
      const shape = node("span", `pin pin-${KIND.test(kind) ? kind : "other"}`);
      shape.append(node("span", "hidden", called));
      const icon = L.divIcon({ html: shape, className: "pin-box", iconSize: [30, 30] });
      const made = L.marker(at, { icon, title: called, riseOnHover: true });
      return onPress(made, () => this.open(id, at, made));
    },

    together(count) {
      const shape = node("span", count > 999 ? "cluster many" : "cluster", count > 9999 ? "9999+" : String(count));
      shape.append(node("span", "hidden", ` ${this.words.together.replace("{count}", count)}`));
      return L.divIcon({ html: shape, className: "pin-box", iconSize: [44, 44] });
    },

    // The popup is no child of a mark: marks come and go with the view.
    async open(id, at, from) {
      const box = node("div", "pop", this.words.wait);
      box.tabIndex = -1;
      const map = this._map, maxWidth = Math.min(280, map.getSize().x - 80);
      const popup = L.popup({ maxWidth, minWidth: 60, autoPanPadding: [12, 12], offset: [0, -8] }).setLatLng(at).setContent(box);
      popup._source = from;
      popup.openOn(map);
      try {
        const answer = await fetch(this.source.place + encodeURIComponent(id), { headers: { Accept: "application/json" } });
        if (!answer.ok) throw new Error(String(answer.status));
        this.tell(box, await answer.json());
      } catch {
        box.textContent = this.words.fail;
      }
      popup.update();
      box.focus({ preventScroll: true });
    },

    tell(box, { name, lang, lines, links, more }) {
      const title = node("p", "pop-name", name);
      if (lang) title.lang = lang;
      box.replaceChildren(title, ...lines.map((line) => node("p", "pop-line", line)));
      const list = box.appendChild(node("ul", "pop-links"));
      for (const { url, label } of links.filter((one) => OWN.test(one.url))) {
        const link = list.appendChild(node("li", "")).appendChild(node("a", "", label));
        link.href = url;
      }
      if (more) box.append(node("p", "pop-line", more));
    },

    async fromAddress(map) {
      const answer = await fetch(this.source.points, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const { features } = await answer.json();
      const group = L.markerClusterGroup({
        showCoverageOnHover: false, chunkedLoading: true, animate: !calm, spiderfyOnMaxZoom: true,
        iconCreateFunction: (cluster) => this.together(cluster.getChildCount()),
      });
      group.on("animationend", () => map.fire("cercana:pins"));
      this.shown = group._featureGroup; // clusters and lone marks, as they stand now
      group.addLayers(features.map(({ geometry: { coordinates: [lon, lat] }, properties }) =>
        this.pin(properties, L.latLng(lat, lon))));
      this.addLayer(group);
      map.fire("cercana:pins");
    },

    // What marks cover, in pixels of the map: names keep off (names-layer.js).
    covered() {
      const boxes = [];
      (this.shown || this.marks)?.eachLayer((mark) => {
        const middle = this._map.latLngToContainerPoint(mark.getLatLng());
        boxes.push(L.bounds(middle.subtract([24, 24]), middle.add([24, 24])));
      });
      return boxes;
    },

    // Cards of other pages point at their pins by id; here buttons do so by place (data-at).
    select() { return false; },
    fromPage() {},

    // Tiles bring what stands in each cell; it is drawn as marks, so that keys and screen readers reach it too.
    fromTiles(map) {
      const options = {
        rendererFactory: L.canvas.tile, interactive: false, tileSize: 512, level: window.cercana.level,
        maxNativeZoom: this.source.deepest + 1, maxZoom: map.getMaxZoom(),
        vectorTileLayerStyles: { offers: (cell, zoom) => { this.note(cell, zoom); return []; } },
      };
      this.marks = L.layerGroup().addTo(this);
      this.tiles = L.vectorGrid.protobuf(this.source.tiles, options).addTo(map);
      map.on("moveend", this.later, this);
    },

    note(cell, zoom) {
      if (!Number.isFinite(cell.lon)) return;
      this.known.set(`${zoom} ${cell.key}`, { ...cell, zoom });
      this.later();
    },

    later() {
      cancelAnimationFrame(this.soon);
      this.soon = requestAnimationFrame(() => this.draw());
    },

    draw() {
      const zoom = Math.min(this._map.getZoom(), this.source.deepest + 1), view = this._map.getBounds();
      const seen = [...this.known.values()].filter((cell) => cell.zoom === zoom && view.contains([cell.lat, cell.lon]));
      seen.sort((one, other) => other.n - one.n || other.lat - one.lat || one.lon - other.lon);
      this.marks.clearLayers();
      for (const cell of seen.slice(0, MOST)) this.marks.addLayer(this.mark(cell));
      this._map.fire("cercana:pins");
    },

    mark(cell) {
      const at = L.latLng(cell.lat, cell.lon);
      if (cell.n === 1) return this.pin(cell, at);
      const icon = this.together(cell.n);
      const made = L.marker(at, { icon, riseOnHover: true });
      return onPress(made, () => {
        this._map.setView(at, Math.min(this._map.getZoom() + 2, this._map.getMaxZoom()), { animate: !calm });
        this._map.getContainer().focus({ preventScroll: true }); // the mark is gone after this
      });
    },
  });

  window.cercana.explore = (island) => new Explore(island);
})();
