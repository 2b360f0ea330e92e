// The U-Net of the DDPM lesson with the shipped weights as an ONNX model: one step from noise towards a picture.
import { model, INT64, node, numbers, safetensors, tensor } from "./onnx.mjs";

const GROUPS = 8;

/** The model's bytes: "picture" [1, 1, side, side] from -1 to 1, "time" [1, 1] and "class" [1] to "v". `path` without ending. */
export function unet(path, side) {
  const weights = safetensors(`${path}.safetensors`);
  const [nodes, constants, known] = [[], [], new Set()];
  let made = 0;
  const put = (kind, inputs, attributes) => {
    made += 1;
    nodes.push(node(kind, inputs, `x${made}`, attributes));
    return `x${made}`;
  };
  const keep = (name, write) => {
    if (!known.has(name)) constants.push(write(name));
    known.add(name);
    return name;
  };
  const weight = (name, shape = weights[name].shape) => keep(name, () => tensor(name, shape, weights[name].values));
  const list = (...entries) => keep(`list ${entries}`, (name) => numbers(name, entries));
  const number = (entry) => keep(`number ${entry}`, (name) => tensor(name, [], new Float32Array([entry])));
  const reshape = (x, ...shape) => put("Reshape", [x, list(...shape)]);
  const silu = (x) => put("Mul", [x, put("Sigmoid", [x])]);
  const units = (name, x) => put("Gemm", [x, weight(`${name}.weight`), weight(`${name}.bias`)]);
  const convolution = (name, x, stride = 1) => {
    const kernel = weights[`${name}.weight`].shape[2];
    const margin = (kernel - 1) / 2;
    return put("Conv", [x, weight(`${name}.weight`), weight(`${name}.bias`)], {
      kernel_shape: [kernel, kernel], strides: [stride, stride], pads: Array(4).fill(margin), group: 1,
    });
  };
  const ones = keep("ones", (name) => tensor(name, [GROUPS], new Float32Array(GROUPS).fill(1)));
  const zeros = keep("zeros", (name) => tensor(name, [GROUPS], new Float32Array(GROUPS)));
  const norm = (name, x, size) => {
    const [maps] = weights[`${name}.bias`].shape;
    const parts = put("InstanceNormalization", [reshape(x, 1, GROUPS, -1), ones, zeros]);
    const scaled = put("Mul", [reshape(parts, 1, maps, size, size), weight(`${name}.weight`, [maps, 1, 1])]);
    return put("Add", [scaled, weight(`${name}.bias`, [maps, 1, 1])]);
  };
  const block = (name, x, e, size) => {
    const inner = convolution(`${name}.conv1`, silu(norm(`${name}.norm1`, x, size)));
    const [maps] = weights[`${name}.conv2.bias`].shape;
    made += 2;
    const [scale, shift] = [`x${made - 1}`, `x${made}`];
    nodes.push(node("Split", [reshape(units(`${name}.embed`, e), 1, 2 * maps, 1, 1), list(maps, maps)], [scale, shift], { axis: 1 }));
    const steered = put("Add", [put("Mul", [norm(`${name}.norm2`, inner, size), put("Add", [scale, number(1)])]), shift]);
    const y = convolution(`${name}.conv2`, silu(steered));
    return put("Add", [y, weights[`${name}.skip.weight`] ? convolution(`${name}.skip`, x) : x]);
  };
  const attention = (name, x, size) => {
    const [maps] = weights[`${name}.query.bias`].shape;
    const h = norm(`${name}.norm`, x, size);
    const [query, key, mine] = ["query", "key", "value"].map((part) => reshape(convolution(`${name}.${part}`, h), 1, maps, size * size));
    const asked = put("Mul", [put("Transpose", [query], { perm: [0, 2, 1] }), number(1 / Math.sqrt(maps))]);
    const shares = put("Softmax", [put("MatMul", [asked, key])], { axis: 2 });
    const mixed = put("MatMul", [mine, put("Transpose", [shares], { perm: [0, 2, 1] })]);
    return put("Add", [x, convolution(`${name}.output`, reshape(mixed, 1, maps, size, size))]);
  };
  const beside = (x, other) => put("Concat", [x, other], { axis: 1 });

  const width = weights["time1.bias"].shape[0];
  const rates = Float32Array.from({ length: width / 2 }, (_, k) => 10_000 ** (-2 * k / width));
  const angles = put("Mul", ["time", keep("rates", (name) => tensor(name, [1, width / 2], rates))]);
  const waves = put("Concat", [put("Sin", [angles]), put("Cos", [angles])], { axis: 1 });
  const told = units("time2", silu(units("time1", waves)));
  const e = silu(put("Add", [told, put("Gather", [weight("classes.weight"), "class"], { axis: 0 })]));
  const [fine, coarse] = [side / 2, side / 4];
  const stem = convolution("stem", put("SpaceToDepth", ["picture"], { blocksize: 2 }));
  const first = block("down1", stem, e, fine);
  const second = block("down2", first, e, fine);
  const third = attention("attention1", block("down3", convolution("shrink", second, 2), e, coarse), coarse);
  const fourth = attention("attention2", block("down4", third, e, coarse), coarse);
  let x = block("middle2", attention("attention3", block("middle1", fourth, e, coarse), coarse), e, coarse);
  x = attention("attention4", block("up4", beside(x, fourth), e, coarse), coarse);
  x = block("up3", beside(x, third), e, coarse);
  const twice = keep("twice", (name) => tensor(name, [4], new Float32Array([1, 1, 2, 2])));
  x = put("Resize", [x, "", twice], { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" });
  x = block("up2", beside(convolution("grow", x), second), e, fine);
  x = block("up1", beside(x, first), e, fine);
  nodes.push(node("DepthToSpace", [convolution("head", silu(norm("norm", x, fine)))], "v", { blocksize: 2 }));
  const picture = [1, 1, side, side];
  return model("U-Net", nodes, constants, [["picture", picture], ["time", [1, 1]], ["class", [1], INT64]], [["v", picture]]);
}
