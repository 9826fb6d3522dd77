"""Golden values of NeuralNetworks/Language: BERT and ALBERT of random weights.

Ran with torch 2.15.0, transformers 5.24.0. Writes Tests/NeuralNetworksTests/Fixtures/bert and albert,
as Hugging Face saves a network, and bert.safetensors and albert.safetensors beside them.
"""
import os
import torch
from transformers import AlbertConfig, AlbertModel, BertConfig, BertModel
from golden import TESTS, normal, write

FOLDER = "NeuralNetworksTests/Fixtures/"
IDS = [[2, 7, 9, 31, 3, 12, 3], [2, 40, 3, 0, 0, 0, 0], [2, 1, 1, 5, 3, 0, 0]]
SEGMENTS = [[0, 0, 0, 0, 0, 1, 1], [0] * 7, [0, 0, 1, 1, 1, 0, 0]]
LENGTHS = [7, 3, 5]


def golden(name, model):
    model = model.eval()
    with torch.no_grad():
        for key, value in model.named_parameters():
            scale = 0.5 if value.dim() > 1 else 0.2
            value.copy_((scale * normal(*value.shape) + (1 if key.endswith("LayerNorm.weight") else 0)).float())
    model.float().save_pretrained(os.path.join(TESTS, FOLDER + name))
    model.double()
    mask = torch.tensor([[int(i < n) for i in range(7)] for n in LENGTHS])
    output = model(torch.tensor(IDS), attention_mask=mask, token_type_ids=torch.tensor(SEGMENTS))
    tokens, pooled = output.last_hidden_state * mask[..., None], output.pooler_output
    patterns = [normal(*t.shape).float().double() for t in (tokens, pooled)]
    names, parameters = zip(*model.named_parameters())
    gradients = torch.autograd.grad((tokens * patterns[0]).sum() + (pooled * patterns[1]).sum(), parameters)
    arrays = {"tokens": tokens, "pooled": pooled, "patterns/tokens": patterns[0], "patterns/pooled": patterns[1]}
    arrays.update({f"gradients/{key}": gradient for key, gradient in zip(names, gradients)})
    write(f"{FOLDER}{name}.safetensors", {k: v.detach() for k, v in arrays.items()}, {"torch": torch.__version__})


sizes = dict(vocab_size=43, hidden_size=20, num_attention_heads=4, intermediate_size=28, max_position_embeddings=9,
             attn_implementation="eager")
golden("bert", BertModel(BertConfig(num_hidden_layers=2, type_vocab_size=2, **sizes)))
golden("albert", AlbertModel(AlbertConfig(
    num_hidden_layers=4, num_hidden_groups=2, inner_group_num=2, embedding_size=6, type_vocab_size=2, **sizes)))
