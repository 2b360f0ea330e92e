// AlexNet's lesson: two networks look at one picture, are asked for their reasons, and follow the camera.
import { clean, countDrawings, expect, launch, readout, Site, test, until } from "../harness.mjs";

const state = (page, id) => page.locator(`figure#${id}`).getAttribute("data-state");
const summary = (page, id) => page.locator(`#${id}-summary`).textContent();
const ready = (page, id, limit = 90_000) => until(`figure ${id}`, async () => (await state(page, id)) === "ready", limit);
const weights = (page, name) =>
  until(`the weights ${name}`, async () => (await page.locator(`[data-weights="${name}"]`).getAttribute("data-state")) === "ready", 90_000);

/** The lesson with AlexNet's answer to the first photograph. */
async function answered(site, query = "", options = {}) {
  const page = await site.open(`lessons/alexnet/?engine=cpu${query}`, options);
  await ready(page, "answer");
  return page;
}

test("AlexNet: the first figure moves before any weights are here", async (site) => {
  const route = { pattern: "**/pretrained/**", answer: () => {} };
  const page = await site.open("lessons/alexnet/?engine=cpu", { route, init: countDrawings("stride") });
  await page.locator("#stride").scrollIntoViewIfNeeded();
  await until("ten drawings", () => page.evaluate(() => window.drawn > 10), 10_000);
  expect(await state(page, "answer") === "empty", `The answer is ${await state(page, "answer")}.`);
  clean(page);
});

test("AlexNet: every figure of the first photograph comes, and the stored ones say that they are stored", async (site) => {
  const page = await answered(site);
  for (const id of ["stride", "maps", "filters", "filters-lenet", "bend", "dropout", "confusion", "architecture", "explained", "classes", "attacked"]) {
    await ready(page, id);
  }
  for (const id of ["bend", "dropout", "confusion"]) {
    expect(/stored/.test(await page.locator(`figure#${id} h3`).innerText()), `${id} does not say that it is stored.`);
  }
  await page.locator("#answer-later").scrollIntoViewIfNeeded();
  await weights(page, "efficientnet-lite0");
  for (const id of ["answer-later", "explained-later", "classes-later"]) await ready(page, id, 120_000);
  clean(page);
  return `AlexNet: ${await summary(page, "answer")} EfficientNet: ${await summary(page, "answer-later")}`;
}, 240);

test("AlexNet: any of a thousand classes is found by a part of its name, several stand side by side", async (site) => {
  const page = await answered(site, "&photo=kitten");
  await page.locator("#answer-later").scrollIntoViewIfNeeded();
  await ready(page, "explained-later", 120_000);
  const search = page.locator("#explained-later").getByLabel("Explain the class");
  await search.fill("wool");
  await search.press("Enter");
  await search.blur();
  await until("its title", async () => /“wool”/.test(await page.locator("#explained-later h3").innerText()));
  const beside = page.locator("#classes-later").getByLabel("Put a class beside it");
  await beside.fill("tabby");
  await beside.blur();
  await until("two classes", async () => /wool.*tabby/.test(await summary(page, "classes-later")), 30_000);
  await until("them in the address", () => /class2=\d+/.test(page.url()) && /with2=\d+/.test(page.url()));
  await search.fill("no such thing");
  await search.blur();
  await until("a word", async () => /No name holds/.test(await page.locator("#explained-later .control-help").first().textContent()));
  clean(page);
}, 240);

test("AlexNet: an own picture is looked at, a bad one is not, and no link holds it", async (site) => {
  const page = await answered(site, "", { permissions: ["clipboard-read", "clipboard-write"] });
  const before = await summary(page, "answer");
  const input = page.locator('.photo-input input[type="file"]').first();
  await input.setInputFiles({ name: "notes.jpg", mimeType: "image/jpeg", buffer: Buffer.from("no picture at all") });
  await until("a sentence", async () => /no picture/.test(await page.locator(".photo-input .notice").innerText().catch(() => "")));
  expect(await summary(page, "answer") === before, "The answer has changed.");
  const koala = Buffer.from(await (await fetch(`${site.url}static/samples/photographs/koala.jpg`)).arrayBuffer());
  await input.setInputFiles({ name: "mine.jpg", mimeType: "image/jpeg", buffer: koala });
  await until("another answer", async () => (await summary(page, "answer")) !== before, 30_000);
  await page.locator(".bench").getByRole("button", { name: "Copy link", exact: true }).click();
  await until("the word", () => page.locator(".bench").getByRole("button", { name: "Copied, without your own picture" }).count());
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(!/photo=/.test(link), link);
  clean(page);
}, 120);

test("AlexNet: ε is turned, and the changed picture follows", async (site) => {
  const page = await answered(site);
  await ready(page, "attacked");
  const first = await summary(page, "attacked");
  const slider = page.locator("#attacked input[type=range]");
  await slider.focus();
  for (let turn = 0; turn < 8; turn += 1) await page.keyboard.press("ArrowRight");
  await until("ε in the address", () => /eps=4/.test(page.url()));
  await until("another picture", async () => (await summary(page, "attacked")) !== first, 30_000);
  clean(page);
  return await summary(page, "attacked");
}, 120);

test("AlexNet: the camera's frames are explained live, with their rate", async (site) => {
  const browser = await launch(["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]);
  try {
    const page = await answered(new Site(browser, site.url, site.lessons, site.routes), "", { init: countDrawings("explained") });
    await ready(page, "explained");
    await page.locator(".photo-input").getByRole("button", { name: "Use the camera", exact: true }).click();
    await until("a rate", () => readout(page, "frame-rate"), 30_000);
    await page.locator("#explained").scrollIntoViewIfNeeded();
    const before = await page.evaluate(() => window.drawn);
    await page.waitForTimeout(4_000);
    const drawn = ((await page.evaluate(() => window.drawn)) - before) / 4;
    const rate = await readout(page, "frame-rate");
    expect(drawn > 0.5, `Explanations are drawn ${drawn} times a second.`);
    await page.locator(".photo-input").getByRole("button", { name: "Stop the camera", exact: true }).click();
    await until("the whole explanation", async () => /Guided backpropagation/.test(await summary(page, "explained")), 30_000);
    clean(page);
    return `${rate} frames a second, explanations drawn ${drawn.toFixed(1)} times a second`;
  } finally {
    await browser.close();
  }
}, 180);

test("AlexNet: who saves data is asked before anything large is fetched", async (site) => {
  const init = () => Object.defineProperty(navigator, "connection", { value: { saveData: true } });
  const page = await site.open("lessons/alexnet/?engine=cpu", { init });
  const large = [];
  page.on("request", (request) => { if (/pretrained\/.*safetensors/.test(request.url())) large.push(request.url()); });
  await page.locator("#answer-later").scrollIntoViewIfNeeded();
  await page.waitForTimeout(2_000);
  expect(large.length === 0, `Fetched without asking: ${large.join(", ")}`);
  await page.locator('[data-weights="alexnet-imagenette"] button').first().click();
  await weights(page, "alexnet-imagenette");
  await ready(page, "answer");
  clean(page);
});

test("AlexNet: its weights go out as safetensors", async (site) => {
  const page = await answered(site);
  await page.locator(".bench").getByRole("button", { name: "Settings", exact: true }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download", { timeout: 30_000 }),
    page.locator(".bench").getByRole("button", { name: "Save weights", exact: true }).click(),
  ]);
  expect(download.suggestedFilename() === "alexnet-step-0.safetensors", download.suggestedFilename());
  clean(page);
});
