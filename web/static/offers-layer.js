/* Draws offers and areas on a Leaflet map. Data come as JSON and are written with textContent only. */
(() => {
  "use strict";
  // VectorGrid 1.3.0 calls a function that Leaflet 1.8 renamed (its issue 274).
  L.DomEvent.fakeStop = L.DomEvent.fakeStop || L.DomEvent.stop;

  const CLUSTER_FROM = 31; // a cluster hides the numbers of the list, so short lists never cluster
  const APART = 36; // pixels between the middles of two pins, so that each can be seen and hit
  const MOST_ROUNDS = 60;
  // The page says it in its language: web/templates/_map_words.html.
  const words = JSON.parse(document.getElementById("map-words").textContent);
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
      const name = box.appendChild(node("p", "pop-name", `${point.number}. ${point.name}`));
      name.lang = "es"; // names of places are Spanish on every page
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
    made.home = made.getLatLng();
    return made;
  };

  // Pins on top of each other are pushed apart, always the same way; what never moves is `fixed`.
  const pushApart = (spots, fixed) => {
    for (let round = 0, moved = true; moved && round < MOST_ROUNDS; round += 1) {
      moved = false;
      spots.forEach((spot, i) => {
        for (const other of [...spots.slice(i + 1), ...fixed]) {
          const gap = other.subtract(spot), free = fixed.includes(other);
          const away = Math.hypot(gap.x, gap.y), lack = APART - away;
          if (lack < 0.5) continue;
          const turn = away > 0.01 ? Math.atan2(gap.y, gap.x) : 2.4 * (i + 1);
          const push = L.point(Math.cos(turn), Math.sin(turn)).multiplyBy(free ? lack : lack / 2);
          spot._subtract(push);
          if (!free) other._add(push);
          moved = true;
        }
      });
    }
  };

  // Origin and pins decide what is seen; how vague the origin is only does so when there are no pins.
  const fit = (map, origin, points, animate = !calm) => {
    const all = L.latLngBounds(points.map((point) => [point.lat, point.lon]));
    const alone = origin && L.latLng(origin.lat, origin.lon);
    if (origin) all.extend(points.length ? alone : alone.toBounds(origin.radius || 2000));
    if (!all.isValid()) return; // an empty answer does not move the map
    map.fitBounds(all, { paddingTopLeft: [36, 36], paddingBottomRight: [72, 40], maxZoom: 15, animate });
  };

  const onPage = (island) => {
    const found = document.getElementById(island);
    return found && JSON.parse(found.textContent);
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
    shape.append(node("span", "hidden", ` ${words.together.replace("{count}", count)}`));
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
      map.on("zoomend", this.spread, this);
      if (this.source.url) this.fromAddress(); else this.fromPage();
    },

    async fromAddress() {
      const answer = await fetch(this.source.url, { headers: { Accept: "application/json" } });
      if (answer.ok) this.show(await answer.json());
    },

    fromPage() {
      const data = onPage(this.source.island);
      if (data) this.show(data);
    },

    show({ origin, points }) {
      this.clearLayers();
      this.pins.clear();
      if (origin) start(origin).forEach((part) => this.addLayer(part));
      const many = points.length >= CLUSTER_FROM && Boolean(L.markerClusterGroup);
      const options = { showCoverageOnHover: false, chunkedLoading: true, animate: !calm, iconCreateFunction: clusterIcon };
      this.group = many ? L.markerClusterGroup(options) : L.featureGroup();
      const markers = byPlace(points).map((place) => {
        const made = marker(place, Math.min(260, this._map.getSize().x - 80));
        place.forEach((point) => this.pins.set(point.id, made));
        return made;
      });
      if (many) this.group.addLayers(markers); else markers.forEach((made) => this.group.addLayer(made));
      this.addLayer(this.group);
      this.markers = many ? [] : markers;
      this.origin = origin;
      this.leaders = L.layerGroup().addTo(this);
      fit(this._map, origin, points);
      this.spread();
    },

    spread() {
      if (!this.markers) return;
      const zoom = this._map.getZoom(), pixel = (at) => this._map.project(at, zoom);
      const spots = this.markers.map((made) => pixel(made.home));
      pushApart(spots, this.origin ? [pixel([this.origin.lat, this.origin.lon])] : []);
      this.leaders.clearLayers();
      this.markers.forEach((made, i) => {
        const at = this._map.unproject(spots[i], zoom);
        made.setLatLng(at);
        if (spots[i].distanceTo(pixel(made.home)) < 10) return;
        const line = L.polyline([made.home, at], { className: "leader", interactive: false });
        this.leaders.addLayer(line);
        this.leaders.addLayer(L.circleMarker(made.home, { radius: 3, className: "leader-end", interactive: false }));
      });
      this._map.fire("cercana:pins");
    },

    // What pins cover, in pixels of the map: names keep off.
    covered() {
      const at = (latLng, half) => {
        const middle = this._map.latLngToContainerPoint(latLng);
        return L.bounds(middle.subtract([half, half]), middle.add([half, half]));
      };
      const pins = (this.markers || []).map((made) => at(made.getLatLng(), 20));
      return this.origin ? [...pins, at([this.origin.lat, this.origin.lon], 16)] : pins;
    },

    select(id) {
      const made = this.pins.get(id);
      if (!made) return false;
      if (this.group.zoomToShowLayer) this.group.zoomToShowLayer(made, () => made.openPopup());
      else {
        this._map.once("moveend", () => made.openPopup()); // while the map moves a popup misjudges its room
        this._map.setView(made.home, Math.max(this._map.getZoom(), 13), { animate: !calm });
      }
      return true;
    },
  });

  const LINES = { region: [1.2, "#8b98a5"], province: [0.8, "#b3bcc5"] };
  // The outline of the country is coarse: from near it would put towns into the sea. Official comunas would not.
  const COARSE_FROM = 10;
  let official = false;
  const area = ({ level }) => {
    official ||= level === "comuna";
    const [weight, color] = LINES[level] || [0.7, "#c3c9cf"];
    return { fill: !words.tiles, fillColor: "#fbfaf6", fillOpacity: 1, weight, color, opacity: 1 };
  };
  const land = (_, zoom) =>
    zoom < COARSE_FROM && !words.tiles ? { fill: true, fillColor: "#fbfaf6", fillOpacity: 1, weight: 1, color: "#8b98a5" } : [];
  const ground = (map) =>
    map.getContainer().classList.toggle("coarse", map.getZoom() >= COARSE_FROM && !official);

  window.cercana = {
    layer: null,
    names: null,
    level: ({ z }) => z - 1,
    areaStyles: { areas: area, land, places: (place) => { window.cercana.names?.note(place); return []; } },
    offers: (source) => new Offers(source),
    map(id, options) {
      const still = calm && { fadeAnimation: false, zoomAnimation: false, markerZoomAnimation: false, inertia: false };
      const map = L.map(id, { ...options, ...still });
      // Before any layer comes: tiles of a view that nobody asked for are never fetched.
      const data = onPage("puntos");
      if (data) fit(map, data.origin, data.points, false);
      L.control.attribution({ prefix: false }).addAttribution(words.credit).addTo(map);
      if (words.tiles) {
        const credit = document.createElement("span");
        credit.textContent = words.tiles_credit; // Leaflet writes what it is given as HTML
        L.tileLayer(words.tiles, { attribution: credit.innerHTML, zIndex: 0, maxZoom: map.getMaxZoom() }).addTo(map);
      }
      L.control.scale({ imperial: false }).addTo(map);
      window.cercana.names?.addTo(map);
      L.control.zoom({ position: "bottomright", zoomInTitle: words.near, zoomOutTitle: words.far }).addTo(map);
      map.on("zoomend moveend cercana:pins", () => ground(map));
      map.whenReady(() => ground(map));
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
