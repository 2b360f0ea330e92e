// One figure in the iframe of another page, controls that a class does without, and the page that says how.
import { clean, expect, press, readout, test, until } from "../harness.mjs";

/** What of the page's main part is seen. */
const seen = (page) => page.evaluate(() => ({
  figures: [...document.querySelectorAll("main figure[id]")].filter((one) => one.checkVisibility()).map((one) => one.id),
  others: [...document.querySelectorAll("header.title, nav.line, nav.top, .foot, .stage-mark, .stage > p, .experiment, .scrub, .formula")]
    .filter((one) => one.checkVisibility()).length,
}));

test("?embed= shows one figure of each lesson alone, which trains, below any path", async (site) => {
  const figures = { perceptron: "boundary", adaline: "boundary", mlp: "hidden-units", hopfield: "recall", lenet: "curves", vae: "curves" };
  for (const url of [site.url, site.below]) {
    for (const { slug } of site.lessons.filter(({ slug }) => figures[slug])) {
      const page = await site.open(`lessons/${slug}/?engine=cpu&seed=7&embed=${figures[slug]}`, { url, viewport: { width: 640, height: 560 } });
      await until(`${figures[slug]} of ${slug}`, async () => (await seen(page)).figures.join() === figures[slug]);
      expect((await seen(page)).others === 0, `${slug} shows other parts of the page.`);
      await press(page, "Step");
      await until(`one step of ${slug}`, async () => (await readout(page, "step")) >= 1);
      await until(`${figures[slug]} of ${slug} is drawn`, async () => (await page.locator(`figure#${figures[slug]}`).getAttribute("data-state")) === "ready");
      const link = page.getByRole("link", { name: /^From Scratch to Scale: / });
      await link.hover();
      const href = await until("the step in the link", async () => {
        const href = await link.evaluate((one) => one.href);
        return /step=\d/.test(href) && href;
      });
      expect(href.startsWith(`${url}lessons/${slug}`) && /seed=7/.test(href) && !/embed=/.test(href), href);
      expect(await link.getAttribute("target") === "_blank", "The link opens in the frame.");
      clean(page);
      await site.tidy();
    }
  }
}, 240);

test("settings in an embedded figure's address hold, and stay when they change", async (site) => {
  const page = await site.open("lessons/mlp/?engine=cpu&data=circles&seed=7&step=30&embed=boundary");
  await until("step 30", async () => (await readout(page, "step")) === 30);
  expect(/embed=boundary/.test(page.url()), page.url());
  clean(page);
});

test("a figure that is not there gives a sentence and the way to the lesson", async (site) => {
  const page = await site.open("lessons/mlp/?engine=cpu&embed=%3Cb%3Enothing");
  await page.getByText(/has no figure named “<b>nothing”/).waitFor();
  expect(await page.getByRole("link", { name: /^From Scratch/ }).isVisible(), "There is no link.");
  expect((await seen(page)).figures.length === 0, "A figure is shown.");
  clean(page);
});

test("the pad comes with the figure that it belongs to", async (site) => {
  const page = await site.open("lessons/lenet/?engine=cpu&embed=answer");
  await until("the pad", async () => page.locator(".pad-card").first().isVisible());
  clean(page);
});

test("?teach= hides what it names, and the keys that do the same; strange words are named", async (site) => {
  const page = await site.open("lessons/mlp/?engine=cpu&teach=rate,seed,reset,link,machine,data,cheese");
  await page.getByText(/“cheese” is the name of no control/).waitFor();
  await press(page, "Settings");
  const labels = (await page.locator(".bench-settings").innerText()).replaceAll("\n", " ");
  expect(!/Learning rate|Seed/.test(labels) && /Batch size/.test(labels), labels);
  for (const name of ["Reset", "Copy link"]) {
    expect(await page.locator(".bench").getByRole("button", { name, exact: true }).count() === 0, `${name} is there.`);
  }
  expect(!(await page.locator(".scrub").isVisible()), "The time machine is there.");
  expect(await page.getByText("What to learn", { exact: true }).count() === 0, "The choice of data is there.");
  await press(page, "Step");
  await until("one step", async () => (await readout(page, "step")) === 1);
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("r");
  await page.waitForTimeout(500);
  expect((await readout(page, "step")) === 1, "R resets all the same.");
  clean(page);
});

