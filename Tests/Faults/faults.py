"""What the proofs about files share: the program, its limits, and the rows of the table."""

import os
import resource
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.environ.get("RACNN_SHARED", os.path.join(ROOT, "..", "shared"))
FULL = "--full" in sys.argv[1:]
# Another build than the release build of this package, as one that is not to change in a long run.
RACNN = os.environ.get("RACNN_PROGRAM") or os.path.join(subprocess.run(
    ["swift", "build", "-c", "release", "--show-bin-path"],
    cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip(), "racnn")
failures = 0


def run(*arguments, data=None, memory=None, seconds=600, cwd=None):
    """Runs racnn; `memory` in MiB bounds what it may take (its own pages, not mapped files).

    Returns exit code, output, errors and processor seconds, which hold on a busy machine."""
    def limit():
        if memory:
            resource.setrlimit(resource.RLIMIT_DATA, (memory << 20, memory << 20))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        result = subprocess.run(
            [RACNN, *arguments], input=data, capture_output=True, timeout=seconds,
            preexec_fn=limit, cwd=cwd)
    except subprocess.TimeoutExpired:
        return -99, b"", b"timed out", seconds
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    taken = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return result.returncode, result.stdout, result.stderr, taken


def is_clean(code, errors, path=None):
    """Whether a failure was a clean one: exit 1 or 2, one line, the file named, no backtrace."""
    lines = errors.decode("utf-8", "replace").splitlines()
    return code in (1, 2) and len(lines) == 1 and (path is None or path in lines[0])


def row(fault, tried, survived, note=""):
    """Prints a row of the table, and remembers a failure."""
    global failures
    failures += survived != tried or tried == 0
    print(f"{fault} | {tried} | {survived}", flush=True)
    if note and survived != tried:
        print(f"  first failure: {note}", file=sys.stderr)


def skip(fault, why):
    print(f"{fault}: skipped, {why}", file=sys.stderr)


def end():
    sys.exit(1 if failures else 0)
