// Steps a second of lessons on the CPU engine, and forward passes, beside TensorFlow.js (and ONNX Runtime Web for shipped
// weights) with the same network, batch and optimiser in the same browser: node tests/bench/run.mjs DIST KERNELS, prints JSON. `cargo xtask bench` adds the sizes and
// keeps it.
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

import { launch, press, readout, Site, until } from "../browser/harness.mjs";
import { serve } from "../browser/server.mjs";
import { efficientnet } from "./efficientnet.mjs";
import { unet } from "./unet.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const JOBS = [
  { name: "points, 2–6–2 tanh, batch 10, momentum", query: "data=xor", sizes: [2, 6, 2], activation: "tanh", batch: 10, optimizer: "momentum", rate: 0.05 },
  { name: "points, 2–16–16–2 tanh, batch 10, Adam", query: "data=circles&hidden=16-16&opt=adam&rate=0.01", sizes: [2, 16, 16, 2], activation: "tanh", batch: 10, optimizer: "adam", rate: 0.01 },
  { name: "MNIST, 784–256–10 ReLU, batch 128, Adam", query: "data=mnist&examples=2000", sizes: [784, 256, 10], activation: "relu", batch: 128, optimizer: "adam", rate: 0.002 },
];
// What TensorFlow.js cannot do in WebAssembly is measured alone.
JOBS.push({ name: "LeNet-5 on MNIST, batch 64, Adam", slug: "lenet", query: "data=mnist&examples=2000" });
JOBS.push({ name: "VAE 784–256–64–2 on clothes, batch 64, Adam", slug: "vae", query: "data=fashion&examples=2000", vae: true, batch: 64, optimizer: "adam", rate: 0.002 });
const SECONDS = 6;

