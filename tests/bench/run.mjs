// Steps a second of the MLP lesson on the CPU engine, beside TensorFlow.js with the same network, batch and optimiser in
// the same browser: node tests/bench/run.mjs DIST, prints JSON. `cargo xtask bench` adds the sizes and keeps it.
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

import { launch, press, readout, Site, until } from "../browser/harness.mjs";
import { serve } from "../browser/server.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const JOBS = [
  { name: "points, 2–6–2 tanh, batch 10, momentum", query: "data=xor", sizes: [2, 6, 2], activation: "tanh", batch: 10, optimizer: "momentum", rate: 0.05 },
  { name: "points, 2–16–16–2 tanh, batch 10, Adam", query: "data=circles&hidden=16-16&opt=adam&rate=0.01", sizes: [2, 16, 16, 2], activation: "tanh", batch: 10, optimizer: "adam", rate: 0.01 },
  { name: "MNIST, 784–256–10 ReLU, batch 128, Adam", query: "data=mnist&examples=2000", sizes: [784, 256, 10], activation: "relu", batch: 128, optimizer: "adam", rate: 0.002 },
];
const SECONDS = 6;

/** Steps a second of the lesson, and the longest task of the page's thread meanwhile. */
async function ours(site, job) {
  const page = await site.open(`lessons/mlp/?engine=cpu&${job.query}`);
  await until("the first picture", () => readout(page, "validation-loss"), 60_000);
  await page.waitForTimeout(1_000);
  await press(page, "Settings");
  await page.getByLabel("Speed").selectOption("0");
  await press(page, "Train");
  await until("the first steps", async () => (await readout(page, "step")) > 20, 60_000);
  await page.waitForTimeout(3_000);
  const measured = await page.evaluate(async (seconds) => {
    const step = () => Number(document.querySelector('[data-readout="step"]').textContent);
    let longest = 0;
    const observer = new PerformanceObserver((list) => list.getEntries().forEach((one) => { longest = Math.max(longest, one.duration); }));
    observer.observe({ type: "longtask" });
    const [from, start] = [step(), performance.now()];
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    return { rate: ((step() - from) * 1000) / (performance.now() - start), longest: Math.round(longest) };
  }, SECONDS);
  await site.tidy();
  return measured;
}

/** Steps a second of TensorFlow.js (WebAssembly with SIMD, one thread) alone on an empty page. */
async function theirs(site, job) {
  const page = await site.open("bench/tensorflow.html", { wait: false });
  await page.waitForFunction(() => window.tf?.wasm, null, { timeout: 30_000 });
  const rate = await page.evaluate(async ({ sizes, activation, batch, optimizer, rate, seconds, folder }) => {
    tf.wasm.setWasmPaths(folder);
    await tf.setBackend("wasm");
    await tf.ready();
    const layers = sizes.slice(1).map((out, index) => [
      tf.variable(tf.randomNormal([sizes[index], out], 0, Math.sqrt(2 / sizes[index]))), tf.variable(tf.zeros([out])),
    ]);
    const classes = sizes.at(-1);
    const count = 2000;
    const inputs = tf.randomUniform([count, sizes[0]]);
    const targets = tf.oneHot(tf.randomUniform([count], 0, classes, "int32"), classes);
    const solver = optimizer === "adam" ? tf.train.adam(rate) : tf.train.momentum(rate, 0.9);
    let at = 0;
    const step = () => {
      at = (at + batch) % (count - batch);
      tf.tidy(() => {
        const x = inputs.slice([at, 0], [batch, sizes[0]]);
        const y = targets.slice([at, 0], [batch, classes]);
        solver.minimize(() => {
          const out = layers.reduce((h, [weight, bias], index) => {
            const sum = h.matMul(weight).add(bias);
            return index === layers.length - 1 ? sum : sum[activation]();
          }, x);
          return tf.losses.softmaxCrossEntropy(y, out);
        });
      });
    };
    const run = (limit) => {
      const start = performance.now();
      let steps = 0;
      while (performance.now() - start < limit) { step(); steps += 1; }
      return (steps * 1000) / (performance.now() - start);
    };
    run(2_000);
    return run(seconds * 1000);
  }, { ...job, seconds: SECONDS, folder: `${site.url}tensorflow/tfjs-backend-wasm/dist/` });
  await site.tidy();
  return rate;
}

const dist = process.argv[2];
const server = await serve(dist, "/", { bench: here, tensorflow: `${here}node_modules/@tensorflow` });
const browser = await launch();
const site = new Site(browser, server.url, [], []);
const jobs = [];
for (const job of JOBS) {
  const { rate, longest } = await ours(site, job);
  const other = await theirs(site, job);
  jobs.push({ name: job.name, ours: Number(rate.toPrecision(3)), tensorflow: Number(other.toPrecision(3)), longest_task_ms: longest });
}
const version = browser.version();
await browser.close();
server.close();
console.log(JSON.stringify({ browser: `Chromium ${version}`, processor: cpus()[0].model, cores: cpus().length, jobs }, null, 2));
