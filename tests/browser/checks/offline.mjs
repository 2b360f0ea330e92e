// Without a network: what was visited works, a new release takes over whole, and a file that was cut is resumed.
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, press, readout, test, until } from "../harness.mjs";
import { serve } from "../server.mjs";

/** A network that fails is no fault of the page. */
const FAILURES = [/ERR_/, /Failed to fetch/, /Failed to load/];

const visit = (site, url, path, more = {}) => site.open(path, { url, serviceWorkers: "allow", allow: FAILURES, ...more });

/** The names of everything that is kept, by store. */
const kept = (page) => page.evaluate(async () => {
  const all = {};
  for (const name of await caches.keys()) all[name] = (await (await caches.open(name)).keys()).map((request) => request.url);
  return all;
});

/** The names of the stores alone. (Opening one that is being deleted would make it again.) */
const stores = (page) => page.evaluate(() => caches.keys());

const isReady = (page) => page.waitForSelector("html[data-app=ready]", { timeout: 60_000, state: "attached" });

/** Waits until the service worker is at work and has everything that `patterns` name. */
const isKept = (page, ...patterns) => until(`${patterns.join(", ")} to be kept`, async () => {
  const files = Object.values(await kept(page)).flat();
  const works = await page.evaluate(() => navigator.serviceWorker.controller !== null);
  return works && patterns.every((pattern) => files.some((file) => pattern.test(file)));
}, 60_000);

async function trains(page, words) {
  await press(page, "Train");
  await until(`20 steps ${words}`, async () => (await readout(page, "step")) > 20, 60_000);
}

/** A site of its own for one test, at a server of its own. */
async function alone(site, body, prefix = "/") {
  const server = await serve(site.dist, prefix);
  try {
    return await body(server);
  } finally {
    await site.tidy();
    server.close();
  }
}

for (const prefix of ["/", "/some/path/"]) {
  test(`what was visited works and trains without a network, at ${prefix}`, (site) => alone(site, async (server) => {
    const page = await visit(site, server.url, "lessons/mlp/?engine=cpu&data=mnist&examples=2000");
    await trains(page, "with a network");
    await isKept(page, /page-.*split_mlp\.wasm$/, /worker-.*split_mlp\.wasm$/, /worker-[0-9a-f]+_bg\.wasm$/, /index\.html$/, /train-0\.bin\.gz/);
    server.down = true;
    await page.reload({ waitUntil: "domcontentloaded" });
    await isReady(page);
    await page.waitForSelector('main[data-lesson="mlp"] section[data-stage=weakness]', { state: "attached" });
    await trains(page, "without a network");
    const files = Object.values(await kept(page)).flat();
    // A page that was never opened itself, but needs nothing that is not there.
    await page.goto(`${server.url}about/`, { waitUntil: "domcontentloaded" });
    await isReady(page);
    await page.getByRole("heading", { name: "About", exact: true }).waitFor();
    // A lesson that was not.
    await page.goto(`${server.url}lessons/hopfield`, { waitUntil: "domcontentloaded" });
    await page.getByText("was not opened here before").waitFor();
    // An address that is no page.
    await page.goto(`${server.url}nothing/at/all`, { waitUntil: "domcontentloaded" });
    await page.getByRole("heading", { name: "No connection" }).waitFor();
    await until("the way back", async () => (await page.locator("main a").evaluate((link) => link.href)) === server.url);
    // And back with the network.
    server.down = false;
    await page.goto(`${server.url}lessons/hopfield/`, { waitUntil: "domcontentloaded" });
    await page.waitForSelector('main[data-lesson="hopfield"] section[data-stage=weakness]', { state: "attached" });
    expect(page.problems.length === 0, page.problems.slice(0, 3).join("\n"));
    return `${files.length} files are kept`;
  }, prefix), 240);
}

