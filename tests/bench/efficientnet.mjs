// EfficientNet-Lite0 with the shipped weights as an ONNX model.
import { readFileSync } from "node:fs";

import { model, node, safetensors, tensor } from "./onnx.mjs";

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
  return model("EfficientNet-Lite0", nodes, [...constants, ...tensors], [["picture", [1, 3, 224, 224]]], [["scores", [1, classes]]]);
}
