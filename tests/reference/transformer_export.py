"""Writes what transformer_training.py trained: pretrained/transformer-eng-fra.safetensors in half precision, the vocabulary in
its metadata, and the provenance, in the form of models/src/bin/train/provenance.rs. Everything is measured with the
rounded weights, as the page uses them.

    python3 tests/reference/transformer_export.py --data ../shared/data        # needs torch, numpy and sacrebleu
"""

import argparse
import hashlib
import json
from pathlib import Path

import torch
from provenance import commit, safetensors, table, thinned, today
from transformer import Transformer, as_burn
from transformer_training import BUDGET, CONFIG, COOL, DROPOUT, LONGEST, PEAK, SEED, SMOOTHING, WARM, bleu, prepare, translate
from translation import LONGEST_MEASURED, measured

NAME = "transformer-eng-fra"
# tests/native/pretrained.rs measures these again, the first in alphabetical order.
AGAIN = 500
# Written for this site. Their translation by these weights is measured again where the data is not at hand.
SENTENCES = [
    "She sees the small elephant.",
    "The small elephant is blue.",
    "I don't know where my keys are.",
    "Why is the door open?",
    "My brother lost his hat, but he found it again.",
    "Please bring me a glass of water.",
    "We will leave the house before the rain starts.",
    "The old woman who lives here sings every morning.",
]
DATA = {
    "name": "Tatoeba, English and French",
    "origin": "sentence pairs of tatoeba.org in the selection of www.manythings.org/anki (2017-09-29), as kept by genimind/seq2seq",
    "licence": "CC BY 2.0 (France); attribution: tatoeba.org and www.manythings.org/anki; the pairs are not shipped",
    "inputs": "token numbers of a joint vocabulary of 6,000, learnt by byte pair encoding on the training part and kept in the "
    "weight file's metadata; the source ends with <end>",
}


def curves(log, prefix=""):
    """The curves of a run by name."""
    losses = [entry for entry in log if "loss" in entry]
    passes = [entry for entry in log if "bleu" in entry]
    return {
        f"{prefix}loss": thinned([e["step"] for e in losses], [e["loss"] for e in losses]),
        f"{prefix}validation-bleu": thinned([e["step"] for e in passes], [e["bleu"] for e in passes]),
    }


def rounded(kept, config):
    """The network with the weights of a checkpoint, rounded to half precision."""
    model = Transformer(config)
    model.load_state_dict({name: tensor.half().float() for name, tensor in kept["model"].items()})
    return model


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--checkpoints", type=Path, default=Path("/tmp/checkpoints"))
    arguments.add_argument("--out", type=Path, default=Path(__file__).parent.parent.parent / "pretrained")
    chosen = arguments.parse_args()
    torch.set_num_threads(1)
    parts, pairs, vocabulary = prepare(chosen.data, chosen.checkpoints)
    kept = torch.load(chosen.checkpoints / f"{NAME}-sinusoidal.pt", weights_only=False)
    state = kept["state"]
    model = rounded(kept, CONFIG)
    tensors = {as_burn(name): leaf.detach().half() for name, leaf in model.named_parameters()}
    file = safetensors(tensors, {"vocabulary": vocabulary.to_text()})

    layers = {}
    for name, tensor in tensors.items():
        layers.setdefault(name.rsplit(".", 1)[0], []).append(list(tensor.shape))
    count = lambda shape: int(torch.Size(shape).numel())
    layers = [{"name": name, "parameters": sum(map(count, shapes)), "shapes": shapes} for name, shapes in layers.items()]

    test = parts["test"]
    again = set(sorted(measured(test), key=str.encode)[:AGAIN])
    known = {part: len(measured(parts[part])) for part in parts}
    split = f"test, {known['test']} sentences of at most {LONGEST_MEASURED} words with all their translations"
    few = f"test, the first {AGAIN} of {known['test']} sentences in alphabetical order"
    metrics = [
        {"name": "BLEU", "split": split, "value": bleu(model, vocabulary, test)[0]},
        {"name": "BLEU of 500", "split": few, "value": bleu(model, vocabulary, [p for p in test if p[0] in again])[0]},
        {"name": "BLEU", "split": f"validation, {known['validation']} sentences", "value": bleu(model, vocabulary, parts["validation"])[0]},
    ]
    lines = curves(state["log"])
    recipe = (
        f"Adam (0.9, 0.98), rate {PEAK} after a rise over {WARM} steps, falling to 0 along a line over the last {COOL} of the passes planned (planned at the start of each pass: "
        f"{', '.join(map(str, state['planned']))}); "
        f"batches of sentences of one length, at most {BUDGET} tokens a side; {state['pass']} passes over {len(pairs)} pairs of at "
        f"most {LONGEST} tokens a side; dropout {DROPOUT} after the embedding and each part, with masks cut out of a pool of draws; label "
        f"smoothing {SMOOTHING}; gradients longer than 1 are shortened to 1; products in bfloat16. Measured greedily, sacrebleu 13a, "
        "cased. The last weights are shipped, rounded to f16."
    )
    without = chosen.checkpoints / f"{NAME}-none.pt"
    if without.exists():
        other = torch.load(without, weights_only=False)["state"]
        lines |= curves(other["log"], "without-positions-")
        recipe += (
            f" The curves without-positions are a run of {other['step']} steps at the same rate without its fall, in which neither "
            "encoder nor decoder is told any position."
        )
    config = {key: value for key, value in CONFIG.items() if key != "positions"} | {"positions": "Sinusoidal"}
    plan = state["planned"]
    passes = ",".join(map(str, plan)) if len(set(plan)) > 1 else plan[0]
    command = f"python3 tests/reference/transformer_training.py --data DIR --passes {passes} && python3 tests/reference/transformer_export.py --data DIR"
    data = DATA | {
        "split": f"train {len(parts['train']):,}, validation {len(parts['validation']):,}, test {len(parts['test']):,} pairs; "
        "pairs that share a sentence stay together, a hash decides; nothing was chosen by the test"
    }
    translations = translate(model, vocabulary, SENTENCES)
    sections = [
        '# Written by the training run; see the command below. Not to be edited.\nmodel = "models::sequence::transformer::Transformer"',
        table("config", config),
        *(table("[layer]", layer) for layer in layers),
        table("file", {"bytes": len(file), "sha256": hashlib.sha256(file).hexdigest(), "dtype": "f16"}),
        table("data", data),
        table("run", {
            "command": command,
            "trainer": "pytorch",
            "seed": SEED,
            "steps": state["step"],
            "seconds": round(state["seconds"], 1),
            "date": today(),
            "commit": commit(),
            "recipe": recipe,
        }),
        *(table("[metric]", metric) for metric in metrics),
        table("check", {"file": "../shared/data/eng_fra.tsv.gz", "name": "BLEU of 500", "value": metrics[1]["value"]}),
        *(table("[sentence]", {"english": e, "french": f}) for e, f in zip(SENTENCES, translations)),
        *(table(f"curves.{name}", curve) for name, curve in sorted(lines.items())),
    ]
    chosen.out.mkdir(exist_ok=True)
    (chosen.out / f"{NAME}.safetensors").write_bytes(file)
    (chosen.out / f"{NAME}.toml").write_text("\n\n".join(sections) + "\n")
    print(len(file), "bytes;", *(f"{m['name']} {m['value']:.2f} on {m['split']};" for m in metrics))
    for english, french in zip(SENTENCES, translations):
        print("   ", english, "->", french)


if __name__ == "__main__":
    main()
