/* The console works without this file. It suggests places, keeps the focus right, copies, and answers to keys. */
(() => {
  "use strict";
  const find = (selector) => document.querySelector(selector);
  const form = find("#ask"), place = find("#place"), list = find("#place-list"), status = find("#status");
  const blank = find("#answer").cloneNode(true);
  const SEEN = 6000; // milliseconds that what was done stays on the screen
  let fading = 0;
  // What is on the screen anyway is only spoken; what was done is shown as well.
  const say = (text, shown = true) => {
    clearTimeout(fading);
    status.className = shown ? "said" : "hidden";
    status.textContent = text ?? "";
    if (shown) fading = setTimeout(() => { status.className = "hidden"; }, SEEN);
  };
  document.documentElement.classList.add("js");

  /* Suggestions: an ARIA 1.2 combobox with a list. */
  const WAIT = 90; // milliseconds without a key
  let timer = 0, asked = 0, options = [], active = -1;
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list",
  })) place.setAttribute(name, value);

  const close = () => {
    clearTimeout(timer);
    asked += 1; // an answer that is still on its way comes too late
    list.hidden = true;
    active = -1;
    place.setAttribute("aria-expanded", "false");
    place.removeAttribute("aria-activedescendant");
  };

  const point = (number) => {
    active = number;
    [...list.children].forEach((one, i) => one.setAttribute("aria-selected", String(i === number)));
    if (number < 0) return place.removeAttribute("aria-activedescendant");
    place.setAttribute("aria-activedescendant", list.children[number].id);
    list.children[number].scrollIntoView({ block: "nearest" });
  };

  const choose = (number) => {
    place.value = options[number].value;
    close();
  };

  const offer = (found) => {
    options = found;
    list.replaceChildren(...found.map(({ name, detail }, i) => {
      const one = document.createElement("li"), more = document.createElement("span");
      Object.assign(one, { id: `place-${i}`, textContent: `${name} ` });
      one.setAttribute("role", "option");
      one.lang = "es"; // names of places are Spanish on every page
      more.textContent = detail;
      one.append(more);
      return one;
    }));
    list.hidden = found.length === 0;
    place.setAttribute("aria-expanded", String(found.length > 0));
    point(-1);
  };

  const suggest = async () => {
    const typed = place.value.trim(), turn = (asked += 1);
    if (!typed) return close();
    // By POST: what is typed stands in no address and no log.
    const answer = await fetch(form.dataset.places, { method: "POST", body: new URLSearchParams({ place: typed }) }).catch(() => null);
    if (!answer?.ok || turn !== asked) return; // the field works without suggestions
    const found = await answer.json();
    if (turn === asked && document.activeElement === place) offer(found);
  };

  place.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(suggest, WAIT); });
  place.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => {
    event.preventDefault(); // the focus stays in the field
    const number = [...list.children].indexOf(event.target.closest("[role=option]"));
    if (number >= 0) choose(number);
  });
  place.addEventListener("keydown", (event) => {
    const { key } = event, last = options.length - 1;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (list.hidden) {
      if (key !== "ArrowDown" || !place.value.trim()) return;
      event.preventDefault();
      return suggest();
    }
    const steps = { ArrowDown: active < last ? active + 1 : 0, ArrowUp: active > 0 ? active - 1 : last };
    if (active >= 0) Object.assign(steps, { Home: 0, End: last });
    if (key in steps) { event.preventDefault(); point(steps[key]); }
    else if (key === "Escape") { event.preventDefault(); close(); }
    else if ((key === "Enter" || key === "Tab") && active >= 0) {
      if (key === "Enter") event.preventDefault();
      choose(active);
    }
  });

  /* Questions of this call, in memory only: Back asks the one before again, a new call forgets them. */
  let questions = [], quiet = false, restoring = false, change = 0;
  const entries = () => [...new FormData(form)].filter(([name]) => name !== "compare" && name !== "view");
  const fill = (kept) => {
    for (const control of form.elements) {
      const values = kept.filter(([name]) => name === control.name).map(([, value]) => value);
      if (control.type === "checkbox") control.checked = values.includes(control.value);
      else if (control.name && control.type !== "submit") control.value = values[0] ?? "";
    }
  };
  const send = (quietly) => { quiet = quietly; form.requestSubmit(); };
  const remember = () => {
    if (restoring) { restoring = false; return; }
    const number = history.state?.question;
    if (quiet && number in questions) { questions[number] = entries(); return; }
    questions = [...questions.slice(0, (number ?? -1) + 1), entries()];
    history.pushState({ question: questions.length - 1 }, "");
  };
  const clear = () => {
    close();
    clearTimeout(change);
    htmx.trigger(form, "htmx:abort");
    form.reset();
    for (const box of form.querySelectorAll("[type=checkbox]")) box.checked = false;
    for (const more of form.querySelectorAll("details")) more.open = false;
    find("#answer").replaceWith(blank.cloneNode(true));
    mend();
    window.cercana?.layer?.fromPage();
    place.focus();
  };
  const renew = () => {
    questions = [];
    clear();
    history.pushState({}, "");
    say(status.dataset.cleared);
  };
  addEventListener("popstate", ({ state }) => {
    const kept = questions[state?.question];
    if (!kept) return clear();
    fill(kept);
    restoring = true;
    send(false);
  });

  /* What is wrong is told in the answer, and marked where it is to be mended. */
  const mend = () => {
    const wrong = (find("#answer").dataset.wrong ?? "").split(" ");
    for (const control of form.querySelectorAll("[aria-invalid]"))
      for (const name of ["aria-invalid", "aria-describedby"]) control.removeAttribute(name);
    for (const name of wrong.filter(Boolean)) {
      const control = form.elements[name];
      control?.setAttribute("aria-invalid", "true");
      control?.setAttribute("aria-describedby", `${name}-error`);
    }
  };

  form.addEventListener("submit", () => { clearTimeout(change); close(); });
  // With an answer on the page a changed choice asks again; the focus stays where it is.
  form.addEventListener("change", ({ target }) => {
    if (target === place || target.id === "words" || target.name === "compare" || target.name === "moment") return;
    if (target.id === "when" && target.value !== "now" && !find("#moment").value) return;
    if (!["results", "none"].includes(find("#answer").dataset.state)) return;
    clearTimeout(change);
    change = setTimeout(() => send(true), 250);
  });

  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    const heading = find("#compare-title") || find("#results-title");
    if (detail.requestConfig?.elt?.matches(".unmet")) { say(find("#kept").textContent, false); find("#kept").focus(); return; }
    if (detail.target.id !== "answer") return;
    mend();
    remember();
    window.cercana?.layer?.fromPage();
    if (!quiet) heading?.focus();
    quiet = false;
    say(heading?.textContent.trim(), false);
  });
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"])
    document.addEventListener(name, () => { quiet = restoring = false; say(status.dataset.fail); });

  /* Cards. */
  const links = () => [...document.querySelectorAll("#answer .card .ficha")];
  const mark = (card) => {
    for (const one of document.querySelectorAll(".card[aria-current]")) one.removeAttribute("aria-current");
    card?.setAttribute("aria-current", "true");
    return card;
  };
  const current = () => document.activeElement.closest(".card") || find(".card[aria-current]") || find(".card");

  const copy = async (card) => {
    const box = card?.querySelector("textarea"), button = card?.querySelector("[data-copy]");
    if (!box) return;
    mark(card);
    try {
      await navigator.clipboard.writeText(box.value);
      say(button.dataset.done);
    } catch {
      // No permission, or no https: the text is shown and selected, to be copied by hand.
      box.closest("details").open = true;
      box.focus();
      box.select();
    }
  };

  const show = (id) => {
    mark(document.getElementById(`offer-${id}`));
    if (window.cercana?.layer?.select(id)) find(".map").scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("cercana:pin", ({ detail }) => {
    const card = mark(document.getElementById(`offer-${detail.id}`));
    card?.scrollIntoView({ block: "nearest" });
    if (detail.go) card?.querySelector(".ficha").focus({ preventScroll: true });
  });
  document.addEventListener("focusin", ({ target }) => { const card = target.closest(".card"); if (card) mark(card); });

  const choices = {
    place: (value) => { place.value = value; send(false); },
    need: (code) => {
      find("#words").value = "";
      const box = form.querySelector(`[name=need][value="${CSS.escape(code)}"]`);
      if (box) box.checked = true;
      send(false);
    },
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-send]");
    if (link) link.search = `?text=${encodeURIComponent(link.closest("p").querySelector("textarea").value)}`;
    const button = event.target.closest("[data-copy],[data-show],[data-print],[data-new],[data-close],[data-place],[data-need]");
    if (!button) return;
    const { dataset } = button;
    if (button.type !== "button") event.preventDefault();
    if ("copy" in dataset) copy(button.closest(".card"));
    else if ("show" in dataset) show(dataset.show);
    else if ("print" in dataset) print();
    else if ("new" in dataset) renew();
    else if ("place" in dataset) choices.place(dataset.place);
    else if ("need" in dataset) choices.need(dataset.need);
    else { button.closest(".compare").remove(); find("#results-title").focus(); }
  });

  /* Keys. With Alt by where the key is, for with Alt some keyboards write another letter. */
  const shortcuts = {
    KeyN: renew,
    KeyC: () => copy(current()),
    KeyM: () => find("[data-compare]")?.click(),
    KeyL: () => { place.focus(); place.select(); },
    KeyR: () => (find("#results-title") || place).focus(),
  };
  const walk = (event, target) => {
    const all = links(), at = all.indexOf(target.closest(".card")?.querySelector(".ficha"));
    const step = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (step === undefined || step >= all.length) return;
    event.preventDefault();
    (all[step] || find("#results-title")).focus();
  };
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.ctrlKey || event.metaKey) return;
    if (event.altKey) {
      const shortcut = !event.shiftKey && shortcuts[event.code];
      if (shortcut) { event.preventDefault(); shortcut(); }
      return;
    }
    if (target.matches("textarea, [name=compare]") && event.key === " ") return;
    if (target.matches("#results-title, #answer .card :not(textarea)")) walk(event, target);
    if (event.key === " " && target.matches(".ficha")) {
      event.preventDefault();
      const box = target.closest(".card").querySelector("[name=compare]");
      box.checked = !box.checked;
      say(box.checked ? status.dataset.ticked : status.dataset.unticked);
    }
  });
})();
