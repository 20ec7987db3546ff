/* Fichas that the person saves on this phone, and the page that lists them. Pages work without this file. */
(() => {
  "use strict";
  const SAVED = "cercana-saved";
  const able = "serviceWorker" in navigator && "caches" in window;
  document.documentElement.classList.add("js");
  const find = (selector) => document.querySelector(selector);

  const say = (text) => { const box = find("[data-saved-said]"); if (box) box.textContent = text; };
  const sensitive = (answer) => /no-store/.test(answer.headers.get("Cache-Control") || "no-store");
  const ficha = (path) => /^(?:\/en)?\/o\/[0-9a-f-]{36}$/.test(path);

  // The moment is kept with the copy: hours change, and the list says how old they are. So is the name: to parse the
  // copy for it would break the policy of this page, whose nonce is another.
  const stamped = async (answer) => {
    const headers = new Headers(answer.headers);
    headers.set("X-Saved", new Date().toISOString());
    headers.set("X-Name", encodeURIComponent(find("h1").textContent.trim()));
    return new Response(await answer.blob(), { status: answer.status, headers });
  };

  const keep = async (path) => {
    if (!ficha(path)) throw new Error(path);
    const answer = await fetch(path, { cache: "no-store", credentials: "same-origin" });
    if (!answer.ok || sensitive(answer)) throw new Error(String(answer.status));
    await (await caches.open(SAVED)).put(path, await stamped(answer));
    await navigator.serviceWorker.register("/sw.js");
    await navigator.serviceWorker.ready;
  };

  const forget = async (path) => {
    const cache = await caches.open(SAVED);
    await cache.delete(path);
    if ((await cache.keys()).length) return;
    // The last one takes everything with it: nothing on this machine says that somebody was here.
    for (const name of await caches.keys()) if (name.startsWith("cercana-")) await caches.delete(name);
    for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
  };

  const show = (button, saved) => {
    button.dataset.saved = saved ? "yes" : "";
    button.textContent = saved ? button.dataset.drop : button.dataset.keep;
  };

  const press = async (button) => {
    const path = location.pathname, saved = Boolean(button.dataset.saved);
    try {
      await (saved ? forget(path) : keep(path));
      show(button, !saved);
      say(saved ? button.dataset.dropped : button.dataset.kept);
    } catch {
      say(button.dataset.fail);
    }
  };

  const offer = async (button) => {
    if (!able) { button.remove(); return; }
    const mine = await (await caches.open(SAVED)).match(location.pathname);
    show(button, Boolean(mine));
    button.addEventListener("click", () => press(button));
    if (button.dataset.press) press(button); // the press that loaded this file
    if (!mine || !navigator.onLine) return;
    // A saved one that is looked at again is kept as it is now; one that is gone, or became private, goes.
    try {
      const answer = await fetch(location.pathname, { cache: "no-store" });
      if (answer.ok && !sensitive(answer)) await (await caches.open(SAVED)).put(location.pathname, await stamped(answer));
      else if (answer.status === 410 || answer.status === 404 || sensitive(answer)) await forget(location.pathname);
    } catch { /* no connection after all: the copy stays */ }
  };

  const line = (list, path, title, saved) => {
    const item = list.appendChild(document.createElement("li"));
    const link = item.appendChild(document.createElement("a"));
    Object.assign(link, { href: path, textContent: title, lang: "es" });
    const told = item.appendChild(document.createElement("p"));
    Object.assign(told, { className: "kind", textContent: saved });
    const button = item.appendChild(document.createElement("button"));
    Object.assign(button, { type: "button", className: "button", textContent: list.dataset.drop });
    const named = button.appendChild(document.createElement("span"));
    Object.assign(named, { className: "hidden", textContent: `: ${title}` });
    button.addEventListener("click", async () => {
      await forget(path);
      say(list.dataset.dropped);
      await fill(list);
      find("h1").focus();
    });
  };

  const fill = async (list) => {
    const cache = await caches.open(SAVED), requests = await cache.keys();
    list.replaceChildren();
    for (const request of requests) {
      const answer = await cache.match(request);
      const day = new Date(answer.headers.get("X-Saved"));
      const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long" }).format(day);
      const name = decodeURIComponent(answer.headers.get("X-Name"));
      line(list, new URL(request.url).pathname, name, list.dataset.when.replace("{day}", when));
    }
    find("[data-saved-none]").hidden = requests.length > 0;
  };

  const button = find("[data-guardar]"), list = find("[data-saved-list]");
  if (button) offer(button);
  if (list && able) fill(list);
  else if (list) say(list.dataset.unable);
})();
