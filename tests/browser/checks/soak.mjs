// The minute's form of `cargo xtask soak`: what the page and its workers hold stays flat, whatever dies on the way.
import { expect, test } from "../harness.mjs";
import { soak, table } from "../soak.mjs";

test("memory stays flat while lessons train, are walked through, and lose their workers", async (site) => {
  const said = [];
  const rows = await soak(site, { seconds: 60, say: (words) => said.push(words) });
  const grown = rows.filter(({ isFlat }) => !isFlat);
  expect(grown.length === 0, `${table(grown)}\n${said.join("\n")}`);
  return `${rows.length} figures, ${said[0]}`;
}, 900);
