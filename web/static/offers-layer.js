/* Draws offers and areas on a Leaflet map. Data come as JSON and are written with textContent only. */
(() => {
  "use strict";
  // VectorGrid 1.3.0 calls a function that Leaflet 1.8 renamed (its issue 274).
  L.DomEvent.fakeStop = L.DomEvent.fakeStop || L.DomEvent.stop;

  const CLUSTER_FROM = 31; // a cluster hides the numbers of the list, so short lists never cluster
  const WORDS = {
    es: { near: "Acercar", far: "Alejar", close: "Cerrar", start: "Tu punto de partida", list: "Ver en la lista",
          together: (n) => `${n} lugares juntos, acercar` },
    en: { near: "Zoom in", far: "Zoom out", close: "Close", start: "Your starting point", list: "Show in the list",
          together: (n) => `${n} places together, zoom in` },
  };
  const words = WORDS[document.documentElement.lang.slice(0, 2)] || WORDS.es;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

  const node = (tag, className, text) => {
    const element = document.createElement(tag);
    element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  const KIND = /^[a-z_]{1,24}$/;
  const pin = (label, kind, name) => {
    const shape = node("span", `pin pin-${KIND.test(kind) ? kind : "other"}`);
    shape.append(node("span", "pin-text", label), node("span", "hidden", ` ${name}`));
    return L.divIcon({ html: shape, className: "pin-box", iconSize: [36, 36], popupAnchor: [0, -16] });
  };

  const popup = (points) => {
    const box = node("div", "pop");
    box.tabIndex = -1;
    for (const point of points) {
      box.append(node("p", "pop-name", `${point.number}. ${point.name}`));
      for (const line of point.lines) box.append(node("p", "pop-line", line));
      const button = node("button", "pop-list", words.list);
      button.type = "button";
      button.addEventListener("click", () => tell(point.id, true));
      box.append(button);
    }
    return box;
  };

  const tell = (id, go) =>
    document.dispatchEvent(new CustomEvent("cercana:pin", { detail: { id, go } }));

  // Several services share a door: one pin carries all their numbers.
  const byPlace = (points) => {
    const places = new Map();
    for (const point of points) {
      const key = `${point.lon.toFixed(5)} ${point.lat.toFixed(5)}`;
      places.set(key, [...(places.get(key) || []), point]);
    }
    return [...places.values()];
  };

  const marker = (points, maxWidth) => {
    const [first] = points;
    const numbers = points.map((point) => point.number);
    const label = numbers.length < 3 ? numbers.join("·") : `${numbers[0]}+`;
    const names = points.map((point) => point.name).join(", ");
    const made = L.marker([first.lat, first.lon], { icon: pin(label, first.kind, names), title: names, riseOnHover: true });
    made.bindPopup(() => popup(points), { maxWidth, minWidth: 60, autoPanPadding: [12, 12] });
    made.on("click", () => tell(first.id, false));
    return made;
  };

  const start = (origin) => {
    const at = [origin.lat, origin.lon];
    const cross = node("span", "start");
    cross.append(node("span", "hidden", words.start));
    const icon = L.divIcon({ html: cross, className: "pin-box", iconSize: [28, 28] });
    const parts = [L.marker(at, { icon, title: words.start, keyboard: false, interactive: false, zIndexOffset: -500 })];
    if (origin.radius > 0) {
      parts.unshift(L.circle(at, { radius: origin.radius, className: "precision", interactive: false }));
    }
    return parts;
  };

  const clusterIcon = (cluster) => {
    const count = cluster.getChildCount();
    const shape = node("span", "cluster", String(count));
    shape.append(node("span", "hidden", ` ${words.together(count)}`));
    return L.divIcon({ html: shape, className: "pin-box", iconSize: [44, 44] });
  };

  const Offers = L.FeatureGroup.extend({
    initialize(source) {
      this.source = source;
      this.pins = new Map();
      L.FeatureGroup.prototype.initialize.call(this);
    },

    onAdd(map) {
      L.FeatureGroup.prototype.onAdd.call(this, map);
      window.cercana.layer = this;
      if (this.source.url) this.fromAddress(); else this.fromPage();
    },

    async fromAddress() {
      const answer = await fetch(this.source.url, { headers: { Accept: "application/json" } });
      if (answer.ok) this.show(await answer.json());
    },

    fromPage() {
      const island = document.getElementById(this.source.island);
      if (island) this.show(JSON.parse(island.textContent));
    },

    show({ origin, points }) {
      this.clearLayers();
      this.pins.clear();
      if (origin) start(origin).forEach((part) => this.addLayer(part));
      const many = points.length >= CLUSTER_FROM;
      const options = { showCoverageOnHover: false, chunkedLoading: true, animate: !calm, iconCreateFunction: clusterIcon };
      this.group = many ? L.markerClusterGroup(options) : L.featureGroup();
      const markers = byPlace(points).map((place) => {
        const made = marker(place, Math.min(260, this._map.getSize().x - 80));
        place.forEach((point) => this.pins.set(point.id, made));
        return made;
      });
      if (many) this.group.addLayers(markers); else markers.forEach((made) => this.group.addLayer(made));
      this.addLayer(this.group);
      this.fit(origin, points);
    },

    fit(origin, points) {
      const all = L.latLngBounds(points.map((point) => [point.lat, point.lon]));
      if (origin) all.extend(L.latLng(origin.lat, origin.lon).toBounds(2 * (origin.radius || 0)));
      if (!all.isValid()) return; // an empty answer does not move the map
      const far = { paddingTopLeft: [32, 32], paddingBottomRight: [72, 24], maxZoom: 15, animate: !calm };
      this._map.fitBounds(all, far);
    },

    select(id) {
      const made = this.pins.get(id);
      if (!made) return false;
      if (this.group.zoomToShowLayer) this.group.zoomToShowLayer(made, () => made.openPopup());
      else {
        this._map.once("moveend", () => made.openPopup()); // while the map moves a popup misjudges its room
        this._map.setView(made.getLatLng(), Math.max(this._map.getZoom(), 13), { animate: !calm });
      }
      return true;
    },
  });

  const LINES = { region: [1.2, "#8b98a5"], province: [0.8, "#b3bcc5"] };
  const area = ({ level }) => {
    const [weight, color] = LINES[level] || [0.7, "#c3c9cf"];
    return { fill: true, fillColor: "#fbfaf6", fillOpacity: 1, weight, color, opacity: 1 };
  };
  const land = { fill: true, fillColor: "#fbfaf6", fillOpacity: 1, weight: 1, color: "#8b98a5" };

  window.cercana = {
    layer: null,
    areaStyles: { areas: area, land },
    offers: (source) => new Offers(source),
    map(id, options) {
      const still = calm && { fadeAnimation: false, zoomAnimation: false, markerZoomAnimation: false, inertia: false };
      const map = L.map(id, { ...options, ...still });
      L.control.zoom({ position: "bottomright", zoomInTitle: words.near, zoomOutTitle: words.far }).addTo(map);
      map.on("popupopen", ({ popup: open }) => {
        const box = open.getElement();
        box.querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", words.close);
        box.querySelector(".pop")?.focus({ preventScroll: true }); // far from its pin in the order of Tab
      });
      map.on("popupclose", ({ popup: open }) => {
        const lost = document.activeElement === document.body || open.getElement()?.contains(document.activeElement);
        if (lost) open._source?.getElement?.()?.focus({ preventScroll: true });
      });
      // Leaflet hears Escape only while the map itself has the focus, not a pin or a popup.
      map.getContainer().addEventListener("keydown", ({ key }) => { if (key === "Escape") map.closePopup(); });
      return map;
    },
  };
})();
