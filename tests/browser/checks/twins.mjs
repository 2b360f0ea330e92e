// Two settings of one model under one bench: the same seed and batches, one time machine, in the address too.
import { clean, expect, press, readout, test, until } from "../harness.mjs";

/** A row of the table: yours and the twin's, as they are printed. */
async function row(page, name) {
  const cells = await page.locator(".twins tbody tr", { has: page.locator("th", { hasText: new RegExp(`^${name}$`) }) }).locator("td").allTextContents();
  return cells.map((cell) => cell.trim());
}

const both = (page, step) => until(`step ${step} for both`, async () => (await row(page, "step")).every((at) => Number(at) === step), 40_000);

test("twins with the same settings have the same loss, and part when one setting is changed", async (site) => {
  const page = await site.open("lessons/mlp/?engine=cpu&data=circles&seed=11");
  await press(page, "Settings");
  await page.getByRole("button", { name: "Set a twin beside it" }).click();
  await until("the twin", async () => (await row(page, "step")).length === 2);
  const losses = [];
  for (let step = 1; step <= 3; step += 1) {
    await press(page, "Step");
    await both(page, step);
  }
  await until("two losses", async () => (await row(page, "loss")).every((loss) => loss !== ""));
  losses.push(await row(page, "loss"));
  expect(losses[0][0] === losses[0][1], `The same settings give ${losses[0].join(" and ")}.`);
  await page.getByRole("radiogroup", { name: "Bend of each unit" }).getByRole("radio", { name: "ReLU" }).click();
  await until("the difference", async () => (await row(page, "bend")).length === 2);
  await both(page, 0);
  for (let step = 1; step <= 3; step += 1) {
    await press(page, "Step");
    await both(page, step);
  }
  await until("two losses again", async () => (await row(page, "loss")).every((loss) => loss !== ""));
  losses.push(await row(page, "loss"));
  expect(losses[1][0] !== losses[1][1], `Other settings give the same loss, ${losses[1][0]}.`);
  // However far apart two workers are told to pause, they stand at one step in the end.
  await press(page, "Train");
  await page.waitForTimeout(1500);
  await press(page, "Pause");
  await page.waitForTimeout(300);
  let stood = 0;
  await until("one step for both", async () => {
    const [yours, twin] = await row(page, "step");
    stood = yours === twin && Number(yours) > 3 ? stood + 1 : 0;
    return stood > 3;
  }, 30_000);
  await until("both curves", async () => (await page.locator("figure#twins").getAttribute("data-state")) === "ready");
  await page.locator(".scrub input").fill("0");
  await both(page, 0);
  expect(/twin=/.test(page.url()), page.url());
  await page.getByRole("button", { name: "Take the twin away" }).click();
  await until("no twin", async () => (await page.locator(".twins").count()) === 0 && !/twin=/.test(page.url()));
  clean(page);
  return losses.map((pair) => pair.join(" and ")).join(", then ");
});

test("a link brings a twin and its step, in every lesson that trains; a hostile one is reported", async (site) => {
  const other = { perceptron: "data=circles", adaline: "rate=0.01", mlp: "rate=0.3", hopfield: "synchronous=1", lenet: "rate=0.0001", vae: "beta=4" };
  const found = [];
  for (const { slug } of site.lessons.filter(({ slug }) => other[slug])) {
    const page = await site.open(`lessons/${slug}/?engine=cpu&seed=5&step=2&twin=${encodeURIComponent(`v=1&${other[slug]}&seed=9`)}`);
    await until("the twin's table", async () => (await row(page, "step")).length === 2);
    await both(page, 2);
    expect((await row(page, "seed")).length === 0, "The seed is not shared.");
    expect((await row(page, other[slug].split("=")[0])).length === 2, `${slug}: ${await page.locator(".twins table").innerText()}`);
    for (const side of ["yours", "twin"]) {
      await until(`the figure of ${side}`, async () => (await page.locator(`figure#twins-${side}`).getAttribute("data-state")) === "ready");
    }
    clean(page);
    await site.tidy();
    found.push(slug);
  }
  const page = await site.open(`lessons/mlp/?twin=${encodeURIComponent("rate=NaN&hidden=9999,%ff,-3&data=<script>&")}`);
  const notice = page.locator(".notice").first();
  await notice.waitFor();
  expect(/In the twin, rate/.test(await notice.innerText()), await notice.innerText());
  clean(page);
  return found.join(", ");
}, 240);

test("a link to a far step says where it goes, and can be stopped on the way", async (site) => {
  const page = await site.open("lessons/mlp/?engine=cpu&data=mnist&examples=2000&step=1000000");
  await until("a step", async () => (await readout(page, "step")) > 0, 60_000);
  await until("where it goes", async () => /step 1000000/.test(await page.locator(".bench-word").innerText()));
  await press(page, "Pause");
  await until("rest", async () => {
    const step = await readout(page, "step");
    await page.waitForTimeout(400);
    return (await readout(page, "step")) === step;
  }, 10_000);
  expect(await page.locator(".bench-word").count() === 0, "It still says where it goes.");
  const stopped = await readout(page, "step");
  clean(page);
  return `stopped at step ${stopped}`;
});
