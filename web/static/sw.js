/* Served at /sw.js behind `const KEPT = {version, files, pages}` (web/offline.py). It keeps our static files and */
/* shows what the person saved when there is no connection. It never keeps a page by itself, least of all a search. */
const STATIC = `cercana-static-${KEPT.version}`;
const SAVED = "cercana-saved";

self.addEventListener("install", (event) => {
  // Past the cache of the browser: what is kept is what the server says now.
  const fresh = [...KEPT.files, ...KEPT.pages].map((url) => new Request(url, { cache: "reload" }));
  event.waitUntil(caches.open(STATIC).then((cache) => cache.addAll(fresh)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("cercana-") && name !== STATIC && name !== SAVED;
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

const page = async (request) => {
  try {
    return await fetch(request);
  } catch (error) {
    const { pathname, search } = new URL(request.url);
    const saved = search ? undefined : await (await caches.open(SAVED)).match(pathname);
    if (saved) return saved;
    const own = KEPT.pages.find((url) => pathname === url);
    const spoken = KEPT.pages.find((url) => pathname.startsWith("/en/") === url.startsWith("/en/"));
    const shell = await (await caches.open(STATIC)).match(own || spoken);
    if (shell) return shell;
    throw error;
  }
};

const file = async (request) => (await (await caches.open(STATIC)).match(request)) || fetch(request);

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  // Anything sent, and anything that a script of ours asks for, goes past here untouched.
  if (request.method !== "GET" || url.origin !== self.location.origin || request.headers.has("HX-Request")) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (KEPT.files.includes(url.pathname)) event.respondWith(file(request));
});
