// What can go wrong: each gives one clear sentence and one action, never a broken page.
import { clean, expect, press, readout, test, until } from "../harness.mjs";

const HOSTILE = [
  "?v=99&data=%00%ff%zz&rate=NaN&hidden=9999999-1-0&seed=-1&batch=1e308",
  `?own=${"a1_1".repeat(3000)}&data=own`,
  "?data=<script>alert(1)</script>&rate=9e999&hidden=none&stop=-5",
  "?engine=banana&theme=%F0%9F%8C%9A&hidden=" + Array(80).fill(3).join("-"),
  "?" + "x=1&".repeat(5000),
];

test("hostile addresses are clamped, reported and harmless", async (site) => {
  for (const { slug, trains } of site.lessons) {
    for (const query of HOSTILE) {
      const page = await site.open(`lessons/${slug}/${query}&engine=cpu`);
      await page.waitForSelector(`main[data-lesson="${slug}"]`);
      if (trains) {
        await press(page, "Step");
        await until("one step", async () => (await readout(page, "step")) >= 1 || page.locator(".bench .notice").count());
      } else {
        await until("a figure", () => page.locator('figure[data-state="ready"]').count());
      }
      expect(await page.locator("#panic").count() === 0, `${slug} stopped at ${query.slice(0, 60)}.`);
      clean(page);
      await site.tidy();
    }
  }
}, 180);

test("with storage denied everything works", async (site) => {
  const init = () => {
    for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) {
      Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
    }
  };
  for (const route of ["", "about/", "lessons/mlp/?engine=cpu"]) {
    const page = await site.open(route, { init });
    if (route.startsWith("lessons")) {
      await press(page, "Train");
      await until("20 steps", async () => (await readout(page, "step")) > 20);
    }
    clean(page);
    await site.tidy();
  }
});

/** A route that cuts the first training pictures in the middle, while `state.broken`. */
const cutShort = (state) => ({
  pattern: "**/mnist/train-0.bin.gz*",
  answer: async (request) => {
    const response = await request.fetch();
    const whole = await response.body();
    const body = state.broken ? whole.subarray(0, whole.length / 2 | 0) : whole;
    await request.fulfill({ status: 200, headers: { ...response.headers(), "content-length": String(body.length) }, body });
  },
});

test("a data file cut short gives a sentence and a second try", async (site) => {
  const state = { broken: true };
  const page = await site.open("lessons/mlp/?engine=cpu&data=mnist&examples=2000", { route: cutShort(state) });
  const notice = page.locator(".bench .notice");
  await notice.waitFor({ timeout: 30_000 });
  const words = await notice.innerText();
  expect(/bytes|cut/.test(words), words);
  state.broken = false;
  await notice.getByRole("button").click();
  await press(page, "Train");
  await until("5 steps", async () => (await readout(page, "step")) > 5, 60_000);
  clean(page);
  return words.replaceAll("\n", " | ");
});

test("Train and Step begin again what could not begin, and while it cannot its sentence comes back", async (site) => {
  for (const name of ["Train", "Step"]) {
    const state = { broken: true };
    const page = await site.open("lessons/mlp/?engine=cpu&data=mnist&examples=2000", { route: cutShort(state) });
    const notice = page.locator(".bench .notice");
    await notice.waitFor({ timeout: 30_000 });
    await press(page, name);
    await until(`another try after ${name}`, async () => (await notice.count()) === 0);
    await notice.waitFor({ timeout: 30_000 });
    await until("the button Train", () => page.locator(".bench").getByRole("button", { name: "Train", exact: true }).count());
    state.broken = false;
    await press(page, name);
    await until(`steps after ${name}`, async () => (await readout(page, "step")) >= (name === "Train" ? 5 : 1), 60_000);
    expect(await notice.count() === 0, await notice.innerText().catch(() => ""));
    clean(page);
    await site.tidy();
  }
}, 180);

test("where no worker can be started the sentence stays, whatever is pressed", async (site) => {
  const page = await site.open("lessons/mlp/?engine=cpu", { init: () => { delete window.Worker; } });
  const notice = page.locator(".bench .notice");
  await notice.waitFor();
  const words = await notice.innerText();
  for (const name of ["Train", "Step", "Reset"]) {
    await press(page, name);
    await page.waitForTimeout(300);
    expect(await notice.innerText() === words, `After ${name}: ${await notice.innerText()}`);
    expect(await page.locator(".bench").getByRole("button", { name: "Train", exact: true }).count() === 1, `${name} seems to train.`);
  }
  clean(page);
  return words.replaceAll("\n", " | ");
});

test("a source that cannot be fetched costs a sentence, and the next try gets it", async (site) => {
  let cut = true;
  const route = { pattern: "**/source/models/src/**", answer: (request) => (cut ? request.abort() : request.continue()) };
  const page = await site.open("lessons/mlp/?engine=cpu", { route, allow: [/ERR_FAILED/] });
  const notice = page.locator(".source .notice");
  await notice.waitFor();
  const words = await notice.innerText();
  cut = false;
  await notice.getByRole("button", { name: "Try again" }).click();
  await page.locator(".source .source-view .row").first().waitFor();
  expect(await notice.count() === 0, "The sentence stays.");
  clean(page);
  return words.replaceAll("\n", " | ");
});

test("a rate of 100 with forty layers is caught, and a third of the rate is offered", async (site) => {
  const query = `?engine=cpu&data=circles&rate=100&act=relu&opt=sgd&hidden=${Array(40).fill(12).join("-")}`;
  const page = await site.open(`lessons/mlp/${query}`);
  await press(page, "Train");
  const notice = page.locator(".bench .notice");
  await until("a sentence or 2,000 steps", async () => (await notice.count()) || (await readout(page, "step")) > 2000, 60_000);
  expect(await notice.count(), "The run neither left the finite range nor said so.");
  const words = await notice.innerText();
  expect(/layer/i.test(words) && /step|update/i.test(words), words);
  await notice.getByRole("button", { name: /third/ }).click();
  await until("a smaller rate", () => /rate=3[23]\./.test(page.url()), 10_000);
  clean(page);
  return words.replaceAll("\n", " | ");
});

test("asked for WebGPU, the lesson trains with it or says why not", async (site) => {
  const worker = await fetch(`${site.url}worker-gpu_loader.js`, { method: "HEAD" });
  if (worker.status !== 200) return "skipped: built without the WebGPU worker";
  const page = await site.open("lessons/mlp/?engine=webgpu&data=mnist&examples=2000&hidden=16", { allow: [/console:/] });
  const engine = page.locator('[data-readout="engine"]').first();
  await until("an engine", async () => (await engine.textContent()) !== "", 60_000);
  await until("WebGPU or a reason", async () => (await engine.textContent()) === "webgpu" || page.getByText(/WebGPU/).count(), 90_000);
  for (let step = 1; step <= 3; step += 1) {
    await press(page, "Step");
    await until(`step ${step}`, async () => (await readout(page, "step")) >= step, 60_000);
  }
  return `engine ${await engine.textContent()}, loss ${await readout(page, "loss")}`;
}, 240);
