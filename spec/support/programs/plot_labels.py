"""Draws the plot of made-up figures, and prints the labels of lines that lie on one another: plot_labels.py SEED..."""
import random
import sys
import types
import xml.etree.ElementTree

sys.path.insert(0, "bench")
from rig import plot  # noqa: E402

PEERS = ["manifest (one script)", "docker manifest", "crane", "regctl", "oras", "buildx imagetools", "buildah"]
ENTRIES = [4, 8, 16, 32, 64, 128, 256, 512]


def figures(seed):
    """What each peer takes; of many entries only some have been measured, and several take nearly the same."""
    noise, found = random.Random(seed), {}
    for peer in PEERS:
        for delay in (0, 20, 50, 100):
            found["a4", delay, peer] = types.SimpleNamespace(wall=noise.uniform(0.1, 0.2), failure=None)
        for count in ENTRIES[:noise.randint(3, len(ENTRIES))]:
            found["entries", count, peer] = types.SimpleNamespace(wall=noise.uniform(5, 6), failure=None)
    return found


for seed in map(int, sys.argv[1:]):
    texts = [text for text in xml.etree.ElementTree.fromstring(plot.svg(figures(seed))).iter() if text.text in PEERS]
    boxes = [(text.text, float(text.get("x")), float(text.get("y")), text.get("text-anchor", "start"))
             for text in texts]
    for index, (name, *place) in enumerate(boxes):
        width = 6.5 * len(name)
        left = place[0] - width if place[2] == "end" else place[0]
        for other, x, y, anchor in boxes[:index]:
            start = x - 6.5 * len(other) if anchor == "end" else x
            if abs(y - place[1]) < 13.5 and left < start + 6.5 * len(other) and start < left + width:
                print(f"seed {seed}: {name} lies on {other}")
    print(f"seed {seed}: {len(boxes)} labels")