test("a figure is copied as an iframe that shows it", async (site) => {
  const page = await site.open("lessons/perceptron/?engine=cpu&seed=3", { permissions: ["clipboard-read", "clipboard-write"] });
  await press(page, "Step");
  await until("one step", async () => (await readout(page, "step")) >= 1);
  await page.locator("figure#boundary").getByRole("button", { name: "Save" }).click();
  await page.getByRole("menuitem", { name: "Copy iframe" }).click();
  await page.getByText("Paste the iframe into your page").first().waitFor();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  const source = text.match(/src="([^"]*)"/)?.[1].replaceAll("&amp;", "&") ?? "";
  expect(source.startsWith(`${site.url}lessons/perceptron`) && /seed=3/.test(source) && /embed=boundary/.test(source), text);
  clean(page);
  return text;
});

/** Waits until the page's frame is as tall as what it shows, and returns how tall that is. */
const fits = (page) => until("a frame as tall as its figure", () => page.locator("iframe.embedded").evaluate((frame) => {
  const inner = frame.contentDocument.querySelector("main.alone figure[data-embed=figure]") && frame.contentDocument.body.offsetHeight;
  return Math.abs(inner - frame.clientHeight) <= 1 && frame.clientHeight;
}));

test("a technique's page shows its figure alive, as tall as it is, with the way into its lesson", async (site) => {
  const shown = [];
  for (const route of site.routes.filter((route) => /^techniques\/./.test(route))) {
    const page = await site.open(route);
    if (await page.locator("iframe.embedded").count()) {
      const figure = page.frameLocator("iframe.embedded").locator("main.alone figure[data-embed=figure]");
      await until(`the figure of ${route}`, async () => (await figure.count()) && (await figure.getAttribute("data-state")) === "ready");
      await fits(page);
      // What is shown after some steps has taken them.
      const steps = Number(/[?&]step=(\d+)/.exec(await page.locator("iframe.embedded").getAttribute("src"))?.[1] ?? 0);
      const taken = page.frameLocator("iframe.embedded").locator('[data-readout="step"]').first();
      if (steps && steps <= 400) await until(`step ${steps} of ${route}`, async () => Number(await taken.textContent()) === steps);
      const id = await figure.getAttribute("id");
      const link = await page.locator(".embedded-from a").getAttribute("href");
      expect(link.startsWith(`${site.url}lessons/`) && link.endsWith(`#${id}`), `${route} leads to ${link}.`);
      shown.push(route.split("/")[1]);
    }
    clean(page);
    await site.tidy();
  }
  for (const wanted of ["decision-boundary", "grad-cam", "loss-landscape", "roc-pr", "embedding-projection"]) expect(shown.includes(wanted), `${wanted} shows no figure.`);
  return shown.join(", ");
}, 240);

test("the page for teachers shows a living figure and what each lesson understands", async (site) => {
  const page = await site.open("teachers/");
  await page.getByRole("heading", { name: "For teachers" }).waitFor();
  const frame = page.frameLocator("iframe.embedded");
  await page.locator("iframe.embedded").scrollIntoViewIfNeeded();
  await frame.locator(".bench").getByRole("button", { name: "Step", exact: true }).click();
  await until("one step", async () => Number(await frame.locator('[data-readout="step"]').textContent()) >= 1);
  // The text that is offered has the height that the figure took.
  const tall = await fits(page);
  await until("the height in the text", async () => (await page.locator("pre.citation").first().innerText()).includes(`height="${tall}"`));
  const understood = page.locator("details.understood");
  expect(await understood.count() === site.lessons.length, `${await understood.count()} lessons are described.`);
  for (const { slug } of site.lessons) {
    expect(/seed/.test(await page.locator(`details#${slug}`).textContent()), `${slug} understands no seed.`);
  }
  clean(page);
});
