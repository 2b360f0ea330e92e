// The DDPM lesson's points: figures that need no network, the field that follows its slider, the run that learns, painted points.
import { clean, expect, press, readout, test, until } from "../harness.mjs";

const open = (site, query = "") => site.open(`lessons/ddpm/?engine=cpu${query}`);
const state = (page, id) => page.locator(`figure#${id}`).getAttribute("data-state");
const summary = (page, id) => page.locator(`#${id}-summary`).textContent();

/** What a canvas shows, as one number. */
const look = (page, id) => page.locator(`figure#${id} .shown canvas`).evaluate((canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let sum = 0;
  for (let place = 0; place < data.length; place += 4) sum = (sum * 31 + data[place]) % 1_000_000_007;
  return sum;
});

/** Puts a slider of a figure at its end or beginning, and lets the words follow. */
async function slide(page, id, name, key) {
  const slider = page.locator(`figure#${id}`).getByLabel(name);
  await slider.focus();
  await page.keyboard.press(key);
}

test("DDPM: a picture drowns before any network is there, and stands where it is put", async (site) => {
  const page = await open(site);
  await until("the picture", async () => (await state(page, "forward")) === "ready");
  const top = (await page.locator("figure#forward .shown canvas").boundingBox()).y;
  expect(top < 780, `The first screen does not show the picture: it begins at ${top} of 900.`);
  const first = await look(page, "forward");
  await until("it moves by itself", async () => (await look(page, "forward")) !== first);
  await slide(page, "forward", "Time t, from the picture to noise", "End");
  await until("the end in words", async () => /time 1\.00/.test(await summary(page, "forward")));
  const still = await look(page, "forward");
  await page.waitForTimeout(400);
  expect((await look(page, "forward")) === still, "It has not stopped where it was put.");
  const noisy = await summary(page, "forward");
  expect(/picture counts 0 %/.test(noisy), noisy);
  await page.locator("figure#forward").getByRole("radio", { name: "Your drawing" }).click();
  await until("a pad", () => page.locator("figure#forward .draw-pad canvas").isVisible());
  clean(page);
});

test("DDPM: the schedule is chosen, drawn by hand, and never rises", async (site) => {
  const page = await open(site);
  const figure = page.locator("figure#schedule");
  await figure.scrollIntoViewIfNeeded();
  await until("the schedule", async () => (await state(page, "schedule")) === "ready");
  const cosine = await look(page, "schedule");
  await figure.getByRole("radio", { name: "Linear" }).click();
  await until("another curve", async () => (await look(page, "schedule")) !== cosine);
  await until("the address", () => /schedule=linear/.test(page.url()));
  await figure.getByRole("radio", { name: "By hand" }).click();
  await figure.locator("canvas").first().focus();
  for (const key of ["ArrowRight", "Home"]) await page.keyboard.press(key);
  await until("the handle in the address", () => /hand=100-88-75-63-50-100-/.test(page.url()));
  await until("a level curve in words", async () => /decibels/.test(await summary(page, "schedule")));
  await figure.getByText("The nine handles as sliders").click();
  expect((await figure.locator(".handles input[type=range]").count()) === 9, "Not nine sliders.");
  clean(page);
});

test("DDPM: the points' network learns, and its field follows the time", async (site) => {
  const page = await open(site, "&seed=3");
  await until("the field", async () => (await state(page, "field")) === "ready");
  const walked = async () => (await readout(page, "on-data")) !== null;
  await until("a first walk", walked);
  const on = await readout(page, "on-data");
  await press(page, "Train");
  const first = await until("a held-out loss", () => readout(page, "validation-loss"));
  await until("400 steps", async () => (await readout(page, "step")) > 400, 60_000);
  await press(page, "Pause");
  const last = await readout(page, "validation-loss");
  // Most of it is what nobody can know: a long run ends at eight tenths of what it began with.
  expect(last < 0.92 * first, `The held-out loss went from ${first} to ${last}.`);
  await until("more points on the data", async () => (await readout(page, "on-data")) > on + 0.2, 10_000);
  for (const id of ["curves", "field-error", "gradients", "weights", "architecture"]) {
    expect((await state(page, id)) === "ready", `Figure ${id} is ${await state(page, id)}.`);
  }
  await page.locator("figure#field").scrollIntoViewIfNeeded();
  await slide(page, "field", "Time t, from noise to data", "End");
  await page.waitForTimeout(500);
  const noise = await look(page, "field");
  await slide(page, "field", "Time t, from noise to data", "Home");
  await until("another field", async () => (await look(page, "field")) !== noise);
  await until("the time in words", async () => /time 0\.00/.test(await summary(page, "field")));
  const step = await readout(page, "step");
  await press(page, "Step");
  await until("one step more", async () => (await readout(page, "step")) === step + 1);
  clean(page);
  return `held-out loss from ${first} to ${last}; ${await readout(page, "on-data")} of the points on the data, ${await readout(page, "rate")} steps a second`;
}, 120);

test("DDPM: own points are painted and learned from", async (site) => {
  const page = await open(site);
  const figure = page.locator("figure#field");
  await figure.getByRole("radio", { name: "Your own" }).click();
  await until("own points in the address", () => /points=own/.test(page.url()) && /own=a/.test(page.url()));
  await figure.getByRole("button", { name: "Take all away" }).click();
  const canvas = figure.locator("canvas").first();
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  for (const share of [0.35, 0.45, 0.55, 0.65]) await page.mouse.click(box.x + box.width * share, box.y + box.height * share);
  await until("four points", () => (page.url().match(/own=([^&]*)/)?.[1].match(/a/g) ?? []).length === 4);
  await press(page, "Train");
  await until("20 steps", async () => (await readout(page, "step")) > 20, 60_000);
}, 120);

test("DDPM: the boxes of the U-Net are seen at work on the picture that is drawn", async (site) => {
  const page = await open(site, "&steps=5");
  await page.locator("#reverse").scrollIntoViewIfNeeded();
  await until("the stages", async () => (await state(page, "stages")) === "ready", 150_000);
  await page.locator("#stages").scrollIntoViewIfNeeded();
  let words = "";
  await until("the stages in words", async () => (words = await summary(page, "stages")));
  const rows = ["stem: 12 maps of 14 × 14", "down 3, attention: 12 maps of 7 × 7", "v: 1 map of 28 × 28"];
  expect(rows.every((row) => words.includes(row)), words);
  await slide(page, "stages", "Key step, from noise to picture", "End");
  await until("other maps", async () => (await summary(page, "stages")) !== words);
  clean(page);
  return words;
}, 180);
