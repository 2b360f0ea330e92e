// The Transformer: a toy that learns to reverse, and a translator whose heads can be opened and switched off.
import { clean, expect, press, readout, test, until } from "../harness.mjs";

const open = (site, query = "") => site.open(`lessons/transformer/?engine=cpu${query}`);
const state = (page, id) => page.locator(`figure#${id}`).getAttribute("data-state");
const summary = (page, id) => page.locator(`#${id}-summary`).textContent();
const french = async (page) => (await page.locator('[data-translation="here"]').textContent()).trim();

/** Opens the translator and waits until its first sentence has been translated. */
async function translator(site, query = "") {
  const page = await open(site, `&task=translate${query}`);
  const weights = page.locator('[data-weights="transformer-eng-fra"]');
  await until("the weights", async () => (await weights.getAttribute("data-state")) === "ready", 60_000);
  return page;
}

test("Transformer: the query turns before anything is trained, and follows the keys", async (site) => {
  const page = await open(site);
  await until("the figure", async () => (await state(page, "turn")) === "ready");
  const first = await summary(page, "turn");
  await until("a turned query", async () => (await summary(page, "turn")) !== first);
  const canvas = page.locator("figure#turn canvas").first();
  await canvas.focus();
  await page.keyboard.press("ArrowUp");
  await page.waitForTimeout(2000);
  const taken = await summary(page, "turn");
  await page.waitForTimeout(2500);
  expect((await summary(page, "turn")) === taken, "The query still turns by itself after it was taken.");
  clean(page);
});

test("Transformer: the toy reverses 99 % of whole sequences that it has never seen", async (site) => {
  const page = await open(site, "&seed=3");
  for (const id of ["attention", "heads", "walk", "positions", "architecture"]) {
    await until(`figure ${id}`, async () => (await state(page, id)) === "ready");
  }
  const start = Date.now();
  await press(page, "Train");
  await until("99 % of whole sequences", async () => (await readout(page, "whole")) >= 0.99, 180_000);
  const [seconds, step] = [((Date.now() - start) / 1000).toFixed(0), await readout(page, "step")];
  await press(page, "Pause");
  for (const id of ["accuracy", "right", "curves", "gradients", "weights"]) {
    expect((await state(page, id)) === "ready", `Figure ${id} is ${await state(page, id)}.`);
  }
  // A reversed sequence: at each place it writes what should stand there.
  expect((await page.locator(".token.wrong").count()) <= 1, "More than one symbol of the shown sequence is wrong.");
  expect((await readout(page, "validation-accuracy")) > 0.99, "Fewer than 99 % of the symbols are right.");
  clean(page);
  return `after ${step} steps in ${seconds} s, ${await readout(page, "step-time")} ms a step`;
}, 240);

test("Transformer: a sequence of one's own is read, and letters that it does not know are told of", async (site) => {
  const page = await open(site);
  const field = page.getByLabel("A sequence of your own");
  await until("the first sequence", async () => (await field.inputValue()).length === 8);
  await field.fill("abcab");
  await field.press("Enter");
  await until("five symbols", async () => (await page.locator(".tokens").first().locator(".token").count()) === 5);
  await field.fill("zz9🙂");
  await field.press("Enter");
  await until("a word on it", async () => /A to L/.test(await page.locator(".sentence-card .own-word").textContent()));
  clean(page);
});

test("Transformer: one query can be traced number by number from the keyboard", async (site) => {
  const page = await open(site);
  await until("the walk", async () => (await state(page, "walk")) === "ready");
  const canvas = page.locator("figure#walk canvas").first();
  await canvas.scrollIntoViewIfNeeded();
  await canvas.focus();
  await page.keyboard.press("ArrowRight");
  await until("a score written out", async () => / = .* × /.test(await summary(page, "walk")));
  await page.keyboard.press("ArrowRight");
  await until("a scaled score", async () => /÷ √16/.test(await summary(page, "walk")));
  clean(page);
});

