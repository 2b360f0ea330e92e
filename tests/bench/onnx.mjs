// ONNX models with our weights, for ONNX Runtime Web to run: written field by field, so that the bench needs no converter.
// The format: onnx.proto of ONNX 1.8 (opset 13).
import { readFileSync } from "node:fs";

/** A field's number and kind, then its content: 0 a whole number, 2 bytes, 5 four bytes. */
function varint(value) {
  const bytes = [];
  let rest = BigInt(value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}
const whole = (field, value) => Buffer.concat([varint(field << 3), varint(value)]);
const bytes = (field, content) => Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
const text = (field, value) => bytes(field, Buffer.from(value));
const message = (field, ...parts) => bytes(field, Buffer.concat(parts));

export const FLOAT = 1;
export const INT64 = 7;

/** A constant of single precision, or of whole numbers if they come in a BigInt64Array. */
export function tensor(name, shape, values) {
  const raw = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const kind = values instanceof BigInt64Array ? INT64 : FLOAT;
  return message(5, ...shape.map((extent) => whole(1, extent)), whole(2, kind), text(8, name), bytes(9, raw));
}

/** A list of whole numbers as a constant. */
export const numbers = (name, list) => tensor(name, [list.length], BigInt64Array.from(list, BigInt));

/** An operation; attributes are whole numbers, lists of them, or words. */
export function node(kind, inputs, outputs, attributes = {}) {
  const attribute = ([name, value]) => {
    if (typeof value === "string") return message(5, text(1, name), text(4, value), whole(20, 3));
    const list = Array.isArray(value);
    const content = list ? value.map((one) => whole(8, one)) : [whole(3, value)];
    return message(5, text(1, name), ...content, whole(20, list ? 7 : 2));
  };
  const ends = [...inputs.map((input) => text(1, input)), ...[outputs].flat().map((output) => text(2, output))];
  return message(1, ...ends, text(4, kind), ...Object.entries(attributes).map(attribute));
}

function value(field, name, shape, kind) {
  const extents = shape.map((extent) => message(1, whole(1, extent)));
  return message(field, text(1, name), message(2, message(1, whole(1, kind), message(2, ...extents))));
}

/** A whole model's bytes. `inputs` and `outputs` are lists of name, shape and, for other than floats, kind. */
export function model(name, nodes, constants, inputs, outputs) {
  const ends = [[11, inputs], [12, outputs]].flatMap(([field, list]) => list.map(([end, shape, kind = FLOAT]) => value(field, end, shape, kind)));
  const graph = message(7, ...nodes, text(2, name), ...constants, ...ends);
  return Buffer.concat([whole(1, 7), graph, message(8, text(1, ""), whole(2, 13))]);
}

/** Half precision to single. */
function single(half) {
  const [sign, exponent, fraction] = [half & 0x8000 ? -1 : 1, (half >> 10) & 31, half & 1023];
  if (exponent === 0) return (sign * fraction) / 2 ** 24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Name to shape and numbers. */
export function safetensors(path) {
  const file = readFileSync(path);
  const end = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, end).toString());
  return Object.fromEntries(Object.entries(header).filter(([name]) => name !== "__metadata__").map(([name, { shape, data_offsets: [from, to] }]) => {
    const values = new Float32Array((to - from) / 2);
    for (let place = 0; place < values.length; place += 1) values[place] = single(file.readUInt16LE(end + from + 2 * place));
    return [name, { shape, values }];
  }));
}
