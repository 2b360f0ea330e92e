// Every page: opens on its own address below any path, says what it is before any script runs, asks nobody else.
import { clean, expect, test, until } from "../harness.mjs";

test("every page opens on its own address, below the root and below a path", async (site) => {
  const titles = new Map();
  for (const url of [site.url, site.below]) {
    for (const route of site.routes) {
      const page = await site.open(route, { url });
      expect(await page.locator("h1").count() === 1, `/${route} has not exactly one h1.`);
      expect(await page.locator("main").count() === 1, `/${route} has not exactly one main.`);
      expect(!/Nothing here/.test(await page.locator("h1").innerText()), `/${route} shows “Nothing here”.`);
      const links = await page.locator("a[href]").evaluateAll((all) => all.map((link) => link.href));
      const astray = links.filter((link) => new URL(link).origin === new URL(url).origin && !link.startsWith(url));
      expect(astray.length === 0, `/${route} links outside the site: ${astray.slice(0, 3).join(", ")}`);
      if (url === site.url) {
        const title = await page.title();
        expect(!titles.has(title), `/${route} and /${titles.get(title)} have the same title “${title}”.`);
        titles.set(title, route);
      }
      clean(page);
      await site.tidy();
    }
  }
  return `${site.routes.length} pages, each twice`;
}, 300);

test("links inside the site lead to pages that exist", async (site) => {
  const seen = new Set();
  for (const route of site.routes) {
    const page = await site.open(route);
    const links = await page.locator("a[href]").evaluateAll((all) => all.map((link) => link.href.split("#")[0]));
    links.filter((link) => link.startsWith(site.url)).forEach((link) => seen.add(link.split("?")[0]));
    await site.tidy();
  }
  for (const link of seen) {
    const response = await fetch(link);
    expect(response.status === 200, `${link} answers ${response.status}.`);
  }
  return `${seen.size} addresses`;
}, 240);

test("without JavaScript a page shows its heading, its idea, and a sentence", async (site) => {
  for (const route of site.routes) {
    const page = await site.open(route, { wait: false, javaScriptEnabled: false });
    expect(await page.locator("h1").isVisible(), `/${route} shows no heading.`);
    expect((await page.locator(".lede").innerText()).length > 20, `/${route} shows no idea.`);
    expect(/needs JavaScript/.test(await page.locator("body").innerText()), `/${route} does not ask for JavaScript.`);
    for (const name of ["description", "og:title", "og:description"]) {
      const content = await page.locator(`meta[name="${name}"], meta[property="${name}"]`).getAttribute("content");
      expect(content?.length > 5, `/${route} has no ${name}.`);
    }
    await site.tidy();
  }
});

const LACKS = {
  "WebAssembly with SIMD": () => { WebAssembly.validate = () => false; },
  "WebAssembly with SIMD ": () => { delete window.WebAssembly; },
  workers: () => { delete window.Worker; },
  DecompressionStream: () => { delete window.DecompressionStream; },
};

test("a browser that lacks something is told what, on every kind of page, before anything else", async (site) => {
  for (const [name, init] of Object.entries(LACKS)) {
    for (const route of ["", "lessons/mlp/", "about/"]) {
      const page = await site.open(route, { wait: false, init });
      const words = page.locator("p.no-script[role=alert]");
      await words.waitFor({ timeout: 20_000 });
      expect((await words.innerText()).startsWith(`This browser lacks ${name.trim()}, which the networks need.`), await words.innerText());
      expect(await words.evaluate((element) => element === document.body.firstElementChild), `${name}: the sentence does not come first.`);
      await site.tidy();
    }
  }
});

const PROGRAM = { "first script": /\/start-[0-9a-f]+\.js$/, loader: /\/page-[0-9a-f]+\.js$/, program: /\/page-[0-9a-f]+_bg\.wasm$/ };

for (const [what, pattern] of Object.entries(PROGRAM)) {
  test(`a ${what} that does not arrive costs a sentence, and the page can be loaded anew`, async (site) => {
    for (const path of ["", "lessons/mlp/?engine=cpu", "about/"]) {
      let cut = true;
      const route = { pattern, answer: (request) => (cut ? request.abort() : request.continue()) };
      const page = await site.open(path, { wait: false, route, allow: [/ERR_FAILED/, /Failed to fetch/] });
      const words = page.locator("p.no-script[role=alert]");
      await words.waitFor({ timeout: 15_000 });
      expect((await words.innerText()).startsWith("The program of this page could not be fetched; is there a network?"), await words.innerText());
      cut = false;
      await words.getByRole("button", { name: "Load anew" }).click();
      await page.waitForSelector("html[data-app=ready]", { state: "attached", timeout: 60_000 });
      expect(await words.count() === 0, `The sentence stays at /${path}.`);
      clean(page);
      await site.tidy();
    }
  });
}

