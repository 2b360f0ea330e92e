"""BLEU by sacrebleu (tokenizer 13a, cased): writes tests/fixtures/bleu.json, which tests/native/parity/translation.rs compares ours with.

Every sentence is invented. Run from the repository's root:

    python3 tests/reference/bleu.py          # needs sacrebleu
"""

import json
from pathlib import Path

import sacrebleu

CORPORA = {
    "usual": [
        ("Le hibou dort dans la grange.", ["Le hibou dort dans la vieille grange.", "La chouette dort dans la grange."]),
        ("Qui a peint la lune ?", ["Qui a peint la lune en vert ?"]),
        ("Mon chapeau brûle, mon chapeau brûle !", ["Mon chapeau brûle !", "Mon chapeau est en feu !", "Il brûle, mon chapeau."]),
        ("L'ours n'a qu'une idée : rentrer.", ["L'ours n'a qu'une seule idée : rentrer.", "L'ours veut rentrer."]),
        ("Trois poissons passent", ["Trois poissons passent."]),
    ],
    "same": [("Le hibou dort dans la grange.", ["Le hibou dort dans la grange."])],
    "short": [("Le hibou", ["Le hibou dort dans la grange depuis hier soir."]), ("dort dans la", ["Il dort dans la grange."])],
    "no four": [("a b c x d e f", ["a b c y d e f"])],
    "no three": [("a b x c d", ["a b y c d", "z z z z z"])],
    "nothing": [("Bonjour tout le monde", ["Salut les amis"])],
    "tiny": [("Oui !", ["Oui !"])],
    "empty": [("", ["Le hibou dort."]), ("Le hibou dort ici.", ["Le hibou dort ici."])],
    "marks": [
        ('Il a dit : "3,5 % de 1.000 (environ) - non ?"', ['Il a dit : "3.5 % de 1,000 (environ), non ?"', "Il a dit « 3,5 % »."]),
        ("A&amp;B &lt;c&gt; &quot;d&quot; e/f 2-3 2- x.y .z w. 5.", ["A&B <c> \"d\" e / f 2 - 3 2 - x . y . z w . 5 ."]),
        ("Hé... quoi?! C'est fini;vraiment[oui]{non}~", ["Hé ... quoi ? ! C'est fini ; vraiment [ oui ] { non } ~"]),
        ("est-ce qu'il vient-t-il ?", ["est-ce qu'il vient ?"]),
    ],
}


def main():
    from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

    cut = Tokenizer13a()
    found = []
    for name, rows in CORPORA.items():
        most = max(len(references) for _, references in rows)
        references = [[r[k] if k < len(r) else None for _, r in rows] for k in range(most)]
        result = sacrebleu.corpus_bleu([translation for translation, _ in rows], references)
        found.append({
            "name": name,
            "rows": rows,
            "tokens": [cut(translation) for translation, _ in rows],
            "correct": result.counts,
            "total": result.totals,
            "words": result.sys_len,
            "reference_words": result.ref_len,
            "score": result.score,
        })
    fixture = {"sacrebleu": sacrebleu.__version__, "corpora": found}
    path = Path(__file__).parent.parent / "fixtures" / "bleu.json"
    path.write_text(json.dumps(fixture, separators=(",", ":"), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
