// The reader's own picture: every way in, and a sentence for everything that is no picture. In the gallery, where no network
// is needed.
import { deflateSync } from "node:zlib";

import { clean, expect, launch, readout, Site, test, until } from "../harness.mjs";

// Left half red, right half blue, and a note that it is to be turned clockwise: upright it is red above and blue below.
const TURNED = Buffer.from(
  "/9j/4AAQSkZJRgABAQAAAQABAAD/4QAiRXhpZgAATU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/" +
  "2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCAAgAEADASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAAAAQF/8QAFBABAAAAAAAA" +
  "AAAAAAAAAAAAAP/EABYBAQEBAAAAAAAAAAAAAAAAAAAGBP/EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAMAwEAAhEDEQA/AMwBiUwACABZpMABeAjFYAAgAWaTAAf/2Q==", "base64");
const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><rect width="90" height="60" fill="#00aa00"/></svg>');

const crc = (bytes) => {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
};

/** A grey picture of one bit a pixel, half of it dark, as PNG. */
function png(width, height) {
  const chunk = (name, body) => {
    const bytes = Buffer.concat([Buffer.from(name), body]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(body.length);
    sum.writeUInt32BE(crc(bytes));
    return Buffer.concat([length, bytes, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 1;
  const line = 1 + Math.ceil(width / 8);
  const rows = Buffer.alloc(line * height);
  rows.fill(255, Math.floor(height / 2) * line);
  for (let row = 0; row < height; row += 1) rows[row * line] = 0;
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

const file = (name, buffer, mimeType = "image/jpeg") => ({ name, mimeType, buffer });
const chooser = (page) => page.locator('.photo-input input[type="file"]').first();
const notice = (page) => page.locator(".photo-input .notice").first();
const told = (page) => page.locator(".stack .drawing canvas").first().getAttribute("aria-label");

/** The gallery with its first sample in place. */
async function gallery(site, options = {}) {
  const page = await site.open("widgets/", options);
  await page.locator(".photo-input").first().scrollIntoViewIfNeeded();
  await until("the first sample", async () => /German shepherd: 384 × 288 pixels/.test((await told(page)) ?? ""));
  return page;
}

/** The colour of the shown picture at a share of its height, in the middle of its width. */
const color = (page, down) => page.locator(".stack .drawing canvas").first().evaluate((canvas, down) => {
  const [ratio, side] = [canvas.width / canvas.clientWidth, Math.min(canvas.clientWidth, 320)];
  return [...canvas.getContext("2d").getImageData(side * ratio * 0.5, side * ratio * down, 1, 1).data];
}, down);

test("own picture: a file is turned upright, shrunk, and shown; SVG and clear pictures too", async (site) => {
  const page = await gallery(site);
  await chooser(page).setInputFiles(file("turned.jpg", TURNED));
  await until("32 across, 64 down", async () => /turned.jpg: 32 × 64 pixels/.test(await told(page)));
  await page.waitForTimeout(300);
  const [above, below] = [await color(page, 0.25), await color(page, 0.75)];
  expect(above[0] > 150 && above[2] < 100 && below[2] > 150 && below[0] < 100, `above ${above}, below ${below}`);
  await chooser(page).setInputFiles(file("drawing.svg", SVG, "image/svg+xml"));
  await until("the drawing", async () => /drawing.svg: 90 × 60 pixels/.test(await told(page)));
  expect(await notice(page).count() === 0, "There is a complaint.");
  clean(page);
});

test("own picture: 100 megapixels are shrunk, or said to be too many", async (site) => {
  const page = await gallery(site);
  const start = Date.now();
  await chooser(page).setInputFiles(file("huge.png", png(10_000, 10_000), "image/png"));
  await until("an answer", async () => /huge.png: 384 × 384/.test(await told(page)) || (await notice(page).count()), 60_000);
  const words = (await notice(page).count()) ? await notice(page).innerText() : await told(page);
  expect(/384 × 384|save it smaller/.test(words), words);
  expect(await page.locator("#panic").count() === 0, "The page has stopped.");
  clean(page);
  return `${words.replaceAll("\n", " ")} after ${((Date.now() - start) / 1000).toFixed(1)} s`;
}, 120);

test("own picture: what is none is said in a sentence, and the picture before it stays", async (site) => {
  const page = await gallery(site);
  const bad = [
    [file("notes.jpg", Buffer.from("Dear diary, today I trained a network.")), /no picture that this browser can open/],
    [file("nothing.png", Buffer.alloc(0), "image/png"), /is empty/],
    [file("dot.png", png(1, 1), "image/png"), /1 × 1 pixels/],
    [file("strip.png", png(4000, 20), "image/png"), /4000 × 20 pixels/],
    [file("cut.jpg", TURNED.subarray(0, 30)), /no picture|too little|more than this browser/],
  ];
  const said = [];
  for (const [wrong, pattern] of bad) {
    await chooser(page).setInputFiles(wrong);
    await until(wrong.name, async () => (await notice(page).innerText().catch(() => "")).includes(wrong.name));
    const words = await notice(page).locator("p").innerText();
    expect(pattern.test(words), words);
    expect(await notice(page).getByRole("button").count() === 1, `${wrong.name}: there is not one thing to do.`);
    expect(/German shepherd/.test(await told(page)), `${wrong.name} has replaced the picture.`);
    said.push(words);
  }
  const [opened] = await Promise.all([page.waitForEvent("filechooser"), notice(page).getByRole("button").click()]);
  await opened.setFiles(file("turned.jpg", TURNED));
  await until("the next one", async () => /turned.jpg/.test(await told(page)));
  clean(page);
  return said.join(" | ");
});

test("own picture: paste and drop", async (site) => {
  const page = await gallery(site);
  const send = (kind, name, bytes) => page.locator(".photo-input").first().evaluate((target, { kind, name, bytes }) => {
    const data = new DataTransfer();
    if (bytes) data.items.add(new File([Uint8Array.from(bytes)], name, { type: "image/jpeg" }));
    else data.setData("text/plain", name);
    const event = kind === "paste"
      ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
      : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
    target.dispatchEvent(event);
  }, { kind, name, bytes });
  await send("paste", "pasted.jpg", [...TURNED]);
  await until("the pasted picture", async () => /pasted.jpg/.test(await told(page)));
  await send("paste", "only words");
  await until("a sentence", async () => /clipboard holds no picture/.test(await notice(page).innerText().catch(() => "")));
  await send("drop", "dropped.jpg", [...TURNED]);
  await until("the dropped picture", async () => /dropped.jpg/.test(await told(page)));
  await send("drop", "only words");
  await until("a sentence", async () => /is no file/.test(await notice(page).innerText().catch(() => "")));
  clean(page);
});

test("camera: frames come as fast as they are taken, and the light goes out", async (site) => {
  const browser = await launch(["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]);
  try {
    const own = new Site(browser, site.url, site.lessons, site.routes);
    const init = () => {
      const ask = MediaDevices.prototype.getUserMedia;
      MediaDevices.prototype.getUserMedia = async function (...wishes) {
        window.stream = await ask.apply(this, wishes);
        return window.stream;
      };
    };
    const page = await gallery(own, { init });
    const button = (name) => page.locator(".photo-input").getByRole("button", { name, exact: true });
    const ended = () => page.evaluate(() => window.stream.getTracks().every((track) => track.readyState === "ended"));
    await button("Use the camera").click();
    await until("a frame", async () => /The camera’s picture/.test(await told(page)));
    const rate = await until("a rate", () => readout(page, "frame-rate"));
    await page.locator("label.toggle").last().click();
    await page.waitForTimeout(400);
    await button("Stop the camera").click();
    await until("the camera's end", ended);
    expect(/The camera’s picture/.test(await told(page)), "Its last frame is gone.");
    await button("Use the camera").click();
    await until("it runs again", async () => !(await ended()));
    await page.evaluate(() => window.stream.getTracks()[0].dispatchEvent(new Event("ended")));
    await until("a sentence", async () => /camera was taken away/.test(await notice(page).innerText().catch(() => "")));
    await notice(page).getByRole("button").click();
    await until("it runs once more", async () => (await button("Stop the camera").count()) && !(await ended()));
    await page.evaluate(() => {
      Object.defineProperty(document, "hidden", { value: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    });
    await until("a hidden tab's camera is off", ended);
    clean(page);
    return `${rate} frames a second`;
  } finally {
    await browser.close();
  }
}, 120);

for (const [name, pattern] of [["NotAllowedError", /was not allowed/], ["NotFoundError", /There is no camera/], ["NotReadableError", /another program/]]) {
  test(`camera: ${name} gives a sentence and one thing to do`, async (site) => {
    const init = `MediaDevices.prototype.getUserMedia = () => Promise.reject(new DOMException("no", "${name}"));`;
    const page = await gallery(site, { init });
    await page.locator(".photo-input").getByRole("button", { name: "Use the camera", exact: true }).click();
    await until("a sentence", async () => pattern.test(await notice(page).innerText().catch(() => "")));
    expect(await notice(page).getByRole("button").count() === 1, "There is not one thing to do.");
    expect(await page.getByRole("button", { name: "Use the camera", exact: true }).count() === 1, "It seems to be on.");
    expect(/German shepherd/.test(await told(page)), "The picture is gone.");
    clean(page);
  });
}
