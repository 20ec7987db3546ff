/* Draws the way to a chosen place, or the area that is reached, on the map of the search page. Data come as JSON with the
   part of the page. */
(() => {
  "use strict";
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const ROUND = { lineCap: "round", lineJoin: "round", interactive: false };
  const HALO = { ...ROUND, color: "#fff", weight: 9, opacity: 0.9, className: "way-halo" };
  const LINE = { ...ROUND, color: "#7a1f5c", weight: 5, opacity: 1, className: "way-line" };
  const AREA = { color: "#0f69b4", weight: 2.5, fillOpacity: 0.14, interactive: false, className: "reach-area" };
  const OSM = "© OpenStreetMap";
  let drawn = null;

  const map = () => window.cercana?.layer?._map;

  // Leaflet writes attributions as HTML: as text first, so that nothing in it is code.
  const plain = (text) => {
    const element = document.createElement("span");
    element.textContent = text;
    return element.innerHTML;
  };

  const clear = () => {
    drawn?.remove();
    drawn = null;
  };

  const fit = () => {
    const room = { paddingTopLeft: [36, 36], paddingBottomRight: [72, 40], maxZoom: 16, animate: !calm };
    map().fitBounds(drawn.getBounds(), room);
  };

  const turned = (corners) => corners.map(([lon, lat]) => [lat, lon]);

  const parts = ({ line = [], area = [], credit }) => {
    // The same words as for the roads of the tiles, so that they stand there once; the licence is told beside the list.
    const told = { attribution: credit.includes(OSM) ? OSM : plain(credit) };
    if (area.length) return [L.polygon(area.map((part) => part.map(turned)), { ...AREA, ...told })];
    return line.length < 2 ? [] : [L.polyline(turned(line), HALO), L.polyline(turned(line), { ...LINE, ...told })];
  };

  const draw = (data) => {
    clear();
    const made = map() ? parts(data) : [];
    if (!made.length) return;
    drawn = L.featureGroup(made).addTo(map());
    fit();
  };

  const show = (box) => {
    for (const other of document.querySelectorAll(".way-box")) if (other !== box) other.replaceChildren();
    const data = box.querySelector(".way-data");
    if (data) draw(JSON.parse(data.textContent)); else clear();
    box.querySelector("h3, h4")?.focus();
  };

  document.addEventListener("htmx:afterSettle", ({ detail: { target } }) => {
    if (target.matches("#search, #answer")) clear(); // other results: the way belonged to the old ones
    else if (target.matches(".way-box")) show(target);
  });

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-way]");
    if (!button) return;
    if (button.dataset.way === "show") {
      if (drawn) fit();
      map()?.getContainer().scrollIntoView({ block: "nearest" });
      return;
    }
    const box = button.closest(".way-box");
    box.replaceChildren();
    clear();
    (box.closest(".card")?.querySelector("[name=to]") || document.querySelector("[name=within]"))?.focus();
  });
})();
