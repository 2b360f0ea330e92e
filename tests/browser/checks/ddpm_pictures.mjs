// The DDPM lesson's pictures: drawn step by step, cancelled at once, filled, and judged.
import { clean, expect, readout, test, until } from "../harness.mjs";
import { serve } from "../server.mjs";

const state = (page, id) => page.locator(`figure#${id}`).getAttribute("data-state");
/** A figure in words, which follow its picture a moment later. */
const summary = (page, id) => until(`${id} in words`, () => page.locator(`#${id}-summary`).textContent());
const ready = (page, id, limit = 120_000) => until(`figure ${id}`, async () => (await state(page, id)) === "ready", limit);
const button = (page, id, name) => page.locator(`#${id}`).getByRole("button", { name, exact: true });

/** The lesson with the first picture drawn. */
async function drawn(site, query = "", options = {}) {
  const page = await site.open(`lessons/ddpm/?engine=cpu${query}`, options);
  await page.locator("#reverse").scrollIntoViewIfNeeded();
  await ready(page, "reverse");
  await idle(page);
  return page;
}

const idle = (page) => until("nothing is drawn", () => button(page, "reverse", "Cancel").isDisabled(), 120_000);

test("DDPM pictures: five steps of a 3 come by themselves, and any of them is looked at", async (site) => {
  const page = await drawn(site, "&steps=5");
  const words = await until("its end", async () => (/step 5 of 5/.test(await summary(page, "reverse")) ? summary(page, "reverse") : null));
  expect(/to be: 3/.test(words), words);
  const canvas = page.locator("#reverse canvas").first();
  await canvas.focus();
  await page.keyboard.press("Home");
  await until("the noise", async () => /step 0 of 5/.test(await summary(page, "reverse")));
  await page.keyboard.press("ArrowRight");
  await until("the next one", async () => /step 1 of 5/.test(await summary(page, "reverse")));
  await button(page, "reverse", "Play the way").click();
  await until("the end again", async () => /step 5 of 5/.test(await summary(page, "reverse")));
  clean(page);
  return words;
}, 180);

test("DDPM pictures: Cancel is heard at once", async (site) => {
  const page = await drawn(site, "&steps=5");
  const slider = page.locator("#reverse").getByLabel("Steps", { exact: true });
  await slider.focus();
  await page.keyboard.press("End");
  await until("1,000 in the address", () => /steps=1000/.test(page.url()));
  await button(page, "reverse", "Draw").click();
  await until("ten steps", async () => Number(/Step (\d+) of 1000/.exec(await page.locator("#reverse .progress").innerText().catch(() => ""))?.[1]) > 10);
  const words = await page.locator("#reverse .progress").innerText();
  expect(/ms a step/.test(words) && /left/.test(words), words);
  const took = await page.evaluate(async () => {
    const cancel = [...document.querySelectorAll("#reverse button")].find((one) => one.textContent === "Cancel");
    const start = performance.now();
    cancel.click();
    while (!cancel.disabled) await new Promise((resolve) => setTimeout(resolve, 5));
    return performance.now() - start;
  });
  expect(took < 200, `The worker is free after ${took.toFixed(0)} ms.`);
  clean(page);
  return `free after ${took.toFixed(0)} ms; before: ${words.replaceAll("\n", " ")}`;
}, 180);

test("DDPM pictures: two classes out of the same noise, and an animation of them", async (site) => {
  const page = await drawn(site, "&steps=8&other=7");
  await until("both", async () => /to be: 3 and to be: 7/.test(await summary(page, "reverse")));
  await page.locator("#reverse").getByRole("button", { name: "Save" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download", { timeout: 60_000 }),
    page.getByRole("menuitem", { name: /GIF/ }).click(),
  ]);
  expect(download.suggestedFilename() === "reverse.gif", download.suggestedFilename());
  clean(page);
}, 180);

test("DDPM pictures: every class is drawn, on its own row of noise", async (site) => {
  const page = await drawn(site, "&steps=5");
  await button(page, "classes", "Draw every class").click();
  await ready(page, "classes");
  await until("its end", () => button(page, "classes", "Cancel").isDisabled());
  const words = await summary(page, "classes");
  expect(/^20 pictures/.test(words) && /Boot/.test(words), words);
  clean(page);
}, 180);

test("DDPM pictures: a hole is filled, and one that is none is refused in a sentence", async (site) => {
  const page = await drawn(site, "&steps=10");
  const inpaint = page.locator(".inpaint");
  await inpaint.getByRole("radio", { name: "what it drew above" }).click();
  await inpaint.getByRole("button", { name: "Fill", exact: true }).click();
  await ready(page, "inpaint");
  await until("its end", () => inpaint.getByRole("button", { name: "Cancel", exact: true }).isDisabled());
  expect(/^5 pictures/.test(await summary(page, "inpaint")), await summary(page, "inpaint"));
  await inpaint.getByRole("button", { name: "Clear", exact: true }).last().click();
  await until("a sentence", async () => /nothing is missing/.test(await inpaint.innerText()));
  expect(await inpaint.getByRole("button", { name: "Fill", exact: true }).isDisabled(), "Nothing can be filled.");
  clean(page);
}, 180);

