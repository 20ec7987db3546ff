/* The planning pages work without this file. It leads from the map to the table, and follows long work. */
(() => {
  "use strict";
  const EVERY = 2000;

  const mark = (id) => {
    for (const row of document.querySelectorAll("tr[aria-current]")) row.removeAttribute("aria-current");
    const row = document.getElementById(id);
    if (!row) return;
    row.setAttribute("aria-current", "true");
    row.scrollIntoView({ block: "center" });
    const name = row.querySelector("th");
    name.tabIndex = -1;
    name.focus({ preventScroll: true });
  };
  document.addEventListener("cercana:row", ({ detail }) => mark(detail));
  document.addEventListener("cercana:pin", ({ detail }) => { if (detail.go) mark(`area-${detail.id}`); });

  // Only what a kind of change needs is shown.
  const kind = document.getElementById("kind-of-change");
  const fit = () => {
    for (const part of kind.form.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(kind.value);
  };
  if (kind) { kind.addEventListener("change", fit); fit(); }

  const follow = async () => {
    const box = document.getElementById("job");
    if (!box?.dataset.open) return;
    try {
      const answer = await fetch(box.dataset.url, { headers: { "HX-Request": "true" } });
      if (answer.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("job");
        if (fresh) renew(box, fresh);
      }
    } catch { /* the next round asks again */ }
    setTimeout(follow, EVERY);
  };

  const renew = (box, fresh) => {
    if (fresh.dataset.open) {
      for (const part of ["[data-state]", "[data-progress]"]) {
        const old = box.querySelector(part), now = fresh.querySelector(part);
        if (old && now && old.outerHTML !== now.outerHTML) old.replaceWith(now);
      }
    } else if (fresh.dataset.next) location.assign(fresh.dataset.next);
    else location.reload(); // with its result, map and all
  };
  if (document.getElementById("job")?.dataset.open) setTimeout(follow, EVERY);
})();
