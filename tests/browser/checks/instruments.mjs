// What every lesson inherits: links that come back to a step, earlier runs, guesses, and a run that outlives a reload.
import { clean, expect, press, readout, test, until } from "../harness.mjs";

const reaches = (page, step) => until(`step ${step}`, async () => (await readout(page, "step")) >= step, 40_000);

test("a copied link comes back to the same step with the same numbers, in every lesson", async (site) => {
  const found = [];
  for (const { slug } of site.lessons) {
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
  const word = page.locator(".guess-word").first();
  await until("the word", () => word.textContent(), 60_000);
  expect(/You expected “come to rest”. It was “turn in a circle for ever”/.test(await word.textContent()), await word.textContent());
  const kept = await page.evaluate(() => localStorage.getItem("fsts:guesses"));
  expect(kept === "perceptron/xor=0", `kept: ${kept}`);
  clean(page);
});
