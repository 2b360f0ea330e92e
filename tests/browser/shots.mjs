// Pictures of every page for the eye: node tests/browser/shots.mjs DIST OUT [part of a path]
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { launch, press, readout, Site, until } from "./harness.mjs";
import { findRoutes } from "./routes.mjs";
import { serve } from "./server.mjs";

const [dist, out, filter = ""] = process.argv.slice(2);
await mkdir(out, { recursive: true });
const lessons = JSON.parse(await readFile(join(dist, "lessons.json"), "utf8"));
const [server, browser] = await Promise.all([serve(dist), launch()]);
const site = new Site(browser, server.url, lessons, await findRoutes(dist));
// One technique stands for all of them.
const routes = site.routes.filter((route) => !/^techniques\/./.test(route) || route === "techniques/decision-boundary/");
for (const route of routes.filter((one) => one.includes(filter))) {
  for (const width of [1280, 390]) {
    for (const colorScheme of ["light", "dark"]) {
      const page = await site.open(`${route}?engine=cpu`, { viewport: { width, height: 900 }, colorScheme, deviceScaleFactor: 1 });
      if (site.learners.some(({ slug }) => route === `lessons/${slug}/`)) {
        await press(page, "Train");
        await until("250 steps", async () => (await readout(page, "step")) > 250, 5_000).catch(() => {});
      }
      // Figures are drawn when they come into view, so every part is visited once.
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      for (let top = 0; top < height; top += 700) {
        await page.evaluate((to) => window.scrollTo({ top: to, behavior: "instant" }), top);
        await page.waitForTimeout(150);
      }
      await page.evaluate(() => window.scrollTo({ top: 0, behavior: "instant" }));
      await page.waitForTimeout(300);
      const name = `${route.replaceAll("/", "-").replace(/-$/, "") || "home"}-${width}-${colorScheme}.png`;
      await page.screenshot({ path: join(out, name), fullPage: true });
      console.log(`${join(out, name)}${page.problems.length ? `  ${page.problems.length} problems: ${page.problems[0]}` : ""}`);
      await site.tidy();
    }
  }
}
await browser.close();
server.close();