test("the figure of a technique's page that was visited is there without a network", (site) => alone(site, async (server) => {
  const page = await visit(site, server.url, "techniques/grad-cam/");
  const figure = page.frameLocator("iframe.embedded").locator("main.alone figure[data-embed=figure]");
  await page.locator("iframe.embedded").scrollIntoViewIfNeeded();
  await figure.waitFor({ timeout: 60_000 });
  const lesson = (await page.locator(".embedded-from a").getAttribute("href")).match(/lessons\/([a-z0-9-]+)/)[1].replaceAll("-", "_");
  await isKept(page, new RegExp(`page-.*split_${lesson}\\.wasm$`), new RegExp(`worker-.*split_${lesson}\\.wasm$`));
  server.down = true;
  await page.reload({ waitUntil: "domcontentloaded" });
  await isReady(page);
  await page.locator("iframe.embedded").scrollIntoViewIfNeeded();
  await figure.waitFor({ timeout: 60_000 });
  return `of ${lesson}`;
}), 180);

/** Another release in a folder of its own: its start script has another name and leaves a mark on the page. */
async function second(dist) {
  const folder = await mkdtemp(join(tmpdir(), "fsts-release-"));
  await cp(dist, folder, { recursive: true });
  const sum = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  const script = await readFile(join(folder, "service-worker.js"), "utf8");
  const constant = (name) => script.match(new RegExp(`\\nconst ${name} = (.*);\\n`))[1];
  const release = JSON.parse(constant("RELEASE"));
  const start = (await readdir(folder)).find((name) => /^start-.*\.js$/.test(name));
  const [next, nextStart] = ["feedfeedfeedfeed", "start-feedfeedfeedfeed.js"];
  const renew = (text) => text.replaceAll(release, next).replaceAll(start, nextStart);
  const body = `${await readFile(join(folder, start), "utf8")}\ndocument.documentElement.dataset.mark = "second";\n`;
  await rename(join(folder, start), join(folder, nextStart));
  await writeFile(join(folder, nextStart), body);
  for (const file of await readdir(folder, { recursive: true })) {
    if (file.endsWith("index.html")) await writeFile(join(folder, file), renew(await readFile(join(folder, file), "utf8")));
  }
  const files = JSON.parse(renew(constant("FILES")));
  files[nextStart] = sum(body);
  files["index.html"] = sum(await readFile(join(folder, "index.html")));
  await writeFile(join(folder, "service-worker.js"), renew(script.replace(constant("FILES"), () => JSON.stringify(files))));
  return folder;
}

