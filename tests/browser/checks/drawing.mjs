// The published weights read what a hand draws: a 1 and a 7, each from one stroke of the mouse.
import { clean, expect, test, until } from "../harness.mjs";

const STROKES = {
  1: [[0.53, 0.18], [0.5, 0.5], [0.47, 0.82]],
  7: [[0.25, 0.22], [0.74, 0.22], [0.58, 0.5], [0.45, 0.82]],
};

/** Draws one stroke through the given places, which are shares of the pad's width and height. */
async function draw(page, pad, places) {
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  const at = ([x, y]) => [box.x + box.width * x, box.y + box.height * y];
  await page.mouse.move(...at(places[0]));
  await page.mouse.down();
  for (const place of places.slice(1)) await page.mouse.move(...at(place), { steps: 12 });
  await page.mouse.up();
}

test("MLP: the published weights read a drawn 1 and a drawn 7", async (site) => {
  const page = await site.open("lessons/mlp/?engine=cpu&data=mnist&examples=500&pretrained=1");
  await page.waitForSelector('[data-weights][data-state="ready"]', { timeout: 60_000 });
  const pad = page.locator(".draw-pad canvas").first();
  const called = page.locator('[data-readout="called"]');
  for (const [digit, places] of Object.entries(STROKES)) {
    await draw(page, pad, places);
    let words = "";
    await until(`a drawn ${digit} read as ${digit}`, async () => {
      words = (await called.textContent()).trim();
      return words.startsWith(digit);
    }, 10_000).catch(() => expect(false, `A drawn ${digit} is called “${words}”.`));
    await page.locator(".draw-pad").getByRole("button", { name: /clear/i }).click();
    await until("an empty answer", async () => !(await called.textContent()).trim().startsWith(digit), 5_000);
  }
  clean(page);
}, 120);
