#!/usr/bin/env python3
"""The peer of `racnn-benchmark sentences`: the same work on PyTorch and on ONNX Runtime.

    sentences_torch.py FOLDER [--engine eager|sdpa|compile|onnxruntime] [--batch 32] [--length 64]
                       [--steps 20] [--threads 2]

Needs: pip install torch==2.15.0 transformers==5.24.0 onnx onnxruntime==1.32.0
Prints one line: CPU seconds and seconds a batch, peak MiB of this process.
"""
import argparse, os, resource, sys, tempfile, time

p = argparse.ArgumentParser()
p.add_argument("folder")
p.add_argument("--engine", default="sdpa", choices=["eager", "sdpa", "compile", "onnxruntime"])
for name, value in {"batch": 32, "length": 64, "steps": 20, "threads": 2}.items():
    p.add_argument(f"--{name}", type=int, default=value)
a = p.parse_args()
os.environ["OMP_NUM_THREADS"] = str(a.threads)
import torch
from transformers import BertModel

torch.set_num_threads(a.threads)
torch.set_grad_enabled(False)
torch.manual_seed(1)


class Encoder(torch.nn.Module):
    """The mean of the tokens' vectors, of length 1; no token is padding."""

    def __init__(self):
        super().__init__()
        attention = "eager" if a.engine in ("eager", "onnxruntime") else "sdpa"
        self.bert = BertModel.from_pretrained(a.folder, attn_implementation=attention).eval()

    def forward(self, ids):
        return torch.nn.functional.normalize(self.bert(ids).last_hidden_state.mean(1), dim=1)


encoder = Encoder()
ids = torch.randint(0, encoder.bert.config.vocab_size, (a.batch, a.length))
version = torch.__version__
if a.engine == "onnxruntime":
    import onnxruntime
    version = onnxruntime.__version__
    file = os.path.join(tempfile.mkdtemp(), "encoder.onnx")
    torch.onnx.export(encoder, (ids,), file, input_names=["ids"], dynamo=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = a.threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    array = ids.numpy()
    step = lambda: session.run(None, {"ids": array})
elif a.engine == "compile":
    compiled = torch.compile(encoder)
    step = lambda: compiled(ids).numpy()
else:
    step = lambda: encoder(ids).numpy()
for _ in range(2):
    step()
wall, cpu = time.monotonic(), time.process_time()
for _ in range(a.steps):
    step()
wall, cpu = time.monotonic() - wall, time.process_time() - cpu
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(f"sentences {a.engine} {version} batch={a.batch} length={a.length} threads={a.threads}: "
      f"{cpu / a.steps:.3f} CPU s, {wall / a.steps:.3f} s a batch, {peak} MiB")
