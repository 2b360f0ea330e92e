"""Trains the Transformer on the English-French pairs: one thread, checkpoints after every pass, goes on where it stopped.

    python3 tests/reference/transformer_training.py --data ../shared/data --passes 10
    python3 tests/reference/transformer_training.py --data ../shared/data --passes 10 --at-most 3 --positions none
    python3 tests/reference/transformer_export.py --data ../shared/data        # measures, writes pretrained/

The rate rises for 500 steps, stays, and falls linearly to nothing over the last four passes: how long the run may last
need not be known at its start. The file transformer-passes beside the checkpoints overrides --passes while it runs; what was
planned in each pass is kept, and a list like 10,10,9,8,8 as --passes repeats it.
"""

import argparse
import os
import random
import time
from pathlib import Path

import torch
from transformer import Transformer
from translation import END, PAD, START, Vocabulary, groups, measured, part, read

CONFIG = {
    "vocabulary": 6000,
    "width": 128,
    "heads": 4,
    "inner": 512,
    "encoder_layers": 3,
    "decoder_layers": 3,
    "longest": 256,
    "positions": "sinusoidal",
}
SEED, DROPOUT, SMOOTHING = 1, 0.1, 0.1
PEAK, WARM, COOL = 2e-3, 500, 4
HALF = torch.bfloat16
BUDGET = 2048  # tokens of the longer side in a batch, so about 4,000 of both
LONGEST = 40


def prepare(data, folder):
    """Encoded pairs of each part, the vocabulary, and the measured sentences."""
    path = folder / "transformer-data.pt"
    if not path.exists():
        pairs = read(data / "eng_fra.tsv.gz")
        parts = {"train": [], "validation": [], "test": []}
        for pair, group in zip(pairs, groups(pairs)):
            parts[part(group)].append(pair)
        vocabulary = Vocabulary.learn([text for pair in parts["train"] for text in pair], CONFIG["vocabulary"])
        train = [(vocabulary.encode(english), vocabulary.encode(french)) for english, french in parts["train"]]
        train = [pair for pair in train if max(map(len, pair)) <= LONGEST]
        torch.save({"parts": parts, "train": train, "vocabulary": vocabulary.to_text()}, path)
    kept = torch.load(path, weights_only=False)
    return kept["parts"], kept["train"], Vocabulary.from_text(kept["vocabulary"])


def batches(pairs, seed):
    """Batches of one source length each, in random order: (source [n, keys], target [n, queries])."""
    chance = random.Random(seed)
    lengths = {}
    for source, target in pairs:
        lengths.setdefault(len(source), []).append((source, target))
    found = []
    for length, members in lengths.items():
        members = sorted(members, key=lambda pair: len(pair[1]) + 1.5 * chance.random())
        batch = []
        for pair in members:
            if batch and (len(batch) + 1) * max(length + 1, len(pair[1]) + 1) > BUDGET:
                found.append(batch)
                batch = []
            batch.append(pair)
        found.append(batch)
    chance.shuffle(found)
    for batch in found:
        width = max(len(target) for _, target in batch) + 1
        source = torch.tensor([source + [END] for source, _ in batch])
        target = torch.tensor([[START, *target, END] + [PAD] * (width - len(target) - 1) for _, target in batch])
        yield source, target


@torch.no_grad()
def translate(model, vocabulary, sentences, limit=60):
    """Greedy translations, sentences of one length together."""
    model.eval()
    encoded = [vocabulary.encode(sentence) + [END] for sentence in sentences]
    answers = [None] * len(sentences)
    lengths = {}
    for i, ids in enumerate(encoded):
        lengths.setdefault(len(ids), []).append(i)
    for members in lengths.values():
        for first in range(0, len(members), 128):
            chosen = members[first : first + 128]
            memory = model.encode(torch.tensor([encoded[i] for i in chosen]))
            target = torch.full((len(chosen), 1), START)
            done = torch.zeros(len(chosen), dtype=torch.bool)
            for _ in range(limit):
                best = model.logits(model.decode(target, memory)[:, -1]).argmax(-1)
                target = torch.cat([target, best[:, None]], 1)
                done |= best == END
                if done.all():
                    break
            for i, row in zip(chosen, target[:, 1:].tolist()):
                answers[i] = vocabulary.decode(row[: row.index(END)] if END in row else row)
    model.train()
    return answers


def bleu(model, vocabulary, pairs):
    """Corpus BLEU (sacrebleu 13a, cased) against all known translations, and the translations."""
    import sacrebleu

    wanted = measured(pairs)
    answers = translate(model, vocabulary, wanted)
    most = max(map(len, wanted.values()))
    references = [[list(r)[k] if k < len(r) else None for r in wanted.values()] for k in range(most)]
    return sacrebleu.corpus_bleu(answers, references).score, answers


