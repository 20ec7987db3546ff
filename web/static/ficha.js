/* The page works without this file. It copies, prints, and leaves quickly without a way back. */
(() => {
  "use strict";
  document.documentElement.classList.add("js");
  const say = (button, text) => { document.getElementById("said").textContent = text; button.focus(); };

  const copy = async (button) => {
    const box = document.getElementById("message");
    try {
      await navigator.clipboard.writeText(box.value);
      say(button, button.dataset.done);
    } catch {
      // No permission, or no https: the text is shown and selected, to be copied by hand.
      box.closest("details").open = true;
      box.focus();
      box.select();
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy],[data-print],[data-leave]");
    if (!button) return;
    if ("copy" in button.dataset) copy(button);
    else if ("print" in button.dataset) window.print();
    else { event.preventDefault(); window.location.replace(button.href); }
  });

  // Saving has a script of its own (offline.js): only who saves, or has saved before, loads it.
  const keep = document.querySelector("[data-guardar]");
  const load = () => document.head.append(Object.assign(document.createElement("script"), { src: keep.dataset.script }));
  const press = () => { keep.dataset.press = "yes"; load(); };
  if (keep && "caches" in window)
    caches.has("cercana-saved").then((saved) => (saved ? load() : keep.addEventListener("click", press, { once: true })));
  else keep?.remove();
})();
