// What every browser test needs: a browser, a watched page, the site's hooks, and a count.
import { chromium } from "playwright-core";

const ARGUMENTS = [
  "--no-sandbox", "--enable-unsafe-webgpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-quic",
  "--no-first-run", "--disable-component-update", "--disable-sync",
];

/** The browser; `more` are flags beyond those that every test needs. */
export const launch = (more = []) =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: [...ARGUMENTS, ...more] });

/** Fails with a sentence unless the condition holds. */
export function expect(condition, sentence) {
  if (!condition) throw new Error(sentence);
}

/** Waits until `probe` gives something truthy, and returns it. */
export async function until(what, probe, limit = 30_000) {
  const end = Date.now() + limit;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error(`Waited ${limit / 1000} s in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The site as the tests see it: opens pages that record everything that must not happen. */
export class Site {
  constructor(browser, url, lessons, routes) {
    Object.assign(this, { browser, url, lessons, routes, contexts: [] });
  }

  /** The lessons whose network learns on the page. */
  get learners() {
    return this.lessons.filter(({ trains }) => trains);
  }

  /** Opens a page of the site; `problems` of the result collects errors and requests to other origins. */
  async open(path, { wait = true, init, route, allow = [], url = this.url, ...options } = {}) {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    this.contexts.push(context);
    const page = await context.newPage();
    const problems = [];
    const note = (words) => {
      if (!allow.some((pattern) => pattern.test(words))) problems.push(words);
    };
    page.on("console", (message) => {
      if (message.type() === "error") note(`console: ${message.text()} ${message.location().url ?? ""}`);
    });
    page.on("pageerror", (error) => note(`error: ${error.message}`));
    page.on("request", (request) => {
      const address = request.url();
      if (!/^(blob|data):/.test(address) && new URL(address).origin !== new URL(url).origin) note(`other origin: ${address}`);
    });
    if (init) await page.addInitScript(init);
    if (route) await page.route(route.pattern, route.answer);
    await page.goto(url + path, { waitUntil: "domcontentloaded" });
    if (wait) await page.waitForSelector("html[data-app=ready]", { timeout: 60_000, state: "attached" });
    return Object.assign(page, { problems });
  }

  /** Closes what the last test opened. */
  async tidy() {
    await Promise.all(this.contexts.splice(0).map((context) => context.close().catch(() => {})));
  }
}

/** The number that a readout shows, or null while it shows none. */
export async function readout(page, name) {
  const text = (await page.locator(`[data-readout="${name}"]`).first().textContent())?.trim() ?? "";
  if (text === "") return null;
  expect(/^-?\d+(\.\d+)?(e-?\d+)?$/.test(text), `The readout ${name} shows “${text}”, which is no plain number.`);
  return Number(text);
}

/** A button of the bench. */
export const press = (page, name) => page.locator(".bench").getByRole("button", { name, exact: true }).click();

/** For `init` of an opened page: `window.drawn` counts how often the figure of this id is drawn anew. */
export const countDrawings = (id) => `
  window.drawn = 0;
  const clear = CanvasRenderingContext2D.prototype.clearRect;
  CanvasRenderingContext2D.prototype.clearRect = function (...area) {
    if (this.canvas.closest("#${id}")) window.drawn += 1;
    return clear.apply(this, area);
  };
`;

/** A page is clean when nothing happened that must not happen. */
export const clean = (page) => expect(page.problems.length === 0, [...new Set(page.problems)].slice(0, 5).join("\n"));

const tests = [];

/** Declares a test. */
export const test = (name, body, seconds = 90) => tests.push({ name, body, seconds });

/** Runs every declared test whose name contains `filter`, one after the other; returns how many passed and failed. */
export async function runAll(site, filter) {
  const count = { passed: 0, failed: 0 };
  for (const { name, body, seconds } of tests.filter((one) => one.name.includes(filter))) {
    const start = Date.now();
    let timer;
    try {
      const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`Not done after ${seconds} s.`)), seconds * 1000);
      });
      const said = await Promise.race([body(site), late]);
      count.passed += 1;
      console.log(`ok    ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)${said ? `: ${said}` : ""}`);
    } catch (error) {
      count.failed += 1;
      console.log(`FAIL  ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)\n      ${error.message.replaceAll("\n", "\n      ")}`);
    } finally {
      clearTimeout(timer);
      await site.tidy();
    }
  }
  return count;
}
