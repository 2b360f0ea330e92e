"""The English-French pairs: the same rules as models/src/data/translation.rs and models/src/data/tokens.rs, for the PyTorch twins.

What holds sentences together, which part a pair belongs to, how a text becomes pieces and pieces become tokens. The
Rust code follows the same rules; tests/fixtures/translation.json (invented sentences only) shows that both agree.
Run from the repository's root to write that fixture:

    python3 tests/reference/translation.py
"""

import gzip
import json
from collections import Counter, defaultdict
from pathlib import Path

SEED = "split 1: "
PARTS = 100
LONGEST_MEASURED = 12
PAD, START, END, UNKNOWN = range(4)
SPECIAL = 4
WORD = "\u2581"
ENDINGS = {"s", "m", "t", "re", "ve", "ll", "d"}

MARKS = {
    "\u0300": ("AEIOUaeiou", "ÀÈÌÒÙàèìòù"),
    "\u0301": ("AEIOUYaeiouy", "ÁÉÍÓÚÝáéíóúý"),
    "\u0302": ("AEIOUaeiou", "ÂÊÎÔÛâêîôû"),
    "\u0303": ("ANOano", "ÃÑÕãñõ"),
    "\u0308": ("AEIOUYaeiouy", "ÄËÏÖÜŸäëïöüÿ"),
    "\u0327": ("Cc", "Çç"),
}
COMPOSED = {(a, mark): b for mark, (plain, marked) in MARKS.items() for a, b in zip(plain, marked)}
PLAIN = {"‘": "'", "’": "'", "ʼ": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-", "—": "-", "…": "...", WORD: "_"}


def is_space(c):
    n = ord(c)
    return n <= 0x20 or 0x7F <= n <= 0xA0 or 0x2000 <= n <= 0x200A or n in (0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)


def is_dropped(c):
    n = ord(c)
    return n in (0xAD, 0x2060, 0xFEFF) or 0x200B <= n <= 0x200F or 0x202A <= n <= 0x202E or 0x2066 <= n <= 0x2069


def is_letter(c):
    n = ord(c)
    return "A" <= c <= "Z" or "a" <= c <= "z" or (0xC0 <= n <= 0x24F and n not in (0xD7, 0xF7))


def normalised(text):
    """Composed letters, one kind of space, apostrophe, quote and dash, no doubled or outer spaces."""
    out = []
    for c in text:
        if is_dropped(c):
            continue
        if is_space(c):
            if out and out[-1] != " ":
                out.append(" ")
        elif out and (out[-1], c) in COMPOSED:
            out[-1] = COMPOSED[out[-1], c]
        else:
            out.extend(PLAIN.get(c, c))
    return "".join(out).rstrip(" ")


def key(text):
    """What two writings of one sentence share: its letters and digits in lower case, words parted by single spaces."""
    text = normalised(text)
    words = "".join(c.lower() if is_letter(c) or "0" <= c <= "9" else " " for c in text).split()
    return " ".join(words) or text


def fnv(text):
    """FNV-1a, 64 bits."""
    h = 0xCBF29CE484222325
    for byte in text.encode():
        h = (h ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return h


def part(group):
    """test, validation or train, from the group's key."""
    return {0: "test", 1: "validation"}.get((fnv(SEED + group) >> 16) % PARTS, "train")


def groups(pairs):
    """For each pair its group's key: the smallest English key among all pairs joined by an English or a French sentence."""
    parent = list(range(len(pairs)))

    def root(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first = {}
    keys = [(key(english), key(french)) for english, french in pairs]
    for i, pair in enumerate(keys):
        for side in enumerate(pair):
            parent[root(i)] = root(first.setdefault(side, i))
    smallest = {}
    for i, (english, _) in enumerate(keys):
        r = root(i)
        smallest[r] = min(smallest.get(r, english), english, key=str.encode)
    return [smallest[root(i)] for i in range(len(pairs))]


def read(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
        return [tuple(normalised(side) for side in line.rstrip("\n").split("\t")[:2]) for line in file]


def measured(pairs):
    """English sentences of at most twelve words with all their French translations, in the order of the file."""
    found = defaultdict(list)
    for english, french in pairs:
        if len(english.split(" ")) <= LONGEST_MEASURED and french not in found[english]:
            found[english].append(french)
    return {english: references for english, references in found.items() if references}


def pieces(text):
    """Words, single digits and marks of a normalised text; a piece after a space starts with the word mark."""
    out = []
    for word in text.split(" "):
        first, i = len(out), 0
        while i < len(word):
            start = i
            # An apostrophe that opens an English ending, or a hyphen before a letter, goes with what follows.
            if word[i] in "'-" and i > 0 and is_letter(word[i - 1]) and i + 1 < len(word) and is_letter(word[i + 1]):
                i += 1
            if is_letter(word[i]):
                while i < len(word) and is_letter(word[i]):
                    i += 1
                # An elided word keeps its apostrophe.
                if i < len(word) and word[i] == "'" and not opens_ending(word, i):
                    i += 1
            elif ord(word[i]) > 0x24F:
                while i < len(word) and ord(word[i]) > 0x24F:
                    i += 1
            else:
                i += 1
            out.append(word[start:i])
        if len(out) > first:
            out[first] = WORD + out[first]
    return out


def opens_ending(word, i):
    end = i + 1
    while end < len(word) and is_letter(word[end]):
        end += 1
    return word[i + 1 : end] in ENDINGS and not (end < len(word) and word[end] == "'")


class Vocabulary:
    """Byte pair encoding: characters and, in order, the pairs that were joined."""

    def __init__(self, alphabet, merges):
        self.alphabet, self.merges = alphabet, merges
        self.tokens = ["<pad>", "<start>", "<end>", "<unknown>", *alphabet, *(a + b for a, b in merges)]
        self.ids = {token: i for i, token in enumerate(self.tokens) if i >= SPECIAL}
        self.ranks = {pair: rank for rank, pair in enumerate(merges)}
        self.cache = {}

    @classmethod
    def learn(cls, texts, size, rarest=5):
        counts = Counter(piece for text in texts for piece in pieces(text))
        letters = Counter()
        for piece, n in counts.items():
            for c in piece:
                letters[c] += n
        alphabet = sorted(c for c, n in letters.items() if n >= rarest)
        words = [(list(piece), n) for piece, n in sorted(counts.items()) if all(letters[c] >= rarest for c in piece)]
        pairs, where = Counter(), defaultdict(set)
        for w, (symbols, n) in enumerate(words):
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += n
                where[pair].add(w)
        merges = []
        while len(merges) < size - SPECIAL - len(alphabet):
            best = min(pairs.items(), key=lambda item: (-item[1], item[0]))[0]
            merges.append(best)
            for w in list(where[best]):
                symbols, n = words[w]
                for pair in zip(symbols, symbols[1:]):
                    pairs[pair] -= n
                    where[pair].discard(w)
                joined, i = [], 0
                while i < len(symbols):
                    if i + 1 < len(symbols) and (symbols[i], symbols[i + 1]) == best:
                        joined.append(symbols[i] + symbols[i + 1])
                        i += 2
                    else:
                        joined.append(symbols[i])
                        i += 1
                words[w] = (joined, n)
                for pair in zip(joined, joined[1:]):
                    pairs[pair] += n
                    where[pair].add(w)
            del pairs[best]
        return cls(alphabet, merges)

    @classmethod
    def from_text(cls, text):
        lines = text.split("\n")
        return cls(list(lines[0]), [tuple(line.split(" ")) for line in lines[1:] if line])

    def to_text(self):
        return "\n".join(["".join(self.alphabet), *(f"{a} {b}" for a, b in self.merges)]) + "\n"

    def split(self, piece):
        if piece in self.cache:
            return self.cache[piece]
        symbols = list(piece)
        while len(symbols) > 1:
            rank, i = min((self.ranks.get(pair, len(self.ranks)), i) for i, pair in enumerate(zip(symbols, symbols[1:])))
            if rank == len(self.ranks):
                break
            symbols[i : i + 2] = [symbols[i] + symbols[i + 1]]
        ids = []
        for symbol in symbols:
            token = self.ids.get(symbol, UNKNOWN)
            if not (token == UNKNOWN and ids and ids[-1] == UNKNOWN):
                ids.append(token)
        self.cache[piece] = ids
        return ids

    def encode(self, text):
        """Token ids of a text, without start and end."""
        return [token for piece in pieces(normalised(text)) for token in self.split(piece)]

    def decode(self, ids):
        text = "".join("\ufffd" if i == UNKNOWN else self.tokens[i] for i in ids if i >= UNKNOWN)
        return text.replace(WORD, " ").strip(" ")


# --- The fixture that tests/native/parity/translation.rs compares our rules with. Every sentence is invented.

PAIRS = [
    ("The owl sleeps.", "Le hibou dort."),
    ("The owl is asleep.", "Le hibou dort !"),
    ("An owl is asleep.", "Un hibou est endormi."),
    ("the owl is asleep!", "La chouette dort."),
    ("My hat's on fire.", "Mon chapeau brûle."),
    ("My hat burns.", "Mon  chapeau brûle\u00a0!"),
    ("Three fish swim by.", "Trois poissons passent."),
    ("Who painted the moon green?", "Qui a peint la lune en vert\u202f?"),
    ("Who painted the moon green?", "Qui donc a peint la lune en vert ?"),
    ("?!", "?!"),
    ("Bread, 12 eggs & tea…", "Du pain, 12 œufs et du thé…"),
    ("Table", "Tisch"),
    ("Mesa", "Table"),
]
TEXTS = [
    "I don't know what's in John's cellar; they're sure it'll sing.",
    "L\u2019ours n'a qu'une idée\u202f: aujourd'hui, est-ce qu'il rentre-t-il ?",
    "E\u0301te\u0301, mai\u0308s, c\u0327a",
    "12.5 % of 3,000 -- (or so) \u201cgone\u201d\u2026",
    "owl\u200bs and o\u00adwls",
    "日本語 мир 😀😀 שלום owls",
    "'tis the dogs' 're- x-y-z rock'n'roll",
    "  ▁ tabs\tand\nlines  ",
    "",
    "İstanbul ŒUVRE ñandú ×÷",
]


def main():
    corpus = [side for pair in PAIRS for side in pair] + TEXTS[:2]
    vocabulary = Vocabulary.learn([normalised(text) for text in corpus], 120, rarest=2)
    texts = TEXTS + [side for pair in PAIRS for side in pair]
    names = [f"the {n}. owl counts {n * n} mice" for n in range(400)]
    fixture = {
        "pairs": PAIRS,
        "groups": groups(PAIRS),
        "hashes": [str(fnv(name)) for name in names[:10]],
        "parts": {wanted: [name for name in names if part(name) == wanted] for wanted in ["test", "validation"]},
        "names": len(names),
        "vocabulary": vocabulary.to_text(),
        "texts": [
            {
                "text": text,
                "normalised": normalised(text),
                "key": key(text),
                "pieces": pieces(normalised(text)),
                "tokens": vocabulary.encode(text),
                "decoded": vocabulary.decode(vocabulary.encode(text)),
            }
            for text in texts
        ],
    }
    path = Path(__file__).parent.parent / "fixtures" / "translation.json"
    path.write_text(json.dumps(fixture, separators=(",", ":"), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