test("a second release takes the place of the first at the next visit, whole", (site) => alone(site, async (server) => {
  const folder = await second(site.dist);
  const problems = [];
  try {
    const before = await visit(site, server.url, "lessons/adaline/?engine=cpu&data=iris");
    await isKept(before, /worker-[0-9a-f]+_bg\.wasm$/);
    await trains(before, "of the first release");
    await isKept(before, /page-.*split_adaline\.wasm$/, /worker-.*split_adaline\.wasm$/, /worker-[0-9a-f]+_bg\.wasm$/, /iris\.csv/);
    const first = (await stores(before)).filter((name) => name.startsWith("fsts-release"));
    expect(first.length === 1, `There are the stores ${first.join(", ")}.`);
    server.folder = folder;
    const page = await before.context().newPage();
    await before.close();
    page.on("pageerror", (error) => problems.push(error.message));
    await page.goto(`${server.url}lessons/adaline/?engine=cpu`, { waitUntil: "domcontentloaded" });
    await page.waitForSelector("html[data-mark=second][data-app=ready]", { state: "attached", timeout: 60_000 });
    await trains(page, "of the second release");
    // Headless Chromium looks for the new worker late while a page computes.
    await press(page, "Pause");
    const left = await until("the second release alone", async () => {
      const names = await stores(page);
      return names.some((name) => name.endsWith("feedfeedfeedfeed")) && !names.includes(first[0]) && names;
    }, 120_000);
    expect(left.includes("fsts-data-1"), "The data was thrown away.");
    await isKept(page, /page-.*split_adaline\.wasm$/, /worker-.*split_adaline\.wasm$/, /start-feedfeedfeedfeed\.js/, /iris\.csv/);
    server.down = true;
    await page.reload({ waitUntil: "domcontentloaded" });
    await page.waitForSelector("html[data-mark=second][data-app=ready]", { state: "attached", timeout: 60_000 });
    await trains(page, "of the second release without a network");
    expect(problems.length === 0, problems.slice(0, 3).join("\n"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}), 240);

test("a release that is being copied to the host is not taken over in pieces", (site) => alone(site, async (server) => {
  const folder = await second(site.dist);
  try {
    const page = await visit(site, server.url, "about/");
    await isKept(page, /worker-[0-9a-f]+_bg\.wasm$/);
    // Everything is new but one file, which is still the old one.
    const style = (await readdir(join(folder, "static/style"))).find((name) => name === "site.css");
    const right = await readFile(join(folder, "static/style", style));
    const worker = await readFile(join(folder, "service-worker.js"), "utf8");
    const renamed = worker.replace(/static\/style\/site\.css\?[0-9a-f]{8}/g, "static/style/site.css?00000000");
    await writeFile(join(folder, "service-worker.js"), renamed);
    await writeFile(join(folder, "static/style", style), `${right}\n/* half */\n`);
    server.folder = folder;
    await page.reload({ waitUntil: "domcontentloaded" });
    await until("the look for a new worker", async () => server.asked.filter(({ url }) => url.endsWith("service-worker.js")).length > 1, 120_000);
    await page.waitForTimeout(5_000);
    const left = (await stores(page)).filter((name) => name.startsWith("fsts-release"));
    expect(left.length === 1 && !left[0].endsWith("feedfeedfeedfeed"), left.join(", "));
    server.down = true;
    await page.reload({ waitUntil: "domcontentloaded" });
    await isReady(page);
    expect(await page.locator("html").getAttribute("data-mark") === null, "A page of the new release meets the old store.");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}), 240);

const WEIGHTS = "pretrained/vae-fashion.safetensors";

/** Opens the lesson whose weights are `WEIGHTS` and waits until they are kept; returns their checksum there. */
async function fetched(site, server) {
  const page = await visit(site, server.url, "lessons/vae/?engine=cpu&pretrained=1");
  await isKept(page, /vae-fashion\.safetensors/);
  return page.evaluate(async (name) => {
    const store = await caches.open("fsts-data-1");
    const request = (await store.keys()).find(({ url }) => url.includes(name));
    const digest = await crypto.subtle.digest("SHA-256", await (await store.match(request)).arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }, WEIGHTS);
}

for (const ranges of [true, false]) {
  test(`weights cut at a random byte ${ranges ? "are resumed there" : "come from the start where the host sends no parts"}`, (site) => alone(site, async (server) => {
    const right = createHash("sha256").update(await readFile(join(site.dist, WEIGHTS))).digest("hex");
    let at;
    Object.assign(server, {
      ranges,
      cut: (url, size) => {
        if (at !== undefined || !url.includes(WEIGHTS)) return undefined;
        at = Math.floor(size * (0.2 + 0.7 * Math.random()));
        return at;
      },
    });
    const sum = await fetched(site, server);
    expect(sum === right, `The checksum is ${sum}.`);
    const asked = server.asked.filter(({ url }) => url.includes(WEIGHTS)).map(({ range }) => range ?? "all");
    expect(asked.length >= 2 && /^bytes=[1-9]\d*-$/.test(asked[1]), `It asked for ${asked.join(", then ")}.`);
    expect(Number(asked[1].match(/\d+/)[0]) <= at, `Cut at ${at}, it asked for ${asked[1]}.`);
    return `cut at ${at}, asked for ${asked.join(", then ")}`;
  }), 120);
}

test("what is kept is said on the page about the site, and deleted there", (site) => alone(site, async (server) => {
  const page = await visit(site, server.url, "lessons/perceptron/?engine=cpu");
  await isKept(page, /page-.*split_perceptron\.wasm$/, /worker-.*split_perceptron\.wasm$/, /worker-[0-9a-f]+_bg\.wasm$/);
  await page.goto(`${server.url}about/`, { waitUntil: "domcontentloaded" });
  const said = page.locator("[data-kept]");
  await until("a count", async () => Number(await said.getAttribute("data-kept")) > 10);
  const words = await said.innerText();
  await page.getByRole("button", { name: "Delete what is kept" }).click();
  await until("nothing", async () => (await said.getAttribute("data-kept")) === "0");
  expect(Object.values(await kept(page)).flat().length === 0, "Something is left.");
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length) === 0, "The service worker is left.");
  return words;
}), 120);
