// The site without a network. Written by `cargo xtask build` from xtask/src/service_worker.js; RELEASE, FILES, SHELL, PARTS,
// DATA and ROUTES are put in there.
//
// Each release has a cache of its own, which takes only files whose checksum is that of the release: a page of one release
// never meets a part of another. What a start needs is fetched at once, the rest when it is visited. Data and weights are
// kept by the lessons' worker itself (app/src/fetch.rs), by checksum, across releases. Pages come from the network while
// there is one, so a new release is seen at the next visit; it then takes over and clears up.
"use strict";

const RELEASE = "";
// Address below the site's root -> the first 16 digits of its sha256.
const FILES = {};
const SHELL = [];
// Program of a worker -> lesson -> the files that it needs besides those it starts with.
const PARTS = {};
const DATA = [];
const ROUTES = [];

const ROOT = new URL("./", self.location.href);
const OURS = `fsts-release:${ROOT.pathname}:`;
const CACHE = OURS + RELEASE;
const KEPT_DATA = "fsts-data-1";
// How long a page may keep a reader waiting who has an older copy at hand, in milliseconds.
const PATIENCE = 6000;

const address = (name) => new URL(name, ROOT).href;
const nameOf = (url) => url.pathname.slice(ROOT.pathname.length) + url.search;

async function isRight(bytes, sum) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("") === sum;
}

/** Puts a whole answer of this release into the cache; anything else is left out. Says whether it is there. */
async function keep(cache, name, response) {
  if (response.status !== 200 || !["basic", "default"].includes(response.type)) return false;
  const bytes = await response.arrayBuffer();
  if (!(await isRight(bytes, FILES[name]))) return false;
  const headers = { "content-type": response.headers.get("content-type") ?? "application/octet-stream", "content-length": String(bytes.byteLength) };
  await cache.put(address(name), new Response(bytes, { headers }));
  return true;
}

async function install() {
  const cache = await caches.open(CACHE);
  try {
    for (const name of SHELL) {
      if (await cache.match(address(name))) continue;
      // A file whose address holds its checksum may be at hand from an earlier release.
      const old = name.includes("?") ? await caches.match(address(name)) : undefined;
      if (old && (await keep(cache, name, old))) continue;
      const fetched = await fetch(address(name), { cache: "no-cache" });
      if (!(await keep(cache, name, fetched))) throw new Error(`${name} is not of this release`);
    }
  } catch (failure) {
    // The site is being renewed at this moment, or the network went: the next visit tries again.
    await caches.delete(CACHE);
    throw failure;
  }
}

/** Lets go of earlier releases and of data that this one has no use for, once no page of an earlier one can be open. */
async function clearUp() {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (pages.length > 1) return;
  for (const name of await caches.keys()) {
    if (name.startsWith(OURS) && name !== CACHE) await caches.delete(name);
  }
  if (!(await caches.has(KEPT_DATA))) return;
  const data = await caches.open(KEPT_DATA);
  for (const request of await data.keys()) {
    const url = new URL(request.url);
    if (url.href.startsWith(ROOT.href) && !DATA.includes(nameOf(url))) await data.delete(request);
  }
}

/** From the cache, else from the network and then kept. Where the cache was deleted, nothing is kept any more. */
async function file(request, name) {
  const found = await caches.match(request);
  if (found) return found;
  const response = await fetch(request);
  if (response.ok && (await caches.has(CACHE))) {
    const copy = response.clone();
    // A copy that is cut off, damaged or has no room is not kept; the answer itself goes on its way.
    caches.open(CACHE).then((cache) => keep(cache, name, copy)).catch(() => {});
  }
  return response;
}

/** A page of this release from what is kept: every page is the same but for its head and its way to the root. */
async function keptPage(url) {
  const path = decodeURI(url.pathname.slice(ROOT.pathname.length)).replace(/(^|\/)index\.html$/, "").replace(/\/$/, "");
  const found = await caches.match(address(ROUTES.includes(path) ? "index.html" : "offline.html"), { cacheName: CACHE });
  if (!found) return undefined;
  const html = (await found.text())
    .replace(/<base href="[^"]*">/, `<base href="${ROOT.pathname}">`)
    .replace(/<div id="first-paint">.*?<\/main><\/div>/s, '<div id="first-paint"></div>');
  return new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } });
}

async function page(request) {
  const url = new URL(request.url);
  const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE); });
  try {
    const fresh = fetch(request);
    // If the late copy wins, a failure of the slow answer is nobody's any more.
    fresh.catch(() => {});
    const response = (await Promise.race([fresh, late])) ?? (await keptPage(url)) ?? (await fresh);
    return response.status >= 500 ? ((await keptPage(url)) ?? response) : response;
  } catch (failure) {
    const kept = await keptPage(url);
    if (kept) return kept;
    throw failure;
  }
}

/** What workers fetched themselves: their loaders stand for it, and the pages of their lessons. */
async function ofWorkers(cache, names) {
  if (![...names].some((name) => /^page-.*-split_|_loader\.js/.test(name))) return [];
  const found = [...names, ...(await cache.keys()).map(({ url }) => nameOf(new URL(url)))];
  const lessons = found.map((name) => /^page-.*-split_(\w+)\.wasm$/.exec(name)?.[1]);
  return Object.entries(PARTS).flatMap(([worker, parts]) => {
    if (!found.some((name) => name.startsWith(`${worker}_loader.js`))) return [];
    const first = new RegExp(`^${worker}-[0-9a-f]+(\\.js|_bg\\.wasm|-split\\.js|-shared\\.bin)$`);
    return [...Object.keys(FILES).filter((name) => first.test(name)), ...lessons.flatMap((lesson) => parts[lesson] ?? [])];
  });
}

self.addEventListener("install", (event) => event.waitUntil(install()));

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim().then(clearUp)));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !url.href.startsWith(ROOT.href) || request.headers.has("range")) return;
  if (request.mode === "navigate") {
    event.respondWith(page(request));
    event.waitUntil(clearUp());
    return;
  }
  const name = nameOf(url);
  if (Object.hasOwn(FILES, name)) event.respondWith(file(request, name));
  // A page of an earlier release that is still open asks for parts of its own, which the host may no longer have.
  else if (/^(page|start|worker)[-_]/.test(name)) event.respondWith(caches.match(request).then((found) => found ?? fetch(request)));
});

self.addEventListener("message", (event) => {
  const { keep: wanted = [], takeOver } = event.data ?? {};
  // A page of this release waits: it need not wait until every page of the earlier one is closed.
  if (takeOver === RELEASE) self.skipWaiting();
  // What a page fetched before this worker was there to see it.
  const names = new Set(wanted.map((href) => nameOf(new URL(href))).filter((name) => Object.hasOwn(FILES, name)));
  event.waitUntil((async () => {
    if (!(await caches.has(CACHE))) return;
    const cache = await caches.open(CACHE);
    for (const name of new Set([...names, ...(await ofWorkers(cache, names))])) {
      if (!(await cache.match(address(name)))) await fetch(address(name)).then((response) => keep(cache, name, response)).catch(() => {});
    }
  })());
});
