// The search: from the keyboard and on a phone, with every answer leading somewhere.
import { clean, expect, test, until } from "../harness.mjs";

const field = (page) => page.getByRole("combobox", { name: /^Search/ });
const options = (page) => page.getByRole("option").allInnerTexts();

test("the search is worked from the keyboard: /, arrows, Enter, Escape", async (site) => {
  for (const url of [site.url, site.below]) {
    const page = await site.open("about/", { url });
    await page.evaluate(() => { window.kept = true; });
    await page.keyboard.press("/");
    await until("the focus in the field", async () => field(page).evaluate((one) => one === document.activeElement));
    await page.keyboard.type("per");
    await until("an answer", async () => /Perceptron/.test((await options(page))[0] ?? ""));
    expect(await field(page).getAttribute("aria-expanded") === "true", "The list is not said to be open.");
    const first = await field(page).getAttribute("aria-activedescendant");
    await page.keyboard.press("ArrowDown");
    await until("the next one", async () => (await field(page).getAttribute("aria-activedescendant")) !== first);
    await page.keyboard.press("ArrowUp");
    await until("the first again", async () => (await field(page).getAttribute("aria-activedescendant")) === first);
    await page.keyboard.press("Escape");
    await until("a closed list", async () => (await field(page).getAttribute("aria-expanded")) === "false");
    await page.keyboard.press("ArrowDown");
    await until("the list again", async () => (await options(page)).length > 0);
    await page.keyboard.press("Enter");
    await page.waitForSelector('main[data-lesson="perceptron"]');
    expect(page.url().startsWith(url) && (await page.evaluate(() => window.kept)), `It went to ${page.url()}, or loaded anew.`);
    clean(page);
    await site.tidy();
  }
});

test("a word is found in the glossary, and the glossary leads to its figure", async (site) => {
  const page = await site.open("");
  await field(page).fill("receptive field");
  await until("an answer", async () => /receptive field/.test((await options(page))[0] ?? ""));
  await page.getByRole("option").first().click();
  await page.waitForSelector("#receptive-field");
  expect(/glossary#receptive-field$/.test(page.url()), page.url());
  await until("the word in view", async () => page.locator("#receptive-field").evaluate((one) => {
    const { top, bottom } = one.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  }));
  await page.locator("#receptive-field").getByRole("link").click();
  await page.waitForSelector('main[data-lesson="lenet"] figure#window');
  clean(page);
});

test("what is not there is said in one sentence", async (site) => {
  const page = await site.open("");
  await field(page).fill("qqqqq");
  await page.getByText("Nothing here has that name.").waitFor();
  expect((await options(page)).length === 0, "Something is found all the same.");
  clean(page);
});

test("on a phone a button opens the search", async (site) => {
  const page = await site.open("techniques/", { viewport: { width: 390, height: 800 }, hasTouch: true });
  expect(!(await field(page).isVisible()), "The field is there without its button.");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await until("the field", async () => field(page).isVisible());
  await page.keyboard.type("attention");
  await until("answers", async () => (await options(page)).length > 1);
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(excess <= 0, `${excess} px too wide.`);
  await page.getByRole("option").first().click();
  await until("another page", async () => !/techniques\/$/.test(page.url()));
  clean(page);
});

test("every word of the glossary is seen in a figure that is there, or in a lesson to come", async (site) => {
  const page = await site.open("glossary/");
  await until("the words", async () => (await page.locator(".glossary dt").count()) > 50);
  const links = await page.locator(".glossary a").evaluateAll((all) => all.map((one) => one.href));
  const bare = links.filter((link) => !link.includes("#"));
  const built = site.lessons.map(({ slug }) => slug);
  expect(links.every((link) => built.some((slug) => link.includes(`/lessons/${slug}`))), links.join(" "));
  clean(page);
  return `${links.length} links, ${bare.length} of them to a whole lesson`;
});
