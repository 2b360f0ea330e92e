// Runs every browser test over a built site: node tests/browser/run.mjs DIST [part of a test's name]
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { launch, runAll, Site } from "./harness.mjs";
import { findRoutes } from "./routes.mjs";
import { serve } from "./server.mjs";

import "./checks/pages.mjs";
import "./checks/lessons.mjs";
import "./checks/experiments.mjs";
import "./checks/drawing.mjs";
import "./checks/recovery.mjs";
import "./checks/instruments.mjs";
import "./checks/trouble.mjs";
import "./checks/twins.mjs";
import "./checks/transformer.mjs";
import "./checks/vae.mjs";
import "./checks/ddpm_pictures.mjs";
import "./checks/ddpm_points.mjs";
import "./checks/photographs.mjs";
import "./checks/alexnet.mjs";
import "./checks/looks.mjs";
import "./checks/embed.mjs";
import "./checks/about.mjs";
import "./checks/search.mjs";
import "./checks/patterns.mjs";
import "./checks/cancel.mjs";
import "./checks/offline.mjs";
import "./checks/soak.mjs";

const [dist, filter = ""] = process.argv.slice(2);
const lessons = JSON.parse(await readFile(join(dist, "lessons.json"), "utf8"));
const [root, below, browser] = await Promise.all([serve(dist), serve(dist, "/some/path/"), launch()]);
const site = new Site(browser, root.url, lessons, await findRoutes(dist));
site.below = below.url;
site.dist = dist;
const { passed, failed } = await runAll(site, filter);
await browser.close();
root.close();
below.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
