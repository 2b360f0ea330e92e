// What holds for every lesson: stages, figures, controls, readouts; and what holds for the MLP: it learns.
import { clean, expect, press, readout, test, until } from "../harness.mjs";

const STAGES = ["understand", "build", "strength", "weakness"];

const open = (site, slug, query = "", more = {}) => site.open(`lessons/${slug}/?engine=cpu${query}`, more);

test("every lesson has its stages, its controls and figures with names", async (site) => {
  for (const { slug, trains } of site.lessons) {
    const page = await open(site, slug);
    await page.waitForSelector(`main[data-lesson="${slug}"]`);
    const stages = await page.locator("section[data-stage]").evaluateAll((all) => all.map((one) => one.dataset.stage));
    expect(stages.join() === STAGES.join(), `${slug} has the stages ${stages}.`);
    for (const name of ["Train", "Step", "Reset"]) {
      const count = await page.getByRole("button", { name, exact: true }).count();
      expect(trains ? count >= 1 : count === 0, `${slug} has ${count} buttons ${name}.`);
    }
    const figures = await page.locator("figure[data-technique]").evaluateAll((all) => all.map((one) => ({
      id: one.id, state: one.dataset.state,
      name: document.getElementById(one.getAttribute("aria-labelledby"))?.textContent ?? one.getAttribute("aria-label"),
      caption: one.querySelector("figcaption")?.textContent ?? "",
    })));
    expect(figures.length >= 4, `${slug} has ${figures.length} figures.`);
    expect(new Set(figures.map((one) => one.id)).size === figures.length, `${slug}: figure ids repeat.`);
    for (const { id, state, name, caption } of figures) {
      expect(id && name?.trim() && caption.trim(), `${slug}: figure ${id} lacks id, name or caption.`);
      expect(["empty", "loading", "ready", "error"].includes(state), `${slug}: figure ${id} is ${state}.`);
    }
    const nameless = await page.locator("input, select, textarea").evaluateAll((all) =>
      all.filter((one) => !one.labels?.length && !one.getAttribute("aria-label") && !one.getAttribute("aria-labelledby")).length);
    expect(nameless === 0, `${slug}: ${nameless} inputs have no label.`);
    const wanted = site.lessons.find((one) => one.slug === slug).experiments;
    const found = await page.locator("[data-experiment]").evaluateAll((all) => all.map((one) => one.dataset.experiment));
    expect(wanted.length > 0 && wanted.every((id) => found.includes(id)), `${slug} shows the experiments ${found}.`);
    clean(page);
    await site.tidy();
  }
}, 120);

test("every lesson trains, pauses, steps and resets, with plain numbers", async (site) => {
  for (const { slug } of site.learners) {
    const page = await open(site, slug, "&data=xor");
    // Pressed before the worker is there: it must not be lost.
    await press(page, "Step");
    await until(`one step of ${slug}`, async () => (await readout(page, "step")) === 1);
    await press(page, "Train");
    await until(`30 steps of ${slug}`, async () => (await readout(page, "step")) > 30);
    if (await page.locator(".bench").getByRole("button", { name: "Pause", exact: true }).count()) await press(page, "Pause");
    await until("Train again", async () => page.locator(".bench").getByRole("button", { name: "Train", exact: true }).count());
    for (const name of ["loss", "accuracy", "validation-loss", "validation-accuracy", "rate"]) {
      if (await page.locator(`[data-readout="${name}"]`).count()) await readout(page, name);
    }
    await press(page, "Reset");
    await until("step 0", async () => (await readout(page, "step")) === 0);
    clean(page);
    await site.tidy();
  }
}, 180);

test("MLP: the loss falls and held-out points are parted", async (site) => {
  const page = await open(site, "mlp");
  await press(page, "Step");
  const first = await until("a loss", () => readout(page, "loss"));
  await press(page, "Train");
  await until(`a loss below half of ${first}`, async () => (await readout(page, "loss")) < first / 2, 40_000);
  await until("held-out accuracy above 0.9", async () => (await readout(page, "validation-accuracy")) > 0.9, 40_000);
  for (const id of ["boundary", "curves"]) {
    expect(await page.locator(`figure#${id}`).getAttribute("data-state") === "ready", `Figure ${id} is not ready.`);
  }
  clean(page);
  return `from ${first} to ${await readout(page, "loss")}, ${await readout(page, "rate")} steps a second`;
}, 120);

test("MLP: the same seed gives the same numbers", async (site) => {
  const page = await open(site, "mlp", "&stop=40");
  const losses = [];
  for (let run = 0; run < 2; run += 1) {
    await press(page, "Train");
    await until("step 40", async () => (await readout(page, "step")) === 40);
    losses.push(await readout(page, "loss"));
    await press(page, "Reset");
    await until("step 0", async () => (await readout(page, "step")) === 0);
  }
  expect(losses[0] === losses[1], `${losses[0]} and ${losses[1]}`);
});

