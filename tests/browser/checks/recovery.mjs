// A run in the reader's hands: it stands still when paused, moves by single steps, and outlives its worker.
import { clean, expect, press, readout, test, until } from "../harness.mjs";

const open = (site, query = "", more = {}) => site.open(`lessons/mlp/?engine=cpu${query}`, more);

test("a paused run stands still, and Step adds exactly one", async (site) => {
  const page = await open(site, "&data=xor");
  await press(page, "Train");
  await until("50 steps", async () => (await readout(page, "step")) > 50);
  await press(page, "Pause");
  // A picture that was under way when Pause was pressed may still arrive.
  await page.waitForTimeout(1_000);
  const paused = await readout(page, "step");
  await page.waitForTimeout(1_500);
  expect((await readout(page, "step")) === paused, `Paused at ${paused}, then at ${await readout(page, "step")}.`);
  for (let more = 1; more <= 3; more += 1) {
    await press(page, "Step");
    await until(`step ${paused + more}`, async () => (await readout(page, "step")) === paused + more);
  }
  clean(page);
}, 120);

test("three single steps give the same loss after Reset", async (site) => {
  const page = await open(site, "&data=xor&seed=7");
  const losses = [];
  for (let run = 0; run < 2; run += 1) {
    for (let step = 1; step <= 3; step += 1) {
      await press(page, "Step");
      await until(`step ${step}`, async () => (await readout(page, "step")) === step);
    }
    losses.push(await until("a loss", () => readout(page, "loss")));
    await press(page, "Reset");
    await until("step 0", async () => (await readout(page, "step")) === 0);
  }
  expect(Number.isFinite(losses[0]) && losses[0] === losses[1], `${losses[0]} and ${losses[1]}`);
  clean(page);
  return `loss ${losses[0]}`;
});

test("a worker that dies in mid-run is replaced, and training goes on from a checkpoint", async (site) => {
  const page = await open(site, "&data=mnist&examples=2000", { allow: [/lost on purpose/] });
  await until("the first picture", () => readout(page, "validation-loss"), 60_000);
  await page.waitForTimeout(500);
  await press(page, "Train");
  await until("40 steps", async () => (await readout(page, "step")) > 40, 60_000);
  const [worker] = page.workers();
  expect(worker, "The lesson has no worker.");
  // Outside of any call, so that it is the worker's own error and not an answer to us.
  await worker.evaluate(() => { setTimeout(() => { throw new Error("lost on purpose"); }); });
  const notice = page.locator(".bench .notice");
  await notice.waitFor({ timeout: 20_000 });
  const words = (await notice.innerText()).replaceAll("\n", " | ");
  const from = Number(words.match(/from step (\d+)/)?.[1] ?? NaN);
  expect(Number.isFinite(from), `The notice names no step: ${words}`);
  // What the dead worker did last may still be shown, so only steps beyond it prove that another one computes.
  const shown = Math.max(from, await readout(page, "step"));
  await until(`training beyond step ${shown}`, async () => (await readout(page, "step")) > shown + 50, 60_000);
  expect(Number.isFinite(await readout(page, "loss")), "The loss is no number after the loss of the worker.");
  expect(page.workers().length === 1, `There are ${page.workers().length} workers now.`);
  expect(await page.locator("#panic").count() === 0, "The page itself stopped.");
  clean(page);
  return words;
}, 180);

test("Train is never lost, however early it is pressed", async (site) => {
  for (let turn = 1; turn <= 8; turn += 1) {
    const page = await open(site, "&data=mnist&examples=2000");
    await press(page, "Train");
    await until(`steps at load ${turn}`, async () => (await readout(page, "step")) > 5, 15_000);
    await site.tidy();
  }
}, 150);

