// What every lesson inherits: links that come back to a step, earlier runs, guesses, and a run that outlives a reload.
import { readFile } from "node:fs/promises";

import { clean, expect, press, readout, test, until } from "../harness.mjs";

const reaches = (page, step) => until(`step ${step}`, async () => (await readout(page, "step")) >= step, 40_000);

test("a copied link comes back to the same step with the same numbers, in every lesson", async (site) => {
  const found = [];
  for (const { slug } of site.learners) {
    const permissions = ["clipboard-read", "clipboard-write"];
    const page = await site.open(`lessons/${slug}/?engine=cpu&seed=5`, { permissions });
    for (let step = 1; step <= 2; step += 1) {
      await press(page, "Step");
      await reaches(page, step);
    }
    const numbers = async (shown) => ({ step: await readout(shown, "step"), loss: await readout(shown, "loss") });
    await until("a loss, where there is one", async () => slug === "hopfield" || (await readout(page, "loss")) !== null);
    const before = await numbers(page);
    await press(page, "Copy link");
    await until("the word", () => page.locator(".bench").getByRole("button", { name: "Copied" }).count());
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(/step=2/.test(link) && /seed=5/.test(link), link);
    clean(page);
    await site.tidy();
    const again = await site.open(link.slice(site.url.length));
    await reaches(again, 2);
    await again.waitForTimeout(300);
    const after = await numbers(again);
    expect(JSON.stringify(after) === JSON.stringify(before), `${slug}: ${JSON.stringify(before)}, then ${JSON.stringify(after)}`);
    clean(again);
    await site.tidy();
    found.push(slug);
  }
  return found.join(", ");
}, 240);

test("the run before stands beside the next one, and can be deleted", async (site) => {
  const page = await site.open("lessons/mlp/?engine=cpu&data=circles");
  await press(page, "Train");
  await reaches(page, 50);
  await press(page, "Pause");
  expect(await page.locator(".runs").count() === 0, "There are runs before the first has ended.");
  await press(page, "Reset");
  const rows = page.locator(".runs tbody tr");
  await until("one run", async () => (await rows.count()) === 1);
  const row = await rows.first().innerText();
  expect(/data circles/.test(row) && /run 1/.test(row), row);
  await until("its curve", async () => (await page.locator("figure#runs").getAttribute("data-state")) === "ready");
  await rows.getByRole("button", { name: "Delete run 1" }).click();
  await until("no run", async () => (await page.locator(".runs").count()) === 0);
  clean(page);
});

test("after a reload the run goes on from where it was kept", async (site) => {
  const page = await site.open("lessons/mlp/?engine=cpu&data=xor&seed=3");
  await press(page, "Train");
  await reaches(page, 200);
  await page.waitForTimeout(3_000);
  await press(page, "Pause");
  await page.reload();
  const offer = page.locator(".bench .notice");
  await offer.waitFor({ timeout: 20_000 });
  const step = Number((await offer.innerText()).match(/step (\d+)/)[1]);
  expect(step > 0, await offer.innerText());
  await offer.getByRole("button").click();
  await until(`step ${step}`, async () => (await readout(page, "step")) === step);
  await press(page, "Step");
  await until(`step ${step + 1}`, async () => (await readout(page, "step")) === step + 1);
  clean(page);
  return `step ${step}`;
});

test("a guess before an experiment gets a kind word after it, and is remembered", async (site) => {
  const page = await site.open("lessons/perceptron/?engine=cpu");
  await page.locator("fieldset[data-guess=xor]").getByLabel("come to rest").check();
  await page.locator("button[data-experiment=xor]").click();
  const word = page.locator(".experiment:has(button[data-experiment=xor]) .guess-word");
  await until("the word", () => word.textContent(), 60_000);
  expect(/You expected “come to rest”. It was “turn in a circle for ever”/.test(await word.textContent()), await word.textContent());
  const kept = await page.evaluate(() => localStorage.getItem("fsts:guesses"));
  expect(kept === "perceptron/xor=0", `kept: ${kept}`);
  clean(page);
});

