// Every one-click experiment of every lesson runs to its verdict, which holds measured numbers.
import { clean, expect, test, until } from "../harness.mjs";

test("every experiment ends with a verdict in numbers", async (site) => {
  const findings = [];
  for (const { slug, experiments } of site.lessons) {
    for (const id of experiments) {
      const page = await site.open(`lessons/${slug}/?engine=cpu`);
      const verdict = page.locator(`[data-verdict="${id}"]`);
      expect((await verdict.textContent()) === "", `${slug}/${id}: the verdict is there before the run.`);
      const start = Date.now();
      await page.locator(`button[data-experiment="${id}"]`).click();
      const words = await until(`the verdict of ${slug}/${id}`, () => verdict.textContent(), 240_000);
      expect(/\d/.test(words) && !/NaN|inf/.test(words), `${slug}/${id}: “${words}”`);
      // Its figure stands below it now, on a page of any width.
      for (const width of [360, 900, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(wide <= 0, `${slug}/${id}: the page is ${wide} px too wide at ${width}.`);
      }
      findings.push(`${slug}/${id} in ${((Date.now() - start) / 1000).toFixed(0)} s: ${words}`);
      clean(page);
      await site.tidy();
    }
  }
  return `\n      ${findings.join("\n      ")}`;
}, 1200);