test("the time machine begins with the first weights, however early Train or Step is pressed", async (site) => {
  for (const name of ["Train", "Step"]) {
    // The worker comes a second after the page.
    const late = (request) => { setTimeout(() => request.continue().catch(() => {}), 1_000); };
    const page = await open(site, "", { route: { pattern: "**/worker-*-split_mlp.wasm", answer: late } });
    await press(page, name);
    await until("steps", async () => (await readout(page, "step")) > 0);
    if (name === "Train") await press(page, "Pause");
    await until("a way back", async () => Number(await page.locator(".scrub").getAttribute("data-checkpoints")) > 0);
    await page.locator(".scrub input").evaluate((input) => {
      input.value = "0";
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await until(`the first weights after ${name}`, async () => (await readout(page, "step")) === 0);
    clean(page);
    await site.tidy();
  }
});

test("a worker that cannot be fetched costs a sentence", async (site) => {
  const route = { pattern: "**/worker_loader.js*", answer: (request) => request.abort() };
  const page = await site.open("lessons/mlp/?engine=cpu", { route, allow: [/ERR_FAILED/] });
  const notice = page.locator(".bench .notice");
  await until("the sentence", async () => (await notice.count()) && /could not be loaded/.test(await notice.innerText()));
  clean(page);
  return (await notice.innerText()).split("\n")[0];
});

test("a worker whose part for the lesson cannot be fetched costs a sentence, and the next try gets it", async (site) => {
  let cut = true;
  const route = { pattern: "**/worker-*-split_mlp.wasm", answer: (request) => (cut ? request.abort() : request.continue()) };
  const page = await site.open("lessons/mlp/?engine=cpu", { route, allow: [/ERR_FAILED/, /Failed to fetch/] });
  const notice = page.locator(".bench .notice");
  await until("the sentence", async () => (await notice.count()) && /again and again.*could not be fetched/.test(await notice.innerText()));
  const words = (await notice.innerText()).split("\n")[0];
  cut = false;
  await notice.getByRole("button").first().click();
  await press(page, "Train");
  await until("training", async () => (await readout(page, "step")) > 5);
  clean(page);
  return words;
});

test("Train starts a worker anew that had died again and again", async (site) => {
  let cut = true;
  const route = { pattern: "**/worker-*-split_mlp.wasm", answer: (request) => (cut ? request.abort() : request.continue()) };
  const page = await site.open("lessons/mlp/?engine=cpu", { route, allow: [/ERR_FAILED/, /Failed to fetch/] });
  const notice = page.locator(".bench .notice");
  await until("the sentence", async () => (await notice.count()) && /again and again/.test(await notice.innerText()));
  cut = false;
  await press(page, "Reset");
  await press(page, "Train");
  await until("training", async () => (await readout(page, "step")) > 5);
  expect(await notice.count() === 0, "The sentence stays.");
  clean(page);
});

test("a run that nobody looks at is still read, once a second", async (site) => {
  const init = () => {
    const [draw, waiting] = [window.requestAnimationFrame.bind(window), []];
    // As in a tab that is not shown: nothing is drawn until it is looked at again.
    window.look = (seen) => { window.unseen = !seen; if (seen) waiting.splice(0).forEach(draw); };
    window.requestAnimationFrame = (run) => (window.unseen ? waiting.push(run) : draw(run));
  };
  const page = await open(site, "&data=mnist&examples=2000", { init });
  await press(page, "Train");
  await until("20 steps", async () => (await readout(page, "step")) > 20);
  await page.evaluate(() => window.look(false));
  const seen = new Set();
  for (let turn = 0; turn < 10; turn += 1) {
    seen.add(await readout(page, "step"));
    await page.waitForTimeout(500);
  }
  await page.evaluate(() => window.look(true));
  const last = Math.max(...seen);
  await until("more steps", async () => (await readout(page, "step")) > last);
  expect(seen.size >= 3 && seen.size <= 8, `In five seconds the steps were ${[...seen].join(", ")}.`);
  clean(page);
  return `${seen.size} numbers in five seconds`;
});
