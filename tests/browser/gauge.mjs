// What a page and its worker hold and how much they compute, read from outside: nothing in the site serves it.
import { readdir, readFile } from "node:fs/promises";

/** For `init` of a page that is gauged: its wasm memory, as the loader announces it. */
export const remember = `addEventListener("TrunkApplicationStarted", ({ detail }) => { window.gauged = detail.wasm.memory; });`;

/** The kernel counts processor time in hundredths of a second, on every Linux. */
const TICK = 0.01;

/** Reads one page. */
export class Gauge {
  #page; #session; #browser; #loaders = new Map(); #workers = new Map(); #asked = new Map(); #count = 0;

  /** A gauge of a page that was opened with `remember`. */
  static async of(page) {
    const gauge = new Gauge();
    gauge.#page = page;
    gauge.#session = await page.context().newCDPSession(page);
    gauge.#browser = await page.context().browser().newBrowserCDPSession();
    gauge.#session.on("Target.attachedToTarget", ({ sessionId, targetInfo }) => {
      if (targetInfo.type === "worker") gauge.#workers.set(sessionId, targetInfo.url);
    });
    gauge.#session.on("Target.detachedFromTarget", ({ sessionId }) => gauge.#workers.delete(sessionId));
    gauge.#session.on("Target.receivedMessageFromTarget", ({ message }) => {
      const { id, result } = JSON.parse(message);
      gauge.#asked.get(id)?.(result ?? {});
      gauge.#asked.delete(id);
    });
    await gauge.#session.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
    return gauge;
  }

  /** Asks a worker through the page's session, since a worker has none of its own to open. */
  async #ask(sessionId, method, params = {}) {
    this.#count += 1;
    const id = this.#count;
    const answer = new Promise((resolve) => {
      this.#asked.set(id, resolve);
      // A worker that has just been terminated answers nothing.
      setTimeout(() => resolve({}), 10_000).unref();
    });
    await this.#session.send("Target.sendMessageToTarget", { sessionId, message: JSON.stringify({ id, method, params }) });
    return answer;
  }

  /** The wasm memory of a worker in bytes: its module, imported once more in the worker, hands out what it already runs. */
  async #wasmOf(worker) {
    const loader = worker.url();
    if (!this.#loaders.has(loader)) {
      const [, module] = /from "(.*?)"/.exec(await (await fetch(loader)).text());
      this.#loaders.set(loader, new URL(module, loader).href);
    }
    return worker.evaluate(async (module) => (await (await import(module)).default()).memory.buffer.byteLength, this.#loaders.get(loader));
  }

  /** Bytes held after a forced collection, and how many nodes, listeners and workers there are. */
  async memory() {
    const session = this.#session;
    await session.send("HeapProfiler.collectGarbage");
    const held = { workers: this.#page.workers().length };
    const { usedSize, backingStorageSize } = await session.send("Runtime.getHeapUsage");
    Object.assign(held, { "page, JS": usedSize, "page, buffers": backingStorageSize });
    held["page, wasm"] = await this.#page.evaluate(() => window.gauged.buffer.byteLength);
    const { nodes, jsEventListeners } = await session.send("Memory.getDOMCounters");
    Object.assign(held, { nodes, listeners: jsEventListeners });
    const [sessionId] = [...this.#workers.keys()].slice(-1);
    const worker = this.#page.workers().at(-1);
    if (sessionId && worker) {
      await this.#ask(sessionId, "HeapProfiler.collectGarbage");
      held["worker, JS"] = (await this.#ask(sessionId, "Runtime.getHeapUsage")).usedSize;
      held["worker, wasm"] = await this.#wasmOf(worker);
    }
    return held;
  }

  /** Seconds of processor time that all workers of the browser have had, living or not known: on Linux; else `null`. */
  async computed() {
    const { processInfo } = await this.#browser.send("SystemInfo.getProcessInfo");
    let ticks = 0;
    for (const { id } of processInfo.filter(({ type }) => type === "renderer")) {
      const threads = await readdir(`/proc/${id}/task`).catch(() => null);
      if (threads === null) return null;
      for (const thread of threads) {
        const line = await readFile(`/proc/${id}/task/${thread}/stat`, "utf8").catch(() => "");
        const [, name, fields] = /\((.*)\) (.*)/.exec(line) ?? [];
        if (name?.startsWith("DedicatedWorker")) ticks += fields.split(" ").slice(11, 13).reduce((sum, one) => sum + Number(one), 0);
      }
    }
    return ticks * TICK;
  }
}
