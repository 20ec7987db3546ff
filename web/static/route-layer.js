/* Draws the way to a chosen place on the map of the search page. Data come as JSON with the part of the page. */
(() => {
  "use strict";
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const ROUND = { lineCap: "round", lineJoin: "round", interactive: false };
  const HALO = { ...ROUND, color: "#fff", weight: 9, opacity: 0.9, className: "way-halo" };
  const LINE = { ...ROUND, color: "#7a1f5c", weight: 5, opacity: 1, className: "way-line" };
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

  const draw = ({ line, credit }) => {
    clear();
    if (!map() || line.length < 2) return;
    const at = line.map(([lon, lat]) => [lat, lon]);
    const parts = [L.polyline(at, HALO), L.polyline(at, { ...LINE, attribution: plain(credit) })];
    drawn = L.featureGroup(parts).addTo(map());
    fit();
  };

  const show = (box) => {
    for (const other of document.querySelectorAll(".way-box")) if (other !== box) other.replaceChildren();
    const data = box.querySelector(".way-data");
    if (data) draw(JSON.parse(data.textContent)); else clear();
    box.querySelector("h4")?.focus();
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
    box.closest(".card")?.querySelector("[name=to]")?.focus();
  });
})();
