// A download that the reader gives up: it stops at once, nothing is lost, and it goes on from there when it is wanted again.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { clean, expect, press, readout, test, until } from "../harness.mjs";
import { serve } from "../server.mjs";

/** Opens a page at a server of its own that sends what `pattern` names slowly. */
async function slowly(site, pattern, body) {
  const server = await serve(site.dist);
  server.slow = (url) => (pattern.test(url) ? 200_000 : undefined);
  try {
    return await body(server);
  } finally {
    await site.tidy();
    server.close();
  }
}

const cancel = (page) => page.locator(".bench .progress").getByRole("button", { name: "Cancel", exact: true });
const share = async (page) => Number((await page.locator(".bench .progress-share").textContent()).match(/\d+/)?.[0] ?? 0);
const asks = (server, pattern) => server.asked.filter(({ url }) => pattern.test(url)).map(({ range }) => range ?? "all");

test("weights that a lesson cannot do without are cancelled, and resumed where they were", (site) => {
  const file = /transformer-eng-fra\.safetensors/;
  return slowly(site, file, async (server) => {
    const page = await site.open("lessons/transformer/?engine=cpu&task=translate", { url: server.url });
    const weights = page.locator('[data-weights="transformer-eng-fra"]');
    const state = () => weights.getAttribute("data-state");
    await until("a tenth of it", async () => (await state()) === "loading" && (await share(page)) >= 10, 60_000);
    await cancel(page).click();
    await until("idle again", async () => (await state()) === "idle", 5_000);
    await until("the server to be left", () => server.gone.length === 1, 5_000);
    const notice = page.locator(".bench .notice");
    await notice.waitFor();
    const words = await notice.locator("p").innerText();
    expect(/cancelled.*\d\.\d of 4\.4 MB/.test(words), words);
    expect(await cancel(page).count() === 0, "Cancel is still there.");
    server.slow = () => undefined;
    await notice.getByRole("button", { name: "Fetch it" }).click();
    await until("the weights", async () => (await state()) === "ready", 30_000);
    await until("a translation", async () => (await page.locator('[data-translation="here"]').textContent()).trim(), 60_000);
    const [first, second] = asks(server, file);
    expect(first === "all" && /^bytes=[1-9]\d*-$/.test(second), `It asked for ${first}, then ${second}.`);
    clean(page);
    return `${words} Then ${second}`;
  });
}, 180);

test("weights that are one of several are cancelled without a word, and fetched by the same button", (site) => {
  const file = /alexnet-imagenette\.safetensors/;
  return slowly(site, file, async (server) => {
    const page = await site.open("lessons/alexnet/?engine=cpu", { url: server.url });
    const weights = page.locator('[data-weights="alexnet-imagenette"]');
    const state = () => weights.getAttribute("data-state");
    const load = weights.getByRole("button", { name: /^Load weights/ });
    if ((await state()) === "idle") await load.click();
    await until("a twentieth of it", async () => (await state()) === "loading" && (await share(page)) >= 5, 60_000);
    await cancel(page).click();
    await until("idle again", async () => (await state()) === "idle", 5_000);
    await page.waitForTimeout(1_000);
    expect((await state()) === "idle" && server.gone.length === 1, `It is ${await state()}.`);
    expect(await page.locator(".bench .notice").count() === 0, "There is a notice.");
    server.slow = () => undefined;
    await load.click();
    await until("the weights", async () => (await state()) === "ready", 30_000);
    expect(/^bytes=[1-9]\d*-$/.test(asks(server, file)[1]), `It asked for ${asks(server, file).join(", then ")}.`);
    const sum = createHash("sha256").update(await readFile(join(site.dist, "pretrained/alexnet-imagenette.safetensors"))).digest("hex");
    const kept = await page.evaluate(async () => {
      const store = await caches.open("fsts-data-1");
      const request = (await store.keys()).find(({ url }) => url.includes("alexnet-imagenette"));
      const digest = await crypto.subtle.digest("SHA-256", await (await store.match(request)).arrayBuffer());
      return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    });
    expect(kept === sum, "What is kept has another checksum.");
    clean(page);
  });
}, 180);

test("more data is cancelled while the network learns, and it goes on with what is there", (site) => {
  const file = /mnist\/train-1\.bin\.gz/;
  return slowly(site, file, async (server) => {
    const page = await site.open("lessons/mlp/?engine=cpu&data=mnist&examples=10000", { url: server.url });
    await press(page, "Train");
    await until("5 steps", async () => (await readout(page, "step")) > 5, 60_000);
    await cancel(page).click();
    await until("the server to be left", () => server.gone.length === 1, 5_000);
    const step = await readout(page, "step");
    await until("more steps", async () => (await readout(page, "step")) > step + 10, 60_000);
    expect(await page.locator(".bench .notice").count() === 0, "There is a notice.");
    clean(page);
  });
}, 120);

test("more data is waited for at the same step however slowly it comes, and the bench says so", (site) => {
  const file = /mnist\/train-1\.bin\.gz/;
  return slowly(site, file, async (server) => {
    const page = await site.open("lessons/mlp/?engine=cpu&data=mnist&examples=10000", { url: server.url });
    await press(page, "Train");
    const words = page.locator(".bench-word", { hasText: /^Step 101 waits/ });
    await words.waitFor({ timeout: 60_000 });
    await page.waitForTimeout(500);
    expect((await readout(page, "step")) === 100, `It is at step ${await readout(page, "step")}.`);
    await until("more steps", async () => (await readout(page, "step")) > 110, 60_000);
    expect(await words.count() === 0, "It still says that it waits.");
    clean(page);
  });
}, 120);
