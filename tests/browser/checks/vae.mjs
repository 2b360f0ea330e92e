// The VAE: its map while it trains, a point that is dragged, β without a reset, trained weights.
import { clean, countDrawings, expect, press, readout, test, until } from "../harness.mjs";

const open = (site, query = "") => site.open(`lessons/vae/?engine=cpu&examples=2000${query}`);
const state = (page, id) => page.locator(`figure#${id}`).getAttribute("data-state");
const summary = (page, id) => page.locator(`#${id}-summary`).textContent();

/** What a canvas shows, as one number. */
const look = (page, id) => page.locator(`figure#${id} canvas`).first().evaluate((canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let sum = 0;
  for (let place = 0; place < data.length; place += 4) sum = (sum * 31 + data[place]) % 1_000_000_007;
  return sum;
});

test("VAE: the map is there before training, and moves while it trains", async (site) => {
  const page = await open(site, "&seed=4");
  for (const id of ["clouds", "map", "point", "between", "samples", "pairs"]) {
    await until(`figure ${id}`, async () => (await state(page, id)) === "ready");
  }
  await page.locator("figure#map").scrollIntoViewIfNeeded();
  await page.waitForTimeout(500);
  const first = await look(page, "map");
  await press(page, "Train");
  const losses = [await until("a held-out loss", () => readout(page, "validation-loss"))];
  await until("100 steps", async () => (await readout(page, "step")) > 100, 60_000);
  expect((await look(page, "map")) !== first, "The map has not moved.");
  losses.push(await readout(page, "validation-loss"));
  expect(losses[1] < losses[0] - 100, `The held-out loss went from ${losses[0]} to ${losses[1]}.`);
  for (const id of ["curves", "reconstruction", "kl", "gradients", "weights"]) {
    expect((await state(page, id)) === "ready", `Figure ${id} is ${await state(page, id)}.`);
  }
  await press(page, "Pause");
  clean(page);
  return `held-out loss from ${losses[0]} to ${losses[1]}, ${await readout(page, "rate")} steps a second`;
}, 120);

test("VAE: the map is redrawn while it trains and takes little of the time", async (site) => {
  const page = await site.open("lessons/vae/?engine=cpu&examples=2000", { init: countDrawings("map") });
  await page.locator("figure#map").scrollIntoViewIfNeeded();
  await press(page, "Train");
  await until("20 steps", async () => (await readout(page, "step")) > 20, 60_000);
  const moment = async () => ({ step: await readout(page, "step"), drawn: await page.evaluate(() => window.drawn), at: Date.now() });
  const [from, to] = [await moment(), await page.waitForTimeout(5_000).then(moment)];
  const seconds = (to.at - from.at) / 1000;
  const [rate, maps] = [(to.step - from.step) / seconds, (to.drawn - from.drawn) / seconds];
  // What the updates themselves take; the rest is the map, the other figures' numbers, and the messages.
  const share = (rate * (await readout(page, "step-time"))) / 1000;
  expect(maps > 4, `The map is drawn ${maps.toFixed(1)} times a second.`);
  expect(share > 0.7, `The updates have ${(share * 100).toFixed(0)} % of the time.`);
  clean(page);
  return `${maps.toFixed(1)} maps and ${rate.toFixed(0)} updates a second, which have ${(share * 100).toFixed(0)} % of the time`;
}, 120);

test("VAE: β is turned without a new start", async (site) => {
  const page = await open(site);
  await press(page, "Train");
  await until("30 steps", async () => (await readout(page, "step")) > 30, 60_000);
  const slider = page.getByLabel("Pull toward the middle, β");
  await slider.focus();
  for (let turn = 0; turn < 5; turn += 1) await page.keyboard.press("ArrowRight");
  await until("β in the address", () => /beta=/.test(page.url()));
  expect((await readout(page, "step")) >= 30, "The run began anew.");
  const before = await readout(page, "step");
  await until("more steps", async () => (await readout(page, "step")) > before);
  clean(page);
}, 120);

test("VAE: trained weights load, and a dragged point is another picture", async (site) => {
  const page = await open(site);
  const weights = page.locator('[data-weights="vae-fashion"]');
  await weights.getByRole("button").click();
  await until("the weights", async () => (await weights.getAttribute("data-state")) === "ready", 60_000);
  await until("a held-out loss below 300", async () => ((await readout(page, "validation-loss")) ?? 1e9) < 300);
  const canvas = page.locator("figure#map canvas").first();
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  const at = (x, y) => [box.x + box.width * x, box.y + box.width * y];
  await page.mouse.move(...at(0.3, 0.3));
  await page.mouse.down();
  await until("the point", async () => (await readout(page, "point-x")) < 0);
  await page.waitForTimeout(300);
  const first = await look(page, "point");
  await page.mouse.move(...at(0.7, 0.7), { steps: 8 });
  await page.mouse.up();
  await until("the point on the other side", async () => (await readout(page, "point-x")) > 0);
  await until("another picture", async () => (await look(page, "point")) !== first);
  const held = await readout(page, "point-x");
  await canvas.focus();
  await page.keyboard.press("ArrowRight");
  await until("the point further right", async () => (await readout(page, "point-x")) > held);
  await until("the map in words", async () => /encoded pictures/.test(await summary(page, "map")));
  clean(page);
}, 120);

test("VAE: with eight latent numbers the map says that it is a plane", async (site) => {
  const page = await open(site, "&latent=8");
  await until("the map", async () => (await state(page, "map")) === "ready");
  const caption = page.locator("figure#map figcaption");
  await until("the share of the plane", async () => /Of 8 latent numbers.*\d+ %/.test(await caption.textContent()));
  clean(page);
});