test("before training a line of the reader's own is turned and counted, and a cell of the matrix rings its points", async (site) => {
  for (const slug of ["perceptron", "adaline"]) {
    const page = await site.open(`lessons/${slug}/?engine=cpu`);
    const wrong = page.locator('[data-readout="own-wrong"]');
    const first = await until("a count", () => wrong.textContent());
    await page.locator("figure#boundary canvas").first().focus();
    for (let turn = 0; turn < 9; turn += 1) await page.keyboard.press("ArrowLeft");
    await until(`another count than ${first}`, async () => (await wrong.textContent()) !== first);
    await page.keyboard.press("s");
    await reaches(page, 1);
    await until("the unit's line", async () => !(await wrong.isVisible()));
    const caption = page.locator("figure#boundary figcaption");
    await page.locator("figure#confusion canvas").first().focus();
    await page.keyboard.press("ArrowDown");
    await until("rings", async () => /Ringed now/.test(await caption.textContent()));
    await page.keyboard.press("Escape");
    await until("no rings", async () => !/Ringed now/.test(await caption.textContent()));
    clean(page);
    await site.tidy();
  }
});

/** The file that a click hands out. */
async function handed(page, click, limit = 30_000) {
  const [download] = await Promise.all([page.waitForEvent("download", { timeout: limit }), click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Presses the button that opens the choice of another file. */
const another = (page) => Promise.all([
  page.waitForEvent("filechooser"),
  page.locator(".bench .notice").getByRole("button", { name: "Choose another file" }).click(),
]);

test("weights go out as safetensors and come back with the same answers, in every lesson", async (site) => {
  const found = [];
  for (const { slug } of site.learners) {
    const page = await site.open(`lessons/${slug}/?engine=cpu&seed=5&data=xor`);
    const figure = page.locator("#architecture p.visually-hidden").first();
    for (let step = 1; step <= 2; step += 1) {
      await press(page, "Step");
      await reaches(page, step);
    }
    await press(page, "Settings");
    const saved = await handed(page, () => press(page, "Save weights"));
    expect(saved.name === `${slug}-step-2.safetensors`, saved.name);
    const length = Number(saved.bytes.readBigUInt64LE(0));
    const header = JSON.parse(saved.bytes.subarray(8, 8 + length).toString());
    const sizes = Object.values(header).map(({ dtype, shape }) => (expect(dtype === "F32", dtype), shape.reduce((a, b) => a * b, 4)));
    expect(sizes.reduce((a, b) => a + b, 0) === saved.bytes.length - 8 - length, `${slug}: ${JSON.stringify(header)}`);
    const load = (name, buffer) =>
      page.locator(".weight-file input").setInputFiles({ name, mimeType: "application/octet-stream", buffer });
    await load("mine.safetensors", saved.bytes);
    await until("a run from these weights", async () => (await readout(page, "step")) === 0);
    const again = await handed(page, () => press(page, "Save weights"));
    expect(again.bytes.equals(saved.bytes), `${slug}: other weights come out than went in`);
    const notice = page.locator(".bench .notice");
    await load("notes.safetensors", Buffer.from("Dear diary, today I trained a network."));
    await until("a sentence", async () => /no safetensors file/.test(await notice.innerText().catch(() => "")));
    await another(page);
    const foreign = JSON.stringify({ other: { dtype: "F32", shape: [1], data_offsets: [0, 4] } });
    const head = Buffer.alloc(8);
    head.writeBigUInt64LE(BigInt(foreign.length));
    await load("foreign.safetensors", Buffer.concat([head, Buffer.from(foreign), Buffer.alloc(4)]));
    await until("another sentence", async () => /lack|does not have/.test(await notice.innerText().catch(() => "")));
    await another(page);
    await press(page, "Step");
    await reaches(page, 1);
    await figure.waitFor({ state: "attached" });
    clean(page);
    await site.tidy();
    found.push(`${slug} ${saved.bytes.length} bytes`);
  }
  return found.join(", ");
}, 240);

test("on a phone the open settings leave the buttons on the screen, and Escape closes them", async (site) => {
  const height = 844;
  for (const { slug } of site.learners) {
    const page = await site.open(`lessons/${slug}/?engine=cpu`, { viewport: { width: 390, height } });
    const button = (name) => page.locator(".bench").getByRole("button", { name, exact: true });
    await button("Settings").click();
    await page.locator("#bench-settings").waitFor();
    for (const name of ["Train", "Step", "Settings"]) {
      const box = await button(name).boundingBox();
      expect(box.y >= 0 && box.y + box.height <= height, `${slug}: ${name} stands at ${box.y} in a window of ${height}.`);
    }
    await page.keyboard.press("Escape");
    await page.locator("#bench-settings").waitFor({ state: "hidden" });
    expect(await button("Settings").evaluate((element) => element === document.activeElement), `${slug}: the focus is elsewhere.`);
    clean(page);
    await site.tidy();
  }
}, 120);

test("a layer of the diagram lights its lines and tells its values", async (site) => {
  const diagrams = ["perceptron", "adaline", "mlp", "lenet", "vae", "hopfield"];
  for (const slug of diagrams) {
    const page = await site.open(`lessons/${slug}/?engine=cpu&seed=5`);
    const figure = page.locator("#architecture");
    await page.locator('#architecture[data-state="ready"]').waitFor({ timeout: 60_000 });
    const lit = page.locator('section[data-stage="build"] button.part.lit');
    const told = () => figure.locator(".told").innerText();
    const canvas = figure.locator("canvas").first();
    await canvas.focus();
    await page.keyboard.press("End");
    await until(`${slug}: values`, async () => /least .+, mean .+, greatest /.test(await told()));
    await until(`${slug}: a part that is lit`, async () => (await lit.count()) === 1);
    await page.keyboard.press("Escape");
    await until(`${slug}: nothing is lit`, async () => (await lit.count()) === 0 && /Point at a layer/.test(await told()));
    await canvas.hover({ position: { x: 30, y: 40 } });
    await until(`${slug}: the input`, async () => /^(input|picture|state s), /.test(await told()));
    clean(page);
    await site.tidy();
  }
  return diagrams.join(", ");
}, 240);

test("a figure's run becomes a GIF, and stands where it stood", async (site) => {
  const page = await site.open("lessons/hopfield/?engine=cpu&seed=5");
  await press(page, "Train");
  await reaches(page, 60);
  await press(page, "Pause");
  await page.waitForTimeout(300);
  const step = await readout(page, "step");
  await page.locator("#recall").getByRole("button", { name: "Save" }).click();
  const { name, bytes } = await handed(page, () => page.getByRole("menuitem", { name: "GIF, the run so far" }).click(), 60_000);
  expect(name === "recall.gif" && bytes.subarray(0, 6).toString() === "GIF89a", `${name}: ${bytes.subarray(0, 6)}`);
  const pictures = bytes.toString("latin1").split("\x21\xf9\x04").length - 1;
  expect(pictures >= 5, `${pictures} pictures`);
  await until("the step it stood at", async () => (await readout(page, "step")) === step);
  clean(page);
  return `${pictures} pictures, ${bytes.length} bytes`;
}, 120);

test("runs are compared class by class", async (site) => {
  const page = await site.open("lessons/adaline/?engine=cpu&data=iris");
  await press(page, "Train");
  await reaches(page, 30);
  await press(page, "Reset");
  const figure = page.locator("figure#runs");
  await until("a run", async () => (await figure.getAttribute("data-state").catch(() => "")) === "ready");
  await page.getByLabel("Of the class").selectOption({ label: "versicolor" });
  await until("its curve", async () => /Up, held-out versicolor/.test(await figure.locator("p.visually-hidden").first().textContent()));
  const share = Number(await page.locator(".runs tbody tr td").nth(4).innerText());
  expect(share >= 0 && share <= 1, `a share of ${share}`);
  clean(page);
});
