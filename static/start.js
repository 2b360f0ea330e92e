// Before anything is painted: the theme that was chosen, and whether only a figure will be shown; and, before anything is downloaded that could not run, one sentence
// about what the browser lacks, or that the download failed.
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
  // Puts one sentence above the page as soon as there is one, with a button or without; gives back what takes it away.
  const say = (sentence, button) => {
    const words = document.createElement("p");
    words.className = "no-script";
    words.setAttribute("role", "alert");
    words.append(sentence, ...(button ? [" ", button] : []));
    const put = () => document.body.prepend(words);
    if (document.body) put();
    else addEventListener("DOMContentLoaded", put);
    return () => {
      removeEventListener("DOMContentLoaded", put);
      words.remove();
    };
  };
  if (missing.length) {
    say(`This browser lacks ${missing.join(" and ")}, which the networks need. A current Chromium, Firefox or Safari has it.`);
    return;
  }
  // Until the program has started: that a file of it did not come, or takes long. A download that only is slow may still
  // arrive; then the sentence goes.
  const PATIENCE = 20_000;
  let takeAway = () => {};
  const tell = (sentence) => {
    takeAway();
    const anew = document.createElement("button");
    anew.type = "button";
    anew.textContent = "Load anew";
    anew.addEventListener("click", () => location.reload());
    takeAway = say(sentence, anew);
  };
  const fail = ({ target }) => {
    // A picture or a style sheet is no program, and a program that stopped by itself has said so.
    if ((target !== window && target?.type !== "module") || document.getElementById("panic")) return;
    clearTimeout(late);
    tell("The program of this page could not be fetched; is there a network?");
  };
  const late = setTimeout(() => tell(`The program of this page has not come in ${PATIENCE / 1000} seconds; is there a network?`), PATIENCE);
  const root = document.documentElement;
  const watch = new MutationObserver(() => {
    if (root.dataset.app !== "ready") return;
    watch.disconnect();
    clearTimeout(late);
    removeEventListener("error", fail, true);
    removeEventListener("unhandledrejection", fail);
    takeAway();
  });
  watch.observe(root, { attributeFilter: ["data-app"] });
  addEventListener("error", fail, true);
  addEventListener("unhandledrejection", fail);
})();

// So that the site works without a network: its service worker, once the page itself has all it needs. A page in the iframe
// of another origin leaves nothing behind, and a site that is being worked on (`trunk serve`) has no release.
(() => {
  const { release } = document.documentElement.dataset;
  const isOurs = () => {
    try {
      return top.location.origin === location.origin;
    } catch {
      return false;
    }
  };
  if (!release || !isOurs()) return;
  const register = async () => {
    const registration = await navigator.serviceWorker.register(new URL("service-worker.js", document.baseURI), { updateViaCache: "none" });
    // This page is of the new release already, so the new worker need not wait for the next visit.
    const takeOver = () => registration.waiting?.postMessage({ takeOver: release });
    takeOver();
    registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", takeOver));
    // A browser looks for a new worker when it likes; this is the moment. Without a network there is none.
    if (registration.active) registration.update().catch(() => {});
  };
  // Where it is denied or missing, the site works all the same, with a network.
  const keep = async () => {
    // The page around a figure has registered it, or nobody has.
    if (self === top) await register();
    const registration = await navigator.serviceWorker.ready;
    // What came before the worker was there; and everything again for one that has just taken over.
    const tell = (entries) => registration.active?.postMessage({ keep: entries.map(({ name }) => name) });
    new PerformanceObserver((list) => tell(list.getEntries())).observe({ type: "resource", buffered: true });
    navigator.serviceWorker.addEventListener("controllerchange", () => tell(performance.getEntriesByType("resource")));
  };
  addEventListener("load", () => { keep().catch(() => {}); });
})();
