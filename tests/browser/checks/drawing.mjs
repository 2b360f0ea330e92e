// The published weights read what a hand draws: a 1 and a 7, each from one stroke of the mouse.
import { clean, countDrawings, expect, test, until } from "../harness.mjs";

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

const READERS = { MLP: "mlp/?engine=cpu&data=mnist&examples=500&pretrained=1", LeNet: "lenet/?engine=cpu&examples=500&pretrained=1" };

for (const [name, address] of Object.entries(READERS)) test(`${name}: the published weights read a drawn 1 and a drawn 7`, async (site) => {
  const page = await site.open(`lessons/${address}`);
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

test("LeNet: every map follows the pen, and four explanations follow the maps", async (site) => {
  const page = await site.open("lessons/lenet/?engine=cpu&examples=500&pretrained=1", { init: countDrawings("maps") });
  await page.waitForSelector('[data-weights][data-state="ready"]', { timeout: 60_000 });
  const pad = page.locator(".draw-pad canvas").first();
  await page.locator("#maps").scrollIntoViewIfNeeded();
  await draw(page, pad, STROKES[7]);
  const box = await pad.boundingBox();
  await page.mouse.move(box.x + 60, box.y + 60);
  await page.mouse.down();
  const { rate, frames, longest } = await page.evaluate(async ({ left, top, size }) => {
    const canvas = document.querySelector(".draw-pad canvas");
    let [longest, frames] = [0, 0];
    new PerformanceObserver((list) => list.getEntries().forEach((one) => { longest = Math.max(longest, one.duration); })).observe({ type: "longtask" });
    const [before, start] = [window.drawn, performance.now()];
    // Line under line, a pixel of the network a frame, so that every move changes the picture: what has ink has it already.
    const across = 24;
    for (; performance.now() - start < 2000; frames += 1) {
      const [line, place] = [Math.floor(frames / across), frames % across];
      const at = { clientX: left + (size * (2 + (line % 2 ? across - place : place))) / 28, clientY: top + (size * (2 + 4 * line)) / 28 };
      canvas.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, pointerId: 1, buttons: 1, ...at }));
      await new Promise(requestAnimationFrame);
    }
    const seconds = (performance.now() - start) / 1000;
    return { rate: (window.drawn - before) / seconds, frames: frames / seconds, longest };
  }, { left: box.x, top: box.y, size: box.width });
  await page.mouse.up();
  expect(rate > 0.8 * frames, `The maps are drawn ${rate.toFixed(0)} times in ${frames.toFixed(0)} frames a second.`);
  const summary = page.locator("#explained p.visually-hidden").first();
  await page.locator("#explained").scrollIntoViewIfNeeded();
  await until("four explanations", async () => /Grad-CAM: strongest.*Saliency.*Guided.*Occlusion/.test(await summary.textContent()));
  const title = page.locator("#explained h3");
  await page.locator("#explained").getByLabel("Explain the class").selectOption({ label: "1" });
  await until("the other class", async () => /“1”/.test(await title.textContent()));
  clean(page);
  return `${rate.toFixed(0)} drawings in ${frames.toFixed(0)} frames a second, longest task ${longest.toFixed(0)} ms`;
}, 120);

// A dark 1 on a bright sheet, small and far from the middle; and a bright 7 on slate.
const PAPER = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240"><rect width="320" height="240" fill="#d8d4c8"/><path d="M108 60 L100 150" stroke="#2b2f3a" stroke-width="12" fill="none"/></svg>`;
const SLATE = `<svg xmlns="http://www.w3.org/2000/svg" width="240" height="240"><rect width="240" height="240" fill="#2b3330"/><path d="M80 70 L160 70 L125 180" stroke="#d8d8d0" stroke-width="13" fill="none"/></svg>`;

test("LeNet: a digit from a picture is read, dark on bright and bright on dark", async (site) => {
  const page = await site.open(`lessons/${READERS.LeNet}`);
  await page.waitForSelector('[data-weights][data-state="ready"]', { timeout: 60_000 });
  const called = page.locator('[data-readout="called"]');
  const input = page.locator('.photo-input input[type="file"]').first();
  for (const [digit, picture] of [["1", PAPER], ["7", SLATE]]) {
    await input.setInputFiles({ name: `${digit}.svg`, mimeType: "image/svg+xml", buffer: Buffer.from(picture) });
    await until(`a ${digit}`, async () => (await called.textContent()).trim().startsWith(digit), 15_000);
  }
  clean(page);
}, 120);

test("LeNet: a digit in the reader's hand is turned, and read as it is then", async (site) => {
  const page = await site.open(`lessons/${READERS.LeNet}`);
  await page.locator('button[data-experiment="rotate"]').click();
  const answer = page.locator("#rotation-answer p.visually-hidden").first();
  const upright = await until("an answer", async () => {
    const words = await answer.textContent().catch(() => "");
    return /The largest/.test(words) && words;
  }, 120_000);
  const slider = page.locator('#rotation-digit input[type="range"]');
  await slider.focus();
  for (let turn = 0; turn < 6; turn += 1) await slider.press("ArrowRight");
  await until("another answer", async () => (await answer.textContent()) !== upright, 30_000);
  clean(page);
}, 180);
