// Serves a built site below any path, as a plain static host does: a folder's index.html behind a redirect to its slash,
// parts of a file to whoever asks for a part, 404.html for everything that is not there. On request it misbehaves.
import { createServer } from "node:http";
import { readFile, stat } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8", ".wasm": "application/wasm", ".svg": "image/svg+xml", ".json": "application/json",
  ".webmanifest": "application/manifest+json", ".woff2": "font/woff2", ".png": "image/png", ".jpg": "image/jpeg", ".csv": "text/csv; charset=utf-8",
  ".rs": "text/plain; charset=utf-8", ".toml": "text/plain; charset=utf-8", ".md": "text/plain; charset=utf-8", ".txt": "text/plain; charset=utf-8",
};

/**
 * Starts a server for `folder` at `prefix` (which begins and ends with a slash); `mounts` adds folders by name. What it
 * returns can be changed while it runs: `folder`; `down`, whether it hangs up on everybody; `ranges`, whether it knows how
 * to send a part; `cut(path, size)`, after how many bytes it hangs up on this answer, or nothing; `slow(path)`, how many bytes
 * a second this answer has, or nothing. `asked` lists what it was asked for, `gone` the answers that were not waited for.
 */
export async function serve(folder, prefix = "/", mounts = {}) {
  const state = { folder, down: false, ranges: true, cut: () => undefined, slow: () => undefined, asked: [], gone: [] };
  const send = async (request, response, status, file) => {
    const body = await readFile(file);
    const { mtimeMs } = await stat(file);
    const etag = `"${body.length.toString(36)}-${Math.round(mtimeMs).toString(36)}"`;
    const headers = { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "cache-control": "no-cache", etag };
    const part = state.ranges && status === 200 ? /^bytes=(\d+)-$/.exec(request.headers.range ?? "") : null;
    const same = (request.headers["if-range"] ?? etag) === etag;
    const from = part && same ? Number(part[1]) : 0;
    if (from >= body.length && from > 0) {
      response.writeHead(416, { "content-range": `bytes */${body.length}` }).end();
      return;
    }
    if (from > 0) headers["content-range"] = `bytes ${from}-${body.length - 1}/${body.length}`;
    response.writeHead(from > 0 ? 206 : status, { ...headers, "content-length": body.length - from });
    const end = state.cut(request.url, body.length);
    const rate = state.slow(request.url);
    if (rate && request.method !== "HEAD") {
      response.on("close", () => { if (!response.writableFinished) state.gone.push(request.url); });
      // Ten pieces a second; whoever hangs up gets no more.
      for (let place = from; place < body.length && !response.destroyed; place += rate / 10) {
        response.write(body.subarray(place, Math.min(body.length, place + rate / 10)));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      response.end();
      return;
    }
    if (end === undefined || request.method === "HEAD") {
      response.end(request.method === "HEAD" ? undefined : body.subarray(from));
    } else {
      response.write(body.subarray(from, Math.max(from, end)), () => setTimeout(() => response.destroy(), 100));
    }
  };
  const server = createServer({ maxHeaderSize: 1 << 20 }, async (request, response) => {
    try {
      if (state.down) {
        request.socket.destroy();
        return;
      }
      state.asked.push({ url: request.url, range: request.headers.range });
      const path = decodeURIComponent(request.url.split("?")[0]);
      if (!path.startsWith(prefix)) {
        response.writeHead(404).end("Nothing here.");
        return;
      }
      const inside = normalize(path.slice(prefix.length));
      const [first, ...rest] = inside.split("/");
      const root = mounts[first];
      const file = root ? join(root, ...rest) : join(state.folder, inside);
      if (inside.startsWith("..")) throw new Error("outside");
      const found = await stat(file).catch(() => null);
      if (found?.isDirectory()) {
        if (!path.endsWith("/")) {
          response.writeHead(301, { location: `${path}/${request.url.slice(path.length)}` }).end();
          return;
        }
        await send(request, response, 200, join(file, "index.html"));
      } else if (found) {
        await send(request, response, 200, file);
      } else {
        await send(request, response, 404, join(state.folder, "404.html"));
      }
    } catch {
      if (!response.headersSent) response.writeHead(404).end("Nothing here.");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(state, { url: `http://localhost:${server.address().port}${prefix}`, close: () => server.close() });
}
