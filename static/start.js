// Before anything is painted: the theme that was chosen, and whether only a figure will be shown; and, before anything is downloaded that could not run, one sentence
// about what the browser lacks.
(() => {
  try {
    const theme = localStorage.getItem("fsts:theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is denied, so nothing was chosen: the system's theme it is.
  }
  if (location.pathname.includes("/lessons/") && /[?&]embed=/.test(location.search)) document.documentElement.dataset.embed = "";
  // A module with one SIMD instruction: valid only where WebAssembly SIMD is.
  const simd = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]);
  const missing = [];
  if (typeof WebAssembly !== "object" || !WebAssembly.validate(simd)) missing.push("WebAssembly with SIMD");
  if (typeof Worker !== "function") missing.push("workers");
  if (typeof DecompressionStream !== "function") missing.push("DecompressionStream");
  if (!missing.length) return;
  addEventListener("DOMContentLoaded", () => {
    const words = document.createElement("p");
    words.className = "no-script";
    words.setAttribute("role", "alert");
    words.textContent = `This browser lacks ${missing.join(" and ")}, which the networks need. A current Chromium, Firefox or Safari has it.`;
    document.body.prepend(words);
  });
})();

// So that the site works without a network: its service worker, once the page itself has all it needs. A page in another
// page's iframe leaves nothing behind, and a site that is being worked on (`trunk serve`) has no release.
(() => {
  const { release } = document.documentElement.dataset;
  if (!release || self !== top) return;
  // Where it is denied or missing, the site works all the same, with a network.
  const keep = async () => {
    const registration = await navigator.serviceWorker.register(new URL("service-worker.js", document.baseURI), { updateViaCache: "none" });
    // This page is of the new release already, so the new worker need not wait for the next visit.
    const takeOver = () => registration.waiting?.postMessage({ takeOver: release });
    takeOver();
    registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", takeOver));
    // A browser looks for a new worker when it likes; this is the moment. Without a network there is none.
    if (registration.active) registration.update().catch(() => {});
    await navigator.serviceWorker.ready;
    // What came before the worker was there; and everything again for one that has just taken over.
    const tell = (entries) => registration.active?.postMessage({ keep: entries.map(({ name }) => name) });
    new PerformanceObserver((list) => tell(list.getEntries())).observe({ type: "resource", buffered: true });
    navigator.serviceWorker.addEventListener("controllerchange", () => tell(performance.getEntriesByType("resource")));
  };
  addEventListener("load", () => { keep().catch(() => {}); });
})();
