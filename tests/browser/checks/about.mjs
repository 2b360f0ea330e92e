// The page about the site: what computes and why, the reader's choice, licences; and that nothing leaves the browser.
import { clean, expect, press, readout, test, until } from "../harness.mjs";

const engine = (page) => page.locator('[data-readout="engine"]').first();

test("the engine report says what computes and why, and the check each part's verdict", async (site) => {
  const page = await site.open("about/", { allow: [/console:/] });
  const verdict = page.locator("[data-engine-verdict]");
  const found = await until("a verdict", () => verdict.getAttribute("data-engine-verdict"));
  const reason = await verdict.innerText();
  // The adapter of a headless browser is software, or there is none.
  expect(found === "cpu" && /WebGPU adapter.*So the CPU computes\./.test(reason), `${found}: ${reason}`);
  await page.getByRole("button", { name: "Check WebGPU now" }).click();
  const said = page.locator("[data-engine-check]");
  const words = await until("the check's end", async () => {
    const text = await said.innerText();
    return text !== "" && !/…$/.test(text) && text;
  }, 120_000);
  const worker = await fetch(`${site.url}worker-gpu_loader.js`, { method: "HEAD" });
  if (worker.status !== 200) {
    expect(/could not be started, or this copy of the site has none/.test(words), words);
    return `${reason} ${words}`;
  }
  const parts = await page.locator("[data-engine-part]").evaluateAll((all) => all.map((row) => row.innerText.replaceAll(/\s+/g, " ")));
  expect(/passed its check/.test(words) ? parts.length === 5 && parts.every((part) => /passed$/.test(part)) : /check|start/.test(words), `${words} ${parts.join("; ")}`);
  await until("the worker's end", () => page.workers().length === 0, 5_000);
  return `${words} ${parts.join("; ")}`;
}, 180);

test("the engine that is chosen once is used in the lessons, and the address has the last word", async (site) => {
  const page = await site.open("about/");
  await page.getByLabel("Which engine computes in the lessons").selectOption({ label: "always the CPU" });
  await page.goto(`${site.url}lessons/vae/?examples=2000`);
  await until("the CPU and why", async () => (await engine(page).textContent()) === "cpu" && page.getByText("You chose the CPU for all lessons.").count());
  await page.goto(`${site.url}lessons/vae/?examples=2000&engine=cpu`);
  await until("the address's reason", () => page.getByText("The address asks for the CPU.").count());
  clean(page);
});

test("data and weights are named with their licences", async (site) => {
  const page = await site.open("about/");
  const rows = await page.locator("#data ~ table tbody tr").evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText)));
  for (const wanted of ["MNIST", "Fashion-MNIST", "Iris", "Photographs", "EfficientNet-Lite0, weights", "Imagenette"]) {
    expect(rows.some(([what]) => what.startsWith(wanted)), `${wanted} is not named.`);
  }
  expect(rows.every((row) => row.every((cell) => cell.trim().length > 1)), "A cell is empty.");
  clean(page);
});

test("the packages that are compiled in are named with their licences, and their notices are there", async (site) => {
  const page = await site.open("about/");
  const links = await page.locator('main a[rel="external"]').evaluateAll((all) => all.map((link) => link.href));
  const list = links.find((link) => link.endsWith("/licences.txt"));
  expect(list, links.join(", "));
  const text = await (await fetch(list)).text();
  for (const wanted of [/^burn-flex [\d.]+: /m, /^leptos [\d.]+: MIT/m, /^plotters [\d.]+: /m, /Permission is hereby granted/, /TERMS AND CONDITIONS FOR USE/]) {
    expect(wanted.test(text), `${wanted} is not there.`);
  }
  clean(page);
  return `${text.length} letters`;
});

test("nothing leaves the browser: no page and no training asks another origin, sends anything or sets a cookie", async (site) => {
  const others = new Set();
  let requests = 0;
  for (const route of site.routes) {
    const page = await site.open(`${route}?engine=cpu`, { wait: false });
    // Of the page and of its workers; what is asked with a body is told apart too.
    page.context().on("request", (request) => {
      requests += 1;
      const url = new URL(request.url());
      if (!/^(blob|data):$/.test(url.protocol) && url.origin !== new URL(site.url).origin) others.add(request.url());
      if (request.method() !== "GET" && request.method() !== "HEAD") others.add(`${request.method()} ${request.url()}`);
    });
    await page.reload({ waitUntil: "domcontentloaded" });
    await page.waitForSelector("html[data-app=ready]", { timeout: 60_000, state: "attached" });
    const slug = /^lessons\/(.*?)\//.exec(route)?.[1];
    if (site.learners.some((lesson) => lesson.slug === slug)) {
      await press(page, "Train");
      await until(`a step of ${slug}`, async () => (await readout(page, "step")) > 0, 60_000);
    }
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    for (let top = 0; top < height; top += 800) await page.evaluate((to) => window.scrollTo({ top: to, behavior: "instant" }), top);
    await page.waitForTimeout(200);
    const cookies = await page.context().cookies();
    if (cookies.length) others.add(`cookies of ${route}`);
    clean(page);
    await site.tidy();
  }
  expect(others.size === 0, [...others].slice(0, 5).join("\n"));
  return `${requests} requests of ${site.routes.length} pages, all to the site itself`;
}, 400);