test("DDPM pictures: the price is measured, by means that the clock can tell", async (site) => {
  const page = await site.open("lessons/ddpm/?engine=cpu&guidance=1");
  await page.locator('button[data-experiment="cost"]').click();
  const words = await until("the verdict", () => page.locator('[data-verdict="cost"]').textContent(), 240_000);
  const [mine, its] = [await readout(page, "picture-time"), await readout(page, "decoder-time")];
  expect(mine > its && its > 0, `${mine} and ${its}`);
  const factor = Number(/That is ([\d,.]+) times/.exec(words)?.[1].replaceAll(",", ""));
  expect(factor > 10 && factor < 1e6, words);
  // 50 times what one question costs, more than the 32 bits hold that a browser's usize has.
  const once = await readout(page, "picture-multiply-adds");
  const cells = await page.getByRole("row", { name: /million multiply-adds/ }).getByRole("cell").allTextContents();
  const millions = Number(cells[0].replaceAll(",", ""));
  expect(Math.abs(millions - (50 * once) / 1e6) < 1, `${cells} million multiply-adds, and ${once} for one question.`);
  clean(page);
  return words;
}, 300);

test("DDPM pictures: what an experiment takes is said before it starts, and its verdict holds the stored figures", async (site) => {
  const page = await drawn(site, "&steps=5&guidance=1");
  const expected = page.locator('[data-expected="judge"]');
  const before = await until("how long", () => expected.textContent());
  expect(/^It takes .+ here\.$/.test(before), before);
  const start = Date.now();
  await page.locator('button[data-experiment="judge"]').click();
  const words = await until("the verdict", () => page.locator('[data-verdict="judge"]').textContent(), 240_000);
  expect(/^Of 40 pictures .* Of 1,000 pictures/.test(words), words);
  clean(page);
  return `${before} It took ${((Date.now() - start) / 1000).toFixed(0)} s. ${words}`;
}, 300);

/** The lesson at a server of its own, which is told how to misbehave. */
async function served(site, misbehave, body) {
  const server = await serve(site.dist);
  misbehave(server);
  try {
    return await body(server);
  } finally {
    await site.tidy();
    server.close();
  }
}

const NETWORK = /ddpm-small\.safetensors/;
const progress = (page) => page.locator("#reverse .draw-row .progress").innerText().catch(() => "");

test("DDPM pictures: weights on their way are shown where one waits, given up there, and drawn with when they are there", (site) =>
  served(site, (server) => { server.slow = (url) => (NETWORK.test(url) ? 300_000 : undefined); }, async (server) => {
    const page = await site.open("lessons/ddpm/?engine=cpu&steps=5", { url: server.url });
    await page.locator("#reverse").scrollIntoViewIfNeeded();
    const words = await until("some bytes", async () => /Fetching the weights: 0\.[1-9] of \d\.\d MB/.exec(await progress(page))?.[0], 60_000);
    await button(page, "reverse", "Cancel").click();
    await until("the server to be left", () => server.gone.length === 1, 5_000);
    await until("no progress", async () => (await progress(page)) === "", 5_000);
    expect(await page.locator("#reverse .notice").count() === 0, "There is a notice.");
    server.slow = () => undefined;
    await button(page, "reverse", "Draw").click();
    await ready(page, "reverse");
    const [first, second] = server.asked.filter(({ url }) => NETWORK.test(url)).map(({ range }) => range ?? "all");
    expect(first === "all" && /^bytes=[1-9]\d*-$/.test(second), `It asked for ${first}, then ${second}.`);
    clean(page);
    return `${words}, then ${second}`;
  }), 180);

test("DDPM pictures: after a trouble one button fetches what failed, and what was asked for is drawn", (site) =>
  served(site, (server) => { server.cut = (url) => (NETWORK.test(url) ? 1000 : undefined); }, async (server) => {
    const init = () => Object.defineProperty(navigator, "connection", { value: { saveData: true } });
    const page = await site.open("lessons/ddpm/?engine=cpu&steps=5", { url: server.url, init, allow: [/console:/] });
    await button(page, "classes", "Draw every class").click();
    const notice = page.locator("#classes .notice");
    await notice.waitFor({ timeout: 60_000 });
    const words = await notice.locator("p").innerText();
    server.cut = () => undefined;
    await notice.getByRole("button", { name: "Try again" }).click();
    await ready(page, "classes");
    expect(await notice.count() === 0, "The notice is still there.");
    clean(page);
    return words;
  }), 180);

test("DDPM pictures: who saves data is asked before anything large is fetched", async (site) => {
  const init = () => Object.defineProperty(navigator, "connection", { value: { saveData: true } });
  const page = await site.open("lessons/ddpm/?engine=cpu&steps=5", { init });
  const large = [];
  page.on("request", (request) => { if (/pretrained\/.*safetensors/.test(request.url())) large.push(request.url()); });
  await page.locator("#reverse").scrollIntoViewIfNeeded();
  await page.waitForTimeout(2_000);
  expect(large.length === 0, `Fetched without asking: ${large.join(", ")}`);
  await button(page, "reverse", "Draw").click();
  await ready(page, "reverse");
  clean(page);
}, 120);