class Smoothed(torch.autograd.Function):
    """Cross-entropy with label smoothing over the output table, in one piece: the logits are the dearest tensor of all."""

    @staticmethod
    def forward(context, states, table, wanted):
        states, narrow = states.to(HALF), table.to(HALF)
        z = (states @ narrow.t()).float()
        z -= z.amax(1, keepdim=True)
        right = z.gather(1, wanted[:, None])[:, 0]
        mean = z.mean(1)
        total = z.exp_().sum(1)
        loss = (total.log() - (1 - SMOOTHING) * right - SMOOTHING * mean).mean()
        context.save_for_backward(states, narrow, z, total, wanted)
        return loss

    @staticmethod
    def backward(context, gradient):
        states, table, z, total, wanted = context.saved_tensors
        z.div_(total[:, None]).sub_(SMOOTHING / z.shape[1])
        z[torch.arange(len(z)), wanted] -= 1 - SMOOTHING
        z = z.mul_(gradient / len(z)).to(HALF)
        return (z @ table).float(), (z.t() @ states).float(), None


def rate(step, steps_a_pass, passes):
    rise = min(step / WARM, 1.0)
    left = (passes * steps_a_pass - step) / (COOL * steps_a_pass)
    return PEAK * rise * max(min(left, 1.0), 0.01)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--passes", required=True, help="how many, or the plan of each pass, parted by commas")
    arguments.add_argument("--checkpoints", type=Path, default=Path("/tmp/checkpoints"))
    arguments.add_argument("--positions", default="sinusoidal")
    arguments.add_argument("--at-most", type=int)
    chosen = arguments.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    parts, pairs, vocabulary = prepare(chosen.data, chosen.checkpoints)
    model = Transformer(CONFIG | {"positions": chosen.positions})
    model.dropout = DROPOUT
    print(sum(p.numel() for p in model.parameters()), "parameters", len(pairs), "pairs", flush=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=PEAK, betas=(0.9, 0.98), eps=1e-9, fused=True)
    steps_a_pass = sum(1 for _ in batches(pairs, 0))
    path = chosen.checkpoints / f"transformer-eng-fra-{chosen.positions}.pt"
    state = {"pass": 0, "place": 0, "step": 0, "seconds": 0.0, "total": 0.0, "tokens": 0, "log": []}
    if path.exists():
        kept = torch.load(path, weights_only=False)
        model.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        state = kept["state"]
    while state["pass"] < min(passes := wanted_passes(chosen, state["pass"]), chosen.at_most or passes):
        epoch = state["pass"]
        for place, (source, target) in enumerate(batches(pairs, epoch)):
            if place < state["place"]:
                continue
            if place % 200 == 0 and place > 0:
                keep(path, model, optimizer, state)
            begun = time.time()
            torch.manual_seed(state["step"])
            state["step"] += 1
            state["place"] += 1
            for group in optimizer.param_groups:
                group["lr"] = rate(state["step"], steps_a_pass, passes)
            real = target[:, 1:] != PAD
            with torch.autocast("cpu", HALF):
                states = model.decode(target[:, :-1], model.encode(source))[real]
            loss = Smoothed.apply(states, model.embedding.weight, target[:, 1:][real])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            state["total"] += loss.item() * len(states)
            state["tokens"] += len(states)
            state["seconds"] += time.time() - begun
            if state["step"] % 50 == 0:
                at = f"step {state['step']} ({steps_a_pass} a pass)"
                mean = state["total"] / state["tokens"]
                state["log"].append({"step": state["step"], "loss": mean})
                print(f"{at}, loss {mean:.3f}, {state['seconds']:.0f} s, {time.process_time():.0f} s of the processor", flush=True)
                state["total"], state["tokens"] = 0.0, 0
        state["pass"], state["place"] = epoch + 1, 0
        state.setdefault("planned", []).append(passes)
        score, answers = bleu(model, vocabulary, parts["validation"])
        state["log"].append({"step": state["step"], "pass": epoch + 1, "bleu": score})
        print(f"pass {epoch + 1} of {passes}: validation BLEU {score:.2f}", flush=True)
        for k in range(0, len(answers), len(answers) // 6):
            print("   ", answers[k], flush=True)
        keep(path, model, optimizer, state)


def wanted_passes(chosen, epoch):
    """How many passes the run is to have, as planned at the start of this one."""
    path = chosen.checkpoints / "transformer-passes"
    plan = [int(passes) for passes in (path.read_text() if path.exists() else chosen.passes).split(",")]
    return plan[min(epoch, len(plan) - 1)]


def keep(path, model, optimizer, state):
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "state": state}, path.with_suffix(".new"))
    os.replace(path.with_suffix(".new"), path)


if __name__ == "__main__":
    main()
