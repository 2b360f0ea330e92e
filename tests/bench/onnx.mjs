// EfficientNet-Lite0 with the shipped weights as an ONNX model, for ONNX Runtime Web to run: written field by field, so that
// the bench needs no converter. The format: onnx.proto of ONNX 1.8 (opset 13).
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

const FLOAT = 1;

function tensor(name, shape, values) {
  const raw = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return message(5, ...shape.map((extent) => whole(1, extent)), whole(2, FLOAT), text(8, name), bytes(9, raw));
}

function node(kind, inputs, output, attributes = {}) {
  const attribute = ([name, value]) => {
    const list = Array.isArray(value);
    const content = list ? value.map((one) => whole(8, one)) : [whole(3, value)];
    return message(5, text(1, name), ...content, whole(20, list ? 7 : 2));
  };
  return message(1, ...inputs.map((input) => text(1, input)), text(2, output), text(4, kind), ...Object.entries(attributes).map(attribute));
}

function value(field, name, shape) {
  const extents = shape.map((extent) => message(1, whole(1, extent)));
  return message(field, text(1, name), message(2, message(1, whole(1, FLOAT), message(2, ...extents))));
}

/** Half precision to single. */
function single(half) {
  const [sign, exponent, fraction] = [half & 0x8000 ? -1 : 1, (half >> 10) & 31, half & 1023];
  if (exponent === 0) return (sign * fraction) / 2 ** 24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Name to shape and numbers. */
function safetensors(path) {
  const file = readFileSync(path);
  const end = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, end).toString());
  return Object.fromEntries(Object.entries(header).filter(([name]) => name !== "__metadata__").map(([name, { shape, data_offsets: [from, to] }]) => {
    const values = new Float32Array((to - from) / 2);
    for (let place = 0; place < values.length; place += 1) values[place] = single(file.readUInt16LE(end + from + 2 * place));
    return [name, { shape, values }];
  }));
}

/** TensorFlow's margins of one axis: before and behind. */
function same(size, kernel, stride) {
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** The model's bytes: "picture" [1, 3, 224, 224] from 0 to 1 to "scores" [1, 1000]. `path` without ending. */
export function efficientnet(path) {
  const weights = safetensors(`${path}.safetensors`);
  const groups = readFileSync(`${path}.toml`, "utf8").matchAll(/stride = (\d+)\n(?:expansion|channels) = .*\n(?:expansion|channels) = .*\nrepeats = (\d+)/g);
  const strides = [...groups].flatMap(([, stride, repeats]) => [Number(stride), ...Array(repeats - 1).fill(1)]);
  const scalars = { scale: 255 / 128, shift: 127 / 128, zero: 0, six: 6 };
  const constants = Object.entries(scalars).map(([name, number]) => tensor(name, [], new Float32Array([number])));
  const tensors = Object.entries(weights).map(([name, { shape, values }]) => tensor(name, shape, values));
  const nodes = [];
  let [side, made] = [224, 0];
  const put = (kind, inputs, attributes) => {
    made += 1;
    nodes.push(node(kind, inputs, `x${made}`, attributes));
    return `x${made}`;
  };
  const convolution = (name, input, { stride = 1, group = 1, bend = true } = {}) => {
    const kernel = weights[`${name}.weight`].shape[2];
    const [before, behind] = same(side, kernel, stride);
    side = Math.ceil(side / stride);
    const sums = put("Conv", [input, `${name}.weight`, `${name}.bias`], {
      kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [before, before, behind, behind], group,
    });
    return bend ? put("Clip", [sums, "zero", "six"]) : sums;
  };
  let x = convolution("stem", put("Sub", [put("Mul", ["picture", "scale"]), "shift"]), { stride: 2 });
  let channels = weights["stem.bias"].shape[0];
  strides.forEach((stride, block) => {
    const name = `blocks.${block}`;
    const wide = weights[`${name}.expand.weight`] ? convolution(`${name}.expand`, x) : x;
    const seen = convolution(`${name}.depthwise`, wide, { stride, group: weights[`${name}.depthwise.bias`].shape[0] });
    const y = convolution(`${name}.project`, seen, { bend: false });
    const outputs = weights[`${name}.project.bias`].shape[0];
    x = stride === 1 && outputs === channels ? put("Add", [y, x]) : y;
    channels = outputs;
  });
  const means = put("Flatten", [put("GlobalAveragePool", [convolution("head", x)])], { axis: 1 });
  nodes.push(node("Gemm", [means, "classes.weight", "classes.bias"], "scores"));
  const classes = weights["classes.bias"].shape[0];
  const ends = [value(11, "picture", [1, 3, 224, 224]), value(12, "scores", [1, classes])];
  const graph = message(7, ...nodes, text(2, "EfficientNet-Lite0"), ...constants, ...tensors, ...ends);
  return Buffer.concat([whole(1, 7), graph, message(8, text(1, ""), whole(2, 13))]);
}
