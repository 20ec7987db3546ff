/* The page works without this file. It links cards and pins, shares the position, keeps focus right. */
(() => {
  "use strict";
  const find = (selector) => document.querySelector(selector);
  const say = (text) => { const box = find("#status"); if (box) box.textContent = text; };
  document.documentElement.classList.add("js");

  const mark = (id) => {
    for (const card of document.querySelectorAll(".card[aria-current]")) card.removeAttribute("aria-current");
    const card = document.getElementById(`offer-${id}`);
    card?.setAttribute("aria-current", "true");
    return card;
  };

  document.addEventListener("cercana:pin", ({ detail }) => {
    const card = mark(detail.id);
    if (!card || !detail.go) return;
    card.scrollIntoView({ block: "center" });
    card.querySelector("h3").focus({ preventScroll: true });
  });

  // About 100 m is enough to find a place, and says less about a home.
  const round = (degrees) => degrees.toFixed(3);

  const send = (form, { coords }) => {
    for (const [name, value] of [["lon", coords.longitude], ["lat", coords.latitude]]) {
      const input = form.elements[name] || form.appendChild(document.createElement("input"));
      Object.assign(input, { type: "hidden", name, value: round(value) });
    }
    form.elements.place.value = "";
    // By POST, so that the position stands in no address and no log.
    if (window.htmx) htmx.ajax("POST", form.getAttribute("action"), { source: form, target: "#search", swap: "outerHTML" });
    else { form.method = "post"; form.submit(); }
  };

  const locate = (button) => {
    const fail = () => say(button.dataset.fail);
    if (!navigator.geolocation) return fail();
    say(button.dataset.wait);
    navigator.geolocation.getCurrentPosition((at) => send(button.form, at), fail, { timeout: 10000, maximumAge: 60000 });
  };

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-show],[data-locate]");
    if (!button) return;
    if (button.dataset.locate !== undefined) return locate(button);
    mark(button.dataset.show);
    if (window.cercana?.layer?.select(button.dataset.show)) find(".map").scrollIntoView({ block: "nearest" });
  });

  document.addEventListener("input", ({ target }) => {
    if (target.id === "leave_at") target.form.querySelector("[name=when][value=at]").checked = true;
    // A place that is typed wins over a position shared before.
    if (target.id === "place") for (const input of target.form.querySelectorAll("[name=lon],[name=lat]")) input.remove();
  });

  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (!detail.target.matches("#search, #answer")) return;
    find(".fold")?.removeAttribute("open");
    window.cercana?.layer?.fromPage();
    const heading = find("#results-title");
    // After "more places" the reading goes on where it was, at the first new one.
    const from = detail.requestConfig?.elt?.dataset?.from;
    const next = from && document.querySelectorAll(".card h3")[from];
    (next || heading)?.focus();
    say(heading?.textContent.trim() ?? "");
  });
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"])
    document.addEventListener(name, () => say(find("#status").dataset.fail));
})();
