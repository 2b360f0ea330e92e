// Every pattern with a name has a link that reproduces it; what the page says of it is true, in numbers.
import { clean, expect, readout, test, until } from "../harness.mjs";

const SMALL = { "⁰": 0, "¹": 1, "²": 2, "³": 3, "⁴": 4, "⁵": 5, "⁶": 6, "⁷": 7, "⁸": 8, "⁹": 9, "⁻": "-" };

/** A number as figures write it: 0.0412, 1,500, 1.6 × 10⁻⁸. */
function read(text) {
  const [digits, power] = text.replaceAll(",", "").split(" × 10");
  return Number(power ? `${digits}e${[...power].map((digit) => SMALL[digit]).join("")}` : digits);
}
const NUMBER = "(-?[\\d.,]*\\d(?: × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?)";

/** First, last, least and largest value of a curve of the figure `curves`. */
function course(summary, name) {
  const found = new RegExp(`${name}: from ${NUMBER} to ${NUMBER}, between ${NUMBER} and ${NUMBER}`).exec(summary);
  expect(found, `The figure says: ${summary}`);
  const [first, last, least, most] = found.slice(1).map(read);
  return { first, last, least, most };
}

/** Opens an address with a step in it and waits until it is there, or stopped by a trouble. */
async function arrive(site, address) {
  const page = await site.open(address);
  const step = Number(/[?&]step=(\d+)/.exec(address)[1]);
  await until(`step ${step}`, async () => (await readout(page, "step")) >= step || page.locator(".bench .notice").count(), 90_000);
  expect(await page.locator("main > .notice").count() === 0, `The address has a problem: ${address}`);
  return page;
}

/** The words of a figure for those who do not see it, once they say what is waited for. */
async function words(page, id, wanted) {
  await page.locator(`figure#${id}`).scrollIntoViewIfNeeded();
  return until(`${wanted} in the words of ${id}`, async () => {
    const text = await page.locator(`#${id}-summary`).textContent();
    return wanted.test(text) && text;
  });
}

const curves = (page) => words(page, "curves", /training: from/);

/** The same run with other settings, for comparison. */
async function other(site, address, change) {
  const page = await arrive(site, change(address));
  return course(await curves(page), "training");
}

/** What must be seen after the link was followed; each returns what it found. */
const CLAIMS = {
  overfitting: async (page) => {
    const text = await curves(page);
    const [training, heldOut] = [course(text, "training"), course(text, "held out")];
    expect(training.last < 0.1 * training.first, `The training loss is ${training.last}.`);
    expect(heldOut.last > 3 * heldOut.least && heldOut.last > heldOut.first, `The held-out loss is ${heldOut.last}, at best ${heldOut.least}.`);
    return `training loss ${training.last}, held-out loss from ${heldOut.least} up to ${heldOut.last}`;
  },
  underfitting: async (page, site, address) => {
    const text = await curves(page);
    const [training, heldOut] = [course(text, "training"), course(text, "held out")];
    expect(training.last > 0.7 * training.first && heldOut.last > 0.7 * heldOut.first, `The losses are ${training.last} and ${heldOut.last}.`);
    const larger = await other(site, address, (one) => one.replace("hidden=1", "hidden=6"));
    expect(larger.last < training.last / 2, `A larger network comes to ${larger.last}.`);
    return `training loss ${training.last}, held-out loss ${heldOut.last}, with more units ${larger.last}`;
  },
  instability: async (page, site, address) => {
    const training = course(await curves(page), "training");
    expect(training.most > 1.1 * training.first, `The loss was ${training.first} and at most ${training.most}.`);
    const calm = await other(site, address, (one) => one.replace("rate=1&", "rate=0.05&"));
    expect(training.last > 2 * calm.last && calm.most < 1.1 * calm.first, `It ends at ${training.last}; with a twentieth of the rate at ${calm.last}.`);
    return `loss from ${training.first} up to ${training.most}, ends at ${training.last}, with a twentieth of the rate at ${calm.last}`;
  },
  vanishing: async (page) => {
    const text = await words(page, "gradients", /ratio of/);
    const ratio = read(new RegExp(`ratio of ${NUMBER}`).exec(text)[1]);
    expect(ratio < 1e-3, `The ratio is ${ratio}.`);
    expect((await readout(page, "accuracy")) < 0.6, "It has learned something.");
    return `first layer's gradient / last layer's ${ratio}`;
  },
  exploding: async (page) => {
    const said = await page.locator(".bench .notice p").innerText();
    expect(/step [1-9] the numbers .* grew beyond/.test(said), said);
    const text = await words(page, "gradients", /last one's/);
    const last = read(new RegExp(`last one's ${NUMBER}`).exec(text)[1]);
    expect(last > 1e6, `The last layer's gradient was ${last}.`);
    return `${said} The last layer's gradient was ${last}`;
  },
  "dead-units": async (page) => {
    // Which maps are dead is looked at now and then, not after every update.
    const [, maps, dead] = await until("more dead maps than others", async () => {
      const found = /C3: (\d+) maps of [^,;]*, (\d+) of them dead/.exec(await words(page, "maps", /C3:/));
      return found && Number(found[2]) > Number(found[1]) / 2 && found;
    });
    return `${dead} of ${maps} maps of C3 are dead`;
  },
};

test("every pattern with a name is reproduced by its link", async (site) => {
  const page = await site.open("techniques/");
  const rows = await page.locator("table").last().locator("tbody tr").evaluateAll((all) => all.map((row) => ({
    id: row.id, coming: row.querySelector(".coming") !== null, link: row.querySelector("a[data-pattern]")?.href,
  })));
  expect(rows.length === 8, `There are ${rows.length} patterns.`);
  clean(page);
  await site.tidy();
  const found = [];
  for (const { id, coming, link } of rows) {
    expect(link ? !coming && CLAIMS[id] : coming, `${id} neither has a link that is checked nor says that its lesson is coming.`);
    if (!link) continue;
    const address = `${link.slice(site.url.length)}&engine=cpu`;
    const shown = await arrive(site, address);
    found.push(`${id}: ${await CLAIMS[id](shown, site, address)}`);
    clean(shown);
    await site.tidy();
  }
  return `\n      ${found.join("\n      ")}`;
}, 300);

test("a pattern's link leads from the page of its technique into its lesson, with its settings", async (site) => {
  const page = await site.open("techniques/gradient-flow/?engine=cpu");
  await page.locator("a[data-pattern=vanishing]").click();
  await page.locator('main[data-lesson="mlp"]').waitFor();
  await until("600 steps", async () => (await readout(page, "step")) >= 600, 60_000);
  expect(/act=sigmoid/.test(page.url()), page.url());
  clean(page);
});

test("a technique's page leads to a figure at its place in a lesson, and stays there while drawings come", async (site) => {
  const page = await site.open("techniques/weight-histogram/?engine=cpu");
  await page.locator('main a[href$="/lessons/mlp#weights"]').click();
  await page.locator('main[data-lesson="mlp"]').waitFor();
  const place = () => page.locator("figure#weights").evaluate((figure) => figure.getBoundingClientRect().top / window.innerHeight);
  const inView = async () => Math.abs(await place()) < 0.5;
  await until("the figure", inView);
  await page.waitForTimeout(2500);
  expect(await inView(), `The figure's top lies at ${await place()} of the window.`);
  clean(page);
});