test("a program that takes long is said to, until it comes", async (site) => {
  const init = () => {
    const later = window.setTimeout.bind(window);
    window.setTimeout = (run, time, ...more) => later(run, time === 20_000 ? 200 : time, ...more);
  };
  const late = (request) => { setTimeout(() => request.continue().catch(() => {}), 3_000); };
  const page = await site.open("about/", { wait: false, init, route: { pattern: PROGRAM.program, answer: late } });
  const words = page.locator("p.no-script[role=alert]");
  await words.waitFor({ timeout: 15_000 });
  const said = await words.innerText();
  expect(/has not come in 20 seconds/.test(said), said);
  await page.waitForSelector("html[data-app=ready]", { state: "attached", timeout: 60_000 });
  await until("the sentence to go", async () => (await words.count()) === 0);
  clean(page);
  return said;
});

test("an address that is no page answers 404 and leads back, below any path", async (site) => {
  for (const url of [site.url, site.below]) {
    const response = await fetch(`${url}lessons/nothing/at/all`);
    expect(response.status === 404, `The host answers ${response.status}.`);
    const page = await site.open("lessons/nothing/at/all", { wait: false, allow: [/404/], url });
    await page.getByRole("heading", { name: "Nothing here" }).waitFor();
    await until("the way back", async () => (await page.locator("main a").evaluate((link) => link.href)) === url);
    clean(page);
  }
});

test("pages change without loading anew, forward and back", async (site) => {
  const page = await site.open("");
  await page.evaluate(() => { window.kept = true; });
  const slug = site.lessons[0].slug;
  await page.locator(`main a[href$="lessons/${slug}"]`).first().click();
  await page.waitForSelector(`main[data-lesson="${slug}"]`);
  await page.goBack();
  await page.waitForSelector("main.home");
  expect(await page.evaluate(() => window.kept), "The page was loaded anew.");
  clean(page);
});

test("nothing in a page's file is inline script, and the policy allows our own origin only", async (site) => {
  for (const route of [...site.routes, "offline.html"]) {
    const html = await (await fetch(site.url + route)).text();
    const inline = html.match(/<script(?![^>]*\ssrc=)[^>]*>|<style|\s(on[a-z]+|style)="/g) ?? [];
    expect(inline.length === 0, `/${route} holds ${inline.join(" ")}`);
    const foreign = html.match(/<(script|link|img|iframe|form)[^>]*(src|href|action)="(https?:)?\/\/[^"]*/g) ?? [];
    expect(foreign.length === 0, `/${route} asks for ${foreign.join(" ")}`);
    const policy = html.match(/Content-Security-Policy" content="([^"]*)"/)?.[1] ?? "";
    expect(/default-src 'self'/.test(policy) && !/https?:|unsafe-eval'(?<!wasm-unsafe-eval')/.test(policy), `/${route}: ${policy}`);
  }
});

test("the sources shown are the sources built", async (site) => {
  const { readFile } = await import("node:fs/promises");
  const root = new URL("../../../", import.meta.url);
  for (const file of ["models/src/lib.rs", "models/src/foundations/mlp.rs", "models/src/foundations/backprop.rs"]) {
    const served = Buffer.from(await (await fetch(`${site.url}source/${file}`)).arrayBuffer());
    expect(served.equals(await readFile(new URL(file, root))), `${file} differs.`);
  }
});

test("the theme goes round and is kept", async (site) => {
  const page = await site.open("about");
  const button = page.getByRole("button", { name: /theme|light|dark|system/i }).first();
  const seen = new Set();
  for (let turn = 0; turn < 3; turn += 1) {
    await button.click();
    seen.add(await page.locator("html").getAttribute("data-theme"));
  }
  expect(seen.has("light") && seen.has("dark") && seen.size === 3, `It went through ${[...seen].join(", ")}.`);
  await until("dark", async () => {
    await button.click();
    return (await page.locator("html").getAttribute("data-theme")) === "dark";
  });
  await page.reload();
  await page.waitForSelector("html[data-app=ready][data-theme=dark]", { state: "attached" });
  clean(page);
});