/** Steps a second of the lesson, and the longest task of the page's thread meanwhile. */
async function ours(site, job) {
  const page = await site.open(`lessons/${job.slug ?? "mlp"}/?engine=cpu&${job.query}`);
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
  const rate = await page.evaluate(async ({ sizes = [784, 256, 64], activation, vae, batch, optimizer, rate, seconds, folder }) => {
    tf.wasm.setWasmPaths(folder);
    await tf.setBackend("wasm");
    await tf.ready();
    const variables = (from, to) => [tf.variable(tf.randomNormal([from, to], 0, Math.sqrt(2 / from))), tf.variable(tf.zeros([to]))];
    const sum = (x, [weight, bias]) => x.matMul(weight).add(bias);
    // A variational autoencoder: encoder, mean and log variance, decoder, and both terms of its bound.
    const [e1, e2, mean, logVariance, d1, d2, d3] = [[784, 256], [256, 64], [64, 2], [64, 2], [2, 64], [64, 256], [256, 784]].map(([from, to]) => variables(from, to));
    const bound = (x) => {
      const h = sum(sum(x, e1).relu(), e2).relu();
      const [mu, s] = [sum(h, mean), sum(h, logVariance).div(20).tanh().mul(20)];
      const z = mu.add(s.div(2).exp().mul(tf.randomNormal(mu.shape)));
      const y = sum(sum(sum(z, d1).relu(), d2).relu(), d3);
      const cost = y.relu().sub(y.mul(x)).add(y.abs().neg().exp().add(1).log());
      const kl = mu.square().add(s.exp()).sub(s).sub(1).div(2);
      return cost.sum().add(kl.sum()).div(batch);
    };
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
        if (vae) return void solver.minimize(() => bound(x));
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

/** Milliseconds of forward passes: ours and TensorFlow.js, each alone on its page, in the best of many short rounds. */
async function forward(site) {
  const names = ["LeNet-5, 1 picture", "LeNet-5, 64 pictures"];
  const [ours, theirs] = [await ourForward(site), await theirForward(site)];
  return names.map((name, place) => ({ name, ours: ours[place], tensorflow: theirs[place] }));
}

async function ourForward(site) {
  const page = await site.open("bench/tensorflow.html", { wait: false });
  const measured = await page.evaluate(async ({ kernels, seconds }) => {
    const { default: load, lenet } = await import(`${kernels}bench.js`);
    await load();
    return [lenet(1, seconds), lenet(64, seconds)];
  }, { kernels: `${site.url}kernels/`, seconds: 3 });
  await site.tidy();
  return measured;
}

async function theirForward(site) {
  const page = await site.open("bench/tensorflow.html", { wait: false });
  await page.waitForFunction(() => window.tf?.wasm, null, { timeout: 30_000 });
  const measured = await page.evaluate(async ({ folder, seconds }) => {
    tf.wasm.setWasmPaths(folder);
    await tf.setBackend("wasm");
    await tf.ready();
    const time = (call) => {
      const end = performance.now() + seconds * 1000;
      let best = Infinity;
      while (performance.now() < end) {
        const start = performance.now();
        let calls = 0;
        for (; performance.now() - start < 40; calls += 1) tf.tidy(() => call().dataSync());
        best = Math.min(best, (performance.now() - start) / calls);
      }
      return best;
    };
    const wave = (...shape) => tf.randomNormal(shape, 0, 0.1);
    const lenet = (batch) => {
      const x = wave(batch, 28, 28, 1);
      const [c1, b1, c3, b3] = [wave(5, 5, 1, 6), wave(6), wave(5, 5, 6, 16), wave(16)];
      const [c5, b5, f6, b6, out, b7] = [wave(400, 120), wave(120), wave(120, 84), wave(84), wave(84, 10), wave(10)];
      const convolution = (input, filter, bias, pad) => tf.fused.conv2d({ x: input, filter, bias, strides: 1, pad, activation: "relu" });
      const units = (a, b, bias, activation) => tf.fused.matMul({ a, b, bias, activation });
      return () => {
        const s2 = tf.avgPool(convolution(x, c1, b1, "same"), 2, 2, "valid");
        const s4 = tf.avgPool(convolution(s2, c3, b3, "valid"), 2, 2, "valid");
        return units(units(units(s4.reshape([batch, 400]), c5, b5, "relu"), f6, b6, "relu"), out, b7);
      };
    };
    return [time(lenet(1)), time(lenet(64))];
  }, { folder: `${site.url}tensorflow/tfjs-backend-wasm/dist/`, seconds: 3 });
  await site.tidy();
  return measured;
}

/** A picture of waves, the same on both pages: [3, 224, 224] from 0 to 1. */
const PICTURE = "Float32Array.from({ length: 3 * 224 * 224 }, (_, at) => 0.5 + 0.5 * Math.sin(at * 0.013) * Math.cos(at * 0.37))";

/** Milliseconds of EfficientNet-Lite0 with the shipped weights: ours and ONNX Runtime Web (WebAssembly with SIMD, one thread),
 *  each alone on its page, in the best of many short rounds; and of our explanations. */
async function borrowed(site) {
  const ours = await ourBorrowed(site);
  const theirs = await theirPass(site, "efficientnet-lite0", { picture: ["float32", PICTURE, [1, 3, 224, 224]] }, "scores");
  const apart = Math.max(...ours.scores.map((score, place) => Math.abs(score - theirs.answer[place])));
  // Scores of some ten, sums of up to 1,280 products in another order through fifty layers.
  if (!(apart < 0.01)) throw new Error(`EfficientNet-Lite0 answers otherwise in ONNX Runtime Web: scores are ${apart} apart.`);
  return [
    { name: "EfficientNet-Lite0, 1 picture", ours: ours.forward, tensorflow: null, onnx: theirs.once },
    { name: "Grad-CAM of EfficientNet-Lite0, last maps", ours: ours.heat, tensorflow: null, onnx: null },
    { name: "Saliency of EfficientNet-Lite0, back to the pixels", ours: ours.saliency, tensorflow: null, onnx: null },
  ];
}

async function ourBorrowed(site) {
  const page = await site.open("bench/tensorflow.html", { wait: false });
  const measured = await page.evaluate(async ({ kernels, weights, picture, seconds }) => {
    const { default: load, Lite0 } = await import(`${kernels}bench.js`);
    await load();
    const bytes = new Uint8Array(await (await fetch(weights)).arrayBuffer());
    const network = new Lite0(bytes, eval(picture));
    // The first passes run in the browser's quick compiler.
    network.forward(2);
    const [forward, heat, saliency] = [network.forward(seconds), network.grad_cam(seconds), network.saliency(seconds)];
    return { forward, heat, saliency, scores: [...network.scores()] };
  }, { kernels: `${site.url}kernels/`, weights: `${site.url}pretrained/efficientnet-lite0.safetensors`, picture: PICTURE, seconds: 5 });
  await site.tidy();
  return measured;
}

/** Milliseconds of one call of a model in ONNX Runtime Web, and what it answers. Each input is a type, the numbers or the
 *  expression that makes them, and a shape. */
async function theirPass(site, name, inputs, output) {
  const page = await site.open("bench/tensorflow.html", { wait: false });
  const measured = await page.evaluate(async ({ folder, model, inputs, output, seconds }) => {
    const ort = await import(`${folder}ort.wasm.min.mjs`);
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = folder;
    const bytes = new Uint8Array(await (await fetch(model)).arrayBuffer());
    const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"], graphOptimizationLevel: "all" });
    const tensor = ([type, numbers, shape]) => new ort.Tensor(type, typeof numbers === "string" ? eval(numbers) : numbers, shape);
    const given = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, tensor(input)]));
    const run = async (limit) => {
      const end = performance.now() + limit * 1000;
      let best = Infinity;
      while (performance.now() < end) {
        const start = performance.now();
        let calls = 0;
        for (; performance.now() - start < 40; calls += 1) await session.run(given);
        best = Math.min(best, (performance.now() - start) / calls);
      }
      return best;
    };
    await run(2);
    return { once: await run(seconds), answer: [...(await session.run(given))[output].data] };
  }, { folder: `${site.url}onnx/`, model: `${site.url}kernels/${name}.onnx`, inputs, output, seconds: 5 });
  await site.tidy();
  return measured;
}