test("Transformer: the diagram lights the part it names, and shows its numbers", async (site) => {
  const page = await open(site);
  await until("the diagram", async () => (await state(page, "architecture")) === "ready");
  const canvas = page.locator("figure#architecture canvas").first();
  await canvas.scrollIntoViewIfNeeded();
  await canvas.focus();
  const lit = () => page.locator(".part.lit strong").textContent();
  await page.keyboard.press("ArrowDown");
  await until("the first numbers", async () => /words as vectors \[8, 32\]: least/.test(await summary(page, "architecture")));
  expect((await lit()) === "Embedding", `Lit is ${await lit()}.`);
  await page.getByRole("button", { name: /^Cross-attention/ }).hover();
  await until("the numbers of the cross-attention", async () =>
    /Cross, layer 1: what the heads found \[8, 32\]/.test(await summary(page, "architecture")));
  clean(page);
});

test("Transformer: a sentence is translated, and a head that is switched off changes something", async (site) => {
  const page = await translator(site);
  const first = await until("a translation", () => french(page), 60_000);
  for (const id of ["attention", "heads", "walk", "words", "positions"]) {
    await until(`figure ${id}`, async () => (await state(page, id)) === "ready");
  }
  for (const name of ["Train", "Step"]) {
    const button = page.locator(".bench").getByRole("button", { name, exact: true });
    expect(await button.isDisabled(), `${name} is offered, though there is nothing to train.`);
  }
  const log = await readout(page, "log-probability");
  const toggle = page.getByLabel("The chosen head has a say");
  await toggle.scrollIntoViewIfNeeded();
  await toggle.click();
  await until("another probability", async () => (await readout(page, "log-probability")) !== log);
  await until("the translation by all heads", async () =>
    (await page.locator('[data-translation="all-heads"]').textContent()).trim() === first);
  expect(/off=c11/.test(page.url()), `The address is ${page.url()}.`);
  const field = page.getByLabel("An English sentence");
  await field.fill("My sister lost her book.");
  await field.press("Enter");
  const second = await until("another translation", async () => (await french(page)) !== first && french(page));
  clean(page);
  return `“${first}”, “${second}”`;
}, 120);

test("Transformer: beam search is a tree, and a draw follows its seed", async (site) => {
  const page = await translator(site, "&decoding=beam&beams=3");
  await until("the tree", async () => (await state(page, "beam")) === "ready", 60_000);
  await until("the tree in words", async () => /beginnings were tried/.test(await summary(page, "beam")));
  const drawn = [];
  for (const draw of [5, 5, 6]) {
    const other = await translator(site, `&decoding=sample&temperature=3&draw=${draw}`);
    drawn.push(await until("a drawn translation", () => french(other), 60_000));
    clean(other);
  }
  expect(drawn[0] === drawn[1], `One seed gave “${drawn[0]}” and “${drawn[1]}”.`);
  clean(page);
}, 180);

test("Transformer: whatever is typed, it answers or says one sentence", async (site) => {
  const page = await translator(site);
  await until("a translation", () => french(page), 60_000);
  const field = page.getByLabel("An English sentence");
  const notice = page.locator(".sentence-card .notice");
  const inputs = { empty: "   ", emoji: "🙂🙃😀", arabic: "مرحبا بالعالم", hebrew: "שלום עולם", chinese: "你好" };
  for (const [name, text] of Object.entries(inputs)) {
    await field.fill(text);
    await field.press("Enter");
    await until(`a sentence on ${name}`, async () => (await notice.count()) === 1);
    await notice.getByRole("button").click();
    await until(`an example after ${name}`, async () => (await notice.count()) === 0 && french(page));
  }
  await field.fill("word ".repeat(10_000));
  await field.press("Enter");
  await until("a word on the length", async () => /letters/.test(await page.locator(".sentence-card .own-word").textContent()));
  await until("a translation", () => french(page), 60_000);
  clean(page);
}, 180);

test("Transformer: the heads are sorted by a rule", async (site) => {
  const page = await translator(site);
  await until("a translation", () => french(page), 60_000);
  await page.getByRole("radio", { name: "looks at its neighbour" }).click();
  await until("scores", async () => /Highest in/.test(await summary(page, "heads")), 60_000);
  clean(page);
  return await summary(page, "heads");
}, 120);