test("MLP: learns real digits and reads one that is drawn", async (site) => {
  const page = await open(site, "mlp", "&data=mnist&examples=2000&stop=150");
  await press(page, "Train");
  await until("step 150", async () => (await readout(page, "step")) === 150, 120_000);
  const accuracy = await readout(page, "validation-accuracy");
  expect(accuracy > 0.7, `Held-out accuracy is ${accuracy} after 150 steps.`);
  await until("the confusion matrix", async () => (await page.locator("figure#confusion").getAttribute("data-state")) === "ready");
  const pad = page.locator(".pad-card canvas").first();
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  const at = (x, y) => [box.x + box.width * x, box.y + box.height * y];
  await page.mouse.move(...at(0.53, 0.2));
  await page.mouse.down();
  await page.mouse.move(...at(0.47, 0.8), { steps: 12 });
  await page.mouse.up();
  await until("an answer", async () => /\d/.test(await page.locator('[data-readout="called"]').textContent()));
  const called = (await page.locator('[data-readout="called"]').textContent()).trim();
  expect(called.startsWith("1"), `A drawn 1 is called ${called}.`);
  clean(page);
  return `held-out accuracy ${accuracy}`;
}, 180);

test("leaving in mid-run, five times each lesson, ends every worker without a word", async (site) => {
  const page = await open(site, site.learners[0].slug);
  for (let turn = 0; turn < 5 * site.learners.length; turn += 1) {
    const { slug } = site.learners[turn % site.learners.length];
    await page.goto(`${site.url}lessons/${slug}/?engine=cpu&data=xor`);
    await page.waitForSelector("html[data-app=ready]", { state: "attached" });
    await press(page, "Train");
    await until("a few steps", async () => (await readout(page, "step")) > 3);
    await page.locator(".top a, header a, nav a").first().click();
    await page.waitForSelector("main.home");
    await until("the worker's end", () => page.workers().length === 0, 5_000);
  }
  clean(page);
}, 240);

test("the time machine goes back and forth, and the settings live in the address", async (site) => {
  const page = await open(site, "mlp");
  await press(page, "Train");
  await until("300 steps", async () => (await readout(page, "step")) > 300);
  await press(page, "Pause");
  const curve = () => page.locator("#curves p.visually-hidden").first().textContent();
  const scrub = (step) =>
    page.locator(".scrub input").evaluate((input, step) => {
      input.value = String(step);
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }, step);
  // The last frame comes a moment after the button, the words below the curve later still.
  await page.waitForTimeout(2_000);
  const late = await readout(page, "step");
  const before = { loss: await readout(page, "loss"), curve: await curve() };
  await scrub(0);
  await until("the first step", async () => (await readout(page, "step")) === 0);
  await until("the curve as it was", async () => (await curve()) !== before.curve);
  await scrub(late);
  await until("the last step again", async () => (await readout(page, "step")) === late);
  await until("the same loss and curve", async () => (await readout(page, "loss")) === before.loss && (await curve()) === before.curve);
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  const seed = page.getByLabel("Seed");
  await seed.fill("77");
  await seed.press("Enter");
  await until("the address", () => page.url().includes("seed=77"));
  clean(page);
});

test("keys: Space trains and pauses, S steps, R resets", async (site) => {
  const page = await open(site, "mlp");
  await until("the worker", async () => (await page.locator('[data-readout="engine"]').first().textContent()) === "cpu");
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("s");
  await until("one step", async () => (await readout(page, "step")) === 1);
  await page.keyboard.press("Space");
  await until("more steps", async () => (await readout(page, "step")) > 5);
  await page.keyboard.press("Space");
  await page.locator(".bench").getByRole("button", { name: "Train", exact: true }).waitFor();
  await page.keyboard.press("r");
  await until("step 0", async () => (await readout(page, "step")) === 0);
  clean(page);
});

test("by keyboard alone: no stop lies under the bench, an experiment keeps the focus, and Train goes beyond its end", async (site) => {
  const page = await open(site, "mlp", "&data=xor", { reducedMotion: "reduce" });
  await until("the worker", async () => (await page.locator('[data-readout="engine"]').first().textContent()) === "cpu");
  const under = [];
  let stops = 0;
  for (let place = ""; place !== "bench"; stops += 1) {
    expect(stops < 200, "The bench is never reached.");
    await page.keyboard.press("Tab");
    await page.waitForTimeout(20);
    place = await page.evaluate(() => {
      const element = document.activeElement;
      if (element.closest(".bench")) return "bench";
      const [own, bench] = [element, document.querySelector(".bench")].map((one) => one.getBoundingClientRect());
      const lies = own.bottom > bench.top + 1 && own.height < bench.top;
      return lies ? `${element.tagName} ${(element.ariaLabel ?? element.textContent).slice(0, 40)}` : "";
    });
    if (place && place !== "bench") under.push(place);
  }
  expect(under.length === 0, `Under the bench: ${under.join("; ")}.`);
  const experiment = page.locator("[data-experiment]").first();
  const id = await experiment.getAttribute("data-experiment");
  await experiment.focus();
  await page.keyboard.press("Enter");
  await until("a verdict", async () => (await page.locator(`[data-verdict="${id}"]`).textContent()) !== "", 90_000);
  const focused = await page.evaluate(() => document.activeElement.dataset.experiment);
  expect(focused === id, `The focus is on ${focused}.`);
  const ended = await readout(page, "step");
  await press(page, "Train");
  await until("steps beyond its end", async () => (await readout(page, "step")) > ended + 5);
  clean(page);
  return `${stops} stops; ${id} ended at step ${ended}`;
}, 150);
