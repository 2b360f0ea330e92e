// Endurance: lessons that train for a long time, a walk through all lessons again and again, workers that are killed at
// random, and a device that is lost. What the page and its worker hold and how fast they compute must stay flat.
//
// node tests/browser/soak.mjs DIST [--seconds N]   (N in all; without it, ten minutes a lesson and twenty walks)
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { Gauge, remember } from "./gauge.mjs";
import { clean, expect, launch, press, readout, Site, until } from "./harness.mjs";
import { findRoutes } from "./routes.mjs";
import { serve } from "./server.mjs";

/** Four lessons that train for ever and differ: plain loops, matrices, a second network for pictures, attention. */
const LESSONS = [
  ["perceptron, XOR", "lessons/perceptron/?engine=cpu&data=xor"],
  ["MLP, digits", "lessons/mlp/?engine=cpu&data=mnist&examples=2000"],
  ["VAE, clothes", "lessons/vae/?engine=cpu&examples=2000"],
  ["Transformer, toy", "lessons/transformer/?engine=cpu"],
];
const MINUTES_10 = 600;
const WALKS = 20;
/** How far what is held may grow and a rate may fall. */
const FLAT = 0.1;
/** The share of a run that counts as warming up at least, and how many walks at least: they fetch each lesson's code. */
const WARM_UP = 0.25;
/** A run is warm when its memory has stood still so often, but it is not waited for longer than so many seconds. */
const [STILL, PATIENCE] = [4, 120];
const WARM_UP_WALKS = 3;
/** Measurements of a lesson: at least so many, however slow the machine; about so many where there is time. */
const [FEWEST, USUAL] = [6, 60];
/** With fewer measurements a rate is shown but not judged: whatever else the machine does would decide. */
const JUDGED = 30;
/** A worker is killed about this often, in seconds, and at least once. */
const KILL_EVERY = 150;
/** What is counted, not weighed, may vary by this many: a notice that comes and goes is a few nodes. */
const [COUNTED, FEW] = [["workers", "nodes", "listeners"], 20];
/**
 * Growth below this, in bytes, is none of a leak's: a run's curves fill up to 4,000 points each, about 64 kB a curve in the
 * page's wasm, and the engine keeps compiled code and feedback in its heaps.
 */
const SMALL = 1e6;
/** The time machine's checkpoints lie in buffers. Their number swings between half and all of the most that are kept. */
const [A_CHECKPOINT, MOST_CHECKPOINTS] = ["page, buffers a checkpoint", 48];

const KILL = /killed on purpose/;

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
const dice = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};

const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];

/** Early against late values of one figure: the first and the last third of what was measured after the warm-up. */
function compare(where, what, values, isRate = false) {
  const third = Math.max(1, Math.floor(values.length / 3));
  // Other programs can only slow a run down, so the best rates tell how fast it is.
  const sum = isRate ? (part) => Math.max(...part) : median;
  const [early, late] = [sum(values.slice(0, third)), sum(values.slice(-third))];
  const change = late / early - 1;
  const least = COUNTED.includes(what) ? FEW : what === A_CHECKPOINT ? SMALL / MOST_CHECKPOINTS : SMALL;
  const isFlat = isRate ? change > -FLAT || values.length < JUDGED : change < FLAT || late - early < least;
  return { where, what, early, late, change, isFlat: Number.isFinite(early) && isFlat };
}

/**
 * All figures of the measurements of one or more lives of a worker. What a worker holds ends with it, and two workers that
 * began differently differ, so that is compared within each life, and the life with the most growth counts.
 */
function compareAll(where, lives) {
  const values = (measured, what) => measured.map((one) => one[what]).filter(Number.isFinite);
  return [...new Set(lives.flat().flatMap(Object.keys))].map((what) => {
    if (!what.startsWith("worker,")) return compare(where, what, values(lives.flat(), what), what.startsWith("steps"));
    const rows = lives.filter((life) => life.length > 1).map((life) => compare(where, what, values(life, what)));
    return rows.toSorted((one, other) => other.change - one.change)[0];
  });
}

/** Ends the worker of the lesson's own run, the first one, by an error of its own, outside of any call. */
const kill = (page) =>
  page.workers()[0]?.evaluate(() => { setTimeout(() => { throw new Error("killed on purpose"); }); }).catch(() => {});

/**
 * Waits until the page has as many checkpoints as it ever keeps (their number has fallen, since every second one goes then)
 * and the memory stands still. What still grows when the patience is at its end is measured as growth.
 */
async function settle(page, gauge, checkpoints, full) {
  const end = Date.now() + PATIENCE * 1000;
  let [most, filled, still, last] = [0, full, 0, ""];
  while (Date.now() < end && !(filled && still >= STILL)) {
    await page.waitForTimeout(500);
    const held = await gauge.memory();
    const now = `${held["page, wasm"]} ${held["worker, wasm"]}`;
    still = now === last ? still + 1 : 0;
    last = now;
    const kept = await checkpoints();
    filled ||= kept < most;
    most = Math.max(most, kept);
  }
}

