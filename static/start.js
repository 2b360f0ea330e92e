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