/** A picture of waves, the same on both pages: [28, 28] from -1 to 1; a time and a class. */
const NOISY = "Float32Array.from({ length: 784 }, (_, at) => Math.sin(at * 0.37) * Math.cos(at * 0.013))";
const [TIME, CLASS] = [420, 3];

/** Milliseconds of one step of the DDPM lesson's network with the shipped weights: ours, and ONNX Runtime Web; with guidance a
 *  step asks twice, as a batch of two. */
async function denoised(site) {
  const ours = await ourDenoised(site);
  const inputs = {
    picture: ["float32", NOISY, [1, 1, 28, 28]],
    time: ["float32", [TIME], [1, 1]],
    class: ["int64", `BigInt64Array.from([${CLASS}n])`, [1]],
  };
  const theirs = await theirPass(site, "ddpm-small", inputs, "v");
  const apart = Math.max(...ours.v.map((value, place) => Math.abs(value - theirs.answer[place])));
  // Numbers of some 1, sums of up to 2,304 products in another order through sixty layers.
  if (!(apart < 0.001)) throw new Error(`The U-Net answers otherwise in ONNX Runtime Web: v is ${apart} apart.`);
  return [
    { name: "DDPM's U-Net, 28 × 28, one step", ours: ours.one, tensorflow: null, onnx: theirs.once },
    { name: "DDPM's U-Net, one step with guidance (a batch of 2)", ours: ours.two, tensorflow: null, onnx: null },
  ];
}

async function ourDenoised(site) {
  const page = await site.open("bench/tensorflow.html", { wait: false });
  const measured = await page.evaluate(async ({ kernels, weights, picture, time, asked, seconds }) => {
    const { default: load, Denoiser } = await import(`${kernels}bench.js`);
    await load();
    const bytes = new Uint8Array(await (await fetch(weights)).arrayBuffer());
    const network = new Denoiser(bytes, eval(picture), time, asked);
    // The first passes run in the browser's quick compiler.
    network.forward(1, 2);
    return { one: network.forward(1, seconds), two: network.forward(2, seconds), v: [...network.answer()] };
  }, { kernels: `${site.url}kernels/`, weights: `${site.url}pretrained/ddpm-small.safetensors`, picture: NOISY, time: TIME, asked: CLASS, seconds: 5 });
  await site.tidy();
  return measured;
}

const [dist, kernels] = process.argv.slice(2);
// Written beside the other things that are made for the bench.
writeFileSync(`${kernels}/efficientnet-lite0.onnx`, efficientnet(`${dist}/pretrained/efficientnet-lite0`));
writeFileSync(`${kernels}/ddpm-small.onnx`, unet(`${dist}/pretrained/ddpm-small`, 28));
const onnx = `${here}node_modules/onnxruntime-web/dist`;
const server = await serve(dist, "/", { bench: here, tensorflow: `${here}node_modules/@tensorflow`, kernels, onnx });
const browser = await launch();
const site = new Site(browser, server.url, [], []);
const jobs = [];
for (const job of JOBS) {
  const { rate, longest } = await ours(site, job);
  const other = job.sizes || job.vae ? Number((await theirs(site, job)).toPrecision(3)) : null;
  jobs.push({ name: job.name, ours: Number(rate.toPrecision(3)), tensorflow: other, longest_task_ms: longest });
}
const passes = [...(await forward(site)), ...(await borrowed(site)), ...(await denoised(site))];
const version = browser.version();
await browser.close();
server.close();
console.log(JSON.stringify({ browser: `Chromium ${version}`, processor: cpus()[0].model, cores: cpus().length, jobs, forward: passes }, null, 2));