/** Trains one lesson for so many seconds, kills its worker at random, and returns what was measured. */
async function train(site, [where, path], seconds, random) {
  const page = await site.open(path, { init: remember, allow: [KILL] });
  const gauge = await Gauge.of(page);
  const step = () => readout(page, "step");
  const checkpoints = () => page.locator(".scrub").getAttribute("data-checkpoints").then(Number);
  // Whatever pace the lesson begins with, here it goes as fast as it can.
  await press(page, "Settings");
  await page.getByLabel("Speed").selectOption("0");
  await press(page, "Settings");
  const bare = (await gauge.memory())["page, buffers"];
  await press(page, "Train");
  await until("a step", async () => (await step()) > 0, 60_000);
  await settle(page, gauge, checkpoints, false);
  const [start, every] = [Date.now(), Math.max(500, (seconds * 1000) / USUAL)];
  const passed = () => (Date.now() - start) / 1000;
  const all = Math.max(1, Math.floor(seconds / KILL_EVERY));
  const kills = Array.from({ length: all }, (_, turn) => seconds * (WARM_UP + (1 - WARM_UP) * ((turn + 0.3 + 0.4 * random()) / all)));
  const lives = [[]];
  // A short run is warm as soon as it has settled.
  const warm = seconds < PATIENCE ? 0 : seconds * WARM_UP;
  let killed = 0;
  while (passed() < seconds || lives.flat().length < FEWEST || lives.at(-1).length < FEWEST / 2) {
    if (passed() > (kills[killed] ?? Infinity)) {
      await kill(page);
      await page.locator(".bench .notice").waitFor({ timeout: 30_000 });
      const lost = await step();
      await until(`training beyond step ${lost}`, async () => (await step()) > lost, 60_000);
      killed += 1;
      lives.push([]);
      await settle(page, gauge, checkpoints, true);
    }
    const before = { steps: await step(), computed: await gauge.computed(), at: Date.now() };
    await page.waitForTimeout(every);
    const after = { steps: await step(), computed: await gauge.computed(), at: Date.now() };
    const steps = after.steps - before.steps;
    const held = await gauge.memory();
    // The first one was there before.
    held[A_CHECKPOINT] = (held["page, buffers"] - bare) / ((await checkpoints()) - 1);
    delete held["page, buffers"];
    expect(page.workers().length === 1, `${where}: there are ${page.workers().length} workers.`);
    if (passed() < warm) continue;
    lives.at(-1).push(held);
    // Processor time, where it is known, is the same whatever else the machine does.
    if (after.computed > before.computed) held["steps a processor second"] = steps / (after.computed - before.computed);
    else if (after.computed === null) held["steps a second"] = (steps / (after.at - before.at)) * 1000;
  }
  expect(Number.isFinite(await readout(page, "loss")), `${where}: the loss is no number.`);
  expect(await page.locator("#panic").count() === 0, `${where}: the page stopped.`);
  clean(page);
  await site.tidy();
  return compareAll(where, lives);
}

/** Walks through all lessons inside one page, trains a little in each, kills a worker at random, and comes home. */
async function walk(site, turns, random, say) {
  const where = `walk through ${site.lessons.length} lessons`;
  const page = await site.open("?engine=cpu", { init: remember, allow: [KILL] });
  const gauge = await Gauge.of(page);
  const go = (path) => page.evaluate((to) => {
    [...document.querySelectorAll("a[href]")].find(({ href }) => href.split("?")[0].replace(/\/?$/, "/") === to)?.click();
  }, site.url + path);
  const measured = [];
  let killed = 0;
  for (let turn = 0; turn < turns; turn += 1) {
    for (const { slug, trains } of site.lessons) {
      await go(`lessons/${slug}/`);
      // `waitForSelector` would hand out the element and so keep the whole page that it stood on.
      await page.locator(`main[data-lesson="${slug}"]`).waitFor();
      if (trains) {
        await press(page, "Train");
        await until(`a step of ${slug}`, async () => (await readout(page, "step")) > 0, 60_000);
        if (random() < 0.2) {
          killed += 1;
          await kill(page);
          // Half of the time the lesson is left before another worker has come.
          if (random() < 0.5) await until(`the notice of ${slug}`, () => page.locator(".bench .notice").count());
        }
      }
      await go("");
      await page.locator("main.home").waitFor();
      await until("the worker's end", () => page.workers().length === 0, 10_000);
    }
    const held = await gauge.memory();
    say(`  walk ${turn + 1}: ${Object.entries(held).map(([what, value]) => `${what} ${shown(value)}`).join(", ")}`);
    if (turn >= Math.max(WARM_UP_WALKS, turns * WARM_UP)) measured.push(held);
  }
  expect(await page.locator("#panic").count() === 0, "The page stopped during the walk.");
  clean(page);
  await site.tidy();
  say(`  ${killed} workers were killed on the way`);
  return compareAll(where, [measured]);
}

