// Serves a built site below any path, as a plain static host does: a folder's index.html behind a redirect to its slash,
// 404.html for everything that is not there.
import { createServer } from "node:http";
import { readFile, stat } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8", ".wasm": "application/wasm", ".svg": "image/svg+xml", ".json": "application/json",
  ".webmanifest": "application/manifest+json", ".woff2": "font/woff2", ".png": "image/png", ".jpg": "image/jpeg", ".csv": "text/csv; charset=utf-8",
  ".rs": "text/plain; charset=utf-8", ".toml": "text/plain; charset=utf-8", ".md": "text/plain; charset=utf-8",
};

/** Starts a server for `folder` at `prefix` (which begins and ends with a slash); `mounts` adds folders by name. */
export async function serve(folder, prefix = "/", mounts = {}) {
  const send = async (response, status, file, method) => {
    const body = await readFile(file);
    response.writeHead(status, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-length": body.length,
      "cache-control": "no-cache",
    });
    response.end(method === "HEAD" ? undefined : body);
  };
  const server = createServer({ maxHeaderSize: 1 << 20 }, async (request, response) => {
    try {
      const path = decodeURIComponent(request.url.split("?")[0]);
      if (!path.startsWith(prefix)) {
        response.writeHead(404).end("Nothing here.");
        return;
      }
      const inside = normalize(path.slice(prefix.length));
      const [first, ...rest] = inside.split("/");
      const root = mounts[first];
      const file = root ? join(root, ...rest) : join(folder, inside);
      if (inside.startsWith("..")) throw new Error("outside");
      const found = await stat(file).catch(() => null);
      if (found?.isDirectory()) {
        if (!path.endsWith("/")) {
          response.writeHead(301, { location: `${path}/${request.url.slice(path.length)}` }).end();
          return;
        }
        await send(response, 200, join(file, "index.html"), request.method);
      } else if (found) {
        await send(response, 200, file, request.method);
      } else {
        await send(response, 404, join(folder, "404.html"), request.method);
      }
    } catch {
      response.writeHead(404).end("Nothing here.");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://localhost:${server.address().port}${prefix}`, close: () => server.close() };
}
