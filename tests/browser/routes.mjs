// Every page of a built site: wherever there is an index.html.
import { readdir } from "node:fs/promises";

export async function findRoutes(dist) {
  const files = await readdir(dist, { recursive: true });
  return files
    .filter((file) => /(^|\/)index\.html$/.test(file) && !file.startsWith("static/"))
    .map((file) => file.replace(/index\.html$/, ""))
    .sort((one, other) => one.length - other.length || one.localeCompare(other));
}