/** Trains on WebGPU until the browser's graphics process is gone: the run must go on by itself, on the CPU. */
async function loseDevice(site) {
  const found = await fetch(`${site.url}worker-gpu_loader.js`, { method: "HEAD" });
  if (found.status !== 200) return "no device was lost: built without the WebGPU worker";
  const page = await site.open("lessons/mlp/?engine=webgpu&data=mnist&examples=2000&hidden=16", { allow: [/console:/] });
  const engine = page.locator('[data-readout="engine"]').first();
  const step = () => readout(page, "step");
  await until("an engine", async () => (await engine.textContent()) === "webgpu", 90_000);
  await press(page, "Train");
  await until("3 steps", async () => (await step()) > 3, 60_000);
  await (await page.context().browser().newBrowserCDPSession()).send("Browser.crashGpuProcess");
  await until("the CPU", async () => (await engine.textContent()) === "cpu", 60_000);
  const words = await page.locator(".bench .notice").innerText();
  expect(/graphics processor was lost/.test(words), `The notice says: ${words}`);
  const lost = await step();
  await until(`training beyond step ${lost}`, async () => (await step()) > lost + 20, 60_000);
  expect(await page.locator("#panic").count() === 0, "The page stopped when the device was lost.");
  await site.tidy();
  return `device lost: ${words.split("\n")[0]}`;
}

const shown = (value, what = "") => (value > 100_000 && !what.startsWith("steps") ? `${(value / 1e6).toFixed(2)} MB` : value > 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1));

/** The figures as a table. */
export function table(rows) {
  const head = { where: "where", what: "what", early: "early", late: "late", change: "change", isFlat: "" };
  const cells = [head, ...rows.map((row) => ({
    ...row, early: shown(row.early, row.what), late: shown(row.late, row.what), isFlat: row.isFlat ? "flat" : "NOT FLAT",
    change: Number.isFinite(row.change) ? `${row.change < 0 ? "" : "+"}${(row.change * 100).toFixed(1)} %` : "",
  }))];
  const wide = Object.fromEntries(Object.keys(head).map((key) => [key, Math.max(...cells.map((cell) => cell[key].length))]));
  const left = new Set(["where", "what", "isFlat"]);
  return cells.map((cell) => Object.keys(head).map((key) => (left.has(key) ? cell[key].padEnd(wide[key]) : cell[key].padStart(wide[key]))).join("  ").trimEnd()).join("\n");
}

/**
 * Runs all of it, or about so many `seconds` of it; returns the rows of the table. Fails with a sentence if something stops.
 */
export async function soak(site, { seconds, seed = Date.now() % 1e6, say = () => {} }) {
  const random = dice(seed);
  say(`seed ${seed}`);
  const each = seconds ? (seconds * 0.4) / LESSONS.length : MINUTES_10;
  const walks = seconds ? Math.max(WARM_UP_WALKS + 2, Math.round(seconds / 12)) : WALKS;
  const rows = [];
  for (const lesson of LESSONS) {
    say(`${lesson[0]}, ${each.toFixed(0)} s …`);
    rows.push(...(await train(site, lesson, each, random)));
    say(table(rows.filter(({ where }) => where === lesson[0])));
  }
  say(`${walks} walks …`);
  rows.push(...(await walk(site, walks, random, say)));
  return rows;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [dist, ...options] = process.argv.slice(2);
  const option = (name) => (options.includes(name) ? Number(options[options.indexOf(name) + 1]) : undefined);
  const lessons = JSON.parse(await readFile(join(dist, "lessons.json"), "utf8"));
  const [server, browser] = await Promise.all([serve(dist), launch()]);
  const site = new Site(browser, server.url, lessons, await findRoutes(dist));
  const start = Date.now();
  const rows = await soak(site, { seconds: option("--seconds"), seed: option("--seed"), say: (words) => console.log(words) });
  console.log(await loseDevice(site));
  console.log(`\n${table(rows)}\n`);
  const grown = rows.filter(({ isFlat }) => !isFlat);
  for (const { where, what, early, late } of grown) console.log(`${where}: ${what} went from ${shown(early, what)} to ${shown(late, what)}.`);
  console.log(`${rows.length - grown.length} passed, ${grown.length} failed, ${((Date.now() - start) / 60_000).toFixed(1)} minutes`);
  await browser.close();
  server.close();
  process.exit(grown.length > 0 ? 1 : 0);
}
