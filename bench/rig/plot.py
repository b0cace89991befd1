"""The plot: time against round trip, and time against entries, drawn with axes and labels of our own."""
import math
from xml.sax.saxutils import escape

from . import jobs

WIDTH, HEIGHT = 1120, 470
TOP, BOTTOM, LEFT, LABELS = 56, 60, 62, 190
PANEL = WIDTH // 2
GLYPH = 7

STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #333 }
  .title { font-size: 14px; font-weight: 600 }
  .grid { stroke: #8884; stroke-width: 1 }
  .line { fill: none; stroke-width: 2 }
  .ours { stroke-width: 3.5 }
  .floor { stroke: #888; stroke-dasharray: 5 4 }
  @media (prefers-color-scheme: dark) { text { fill: #ddd } .background { fill: #16191d } }
"""

# Of middle lightness and told apart by hue, so that they can be read on white and on black.
COLOURS = ["#d1495b", "#c98a12", "#7a6ff0", "#3a9d5d", "#b05cc4", "#8c7355", "#2f9bb5", "#9a9a2e"]
OURS = {"manifest (one script)": "#2878d8", "manifest (three commands)": "#57a0ee", "manifest (one shot)": "#12509c"}


class Scale:
    """Maps values to pixels, linearly or by their logarithm."""

    def __init__(self, low, high, start, end, log):
        self.map = math.log10 if log else float
        self.low, self.high, self.start, self.end = self.map(low), self.map(high), start, end

    def __call__(self, value):
        share = (self.map(value) - self.low) / ((self.high - self.low) or 1)
        return self.start + share * (self.end - self.start)


def ticks(low, high):
    """1, 2 and 5 of each decade between two values."""
    found = []
    for decade in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1):
        found += [step * 10 ** decade for step in (1, 2, 5)]
    return [value for value in found if low * 0.999 <= value <= high * 1.001]


def seconds(value):
    return f"{value * 1000:g} ms" if value < 1 else f"{value:g} s"


def spread(places, gap=14):
    """Moves labels apart that would lie on one another; places are (y, ...), answered in the order of y."""
    places = sorted(places)
    placed = []
    for y, *rest in places:
        placed.append([max(y, placed[-1][0] + gap) if placed else y, *rest])
    over = placed[-1][0] - (HEIGHT - BOTTOM + 10) if placed else 0
    if over > 0:
        placed[-1][0] -= over
        for index in range(len(placed) - 2, -1, -1):
            placed[index][0] = min(placed[index][0], placed[index + 1][0] - gap)
    return placed


def box_of(text, x, y, anchor="start"):
    """Where a text may reach, as (left, top, right, bottom): letters of 12 pixels are not wider than this."""
    left = x - GLYPH * len(text) if anchor == "end" else x
    return left, y - 11, left + GLYPH * len(text), y + 3


def free_height(text, x, y, anchor, taken):
    """The nearest height at which a label lies on no other; it is taken then."""
    def is_free(height):
        left, top, right, bottom = box_of(text, x, height, anchor)
        return all(right <= box[0] or box[2] <= left or bottom <= box[1] or box[3] <= top for box in taken)

    distances = [step * sign for step in range(HEIGHT) for sign in (1, -1)]
    y = next(y + distance for distance in distances if is_free(y + distance))
    taken.append(box_of(text, x, y, anchor))
    return y


def element(name, text=None, **attributes):
    inside = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items())
    return f"<{name}{inside}/>" if text is None else f"<{name}{inside}>{escape(text)}</{name}>"


class Panel:
    """One pair of axes with its series: {name: [(x, seconds), ...]}."""

    def __init__(self, left, title, axis, series, x_log):
        self.left, self.title, self.axis, self.series = left, title, axis, series
        xs = sorted({x for points in series.values() for x, _ in points})
        ys = [y for points in series.values() for _, y in points]
        self.xs = xs
        self.low, self.high = min(ys) * 0.8, max(ys) * 1.6
        self.x = Scale(xs[0], xs[-1], left + LEFT, left + PANEL - LABELS, x_log)
        self.y = Scale(self.low, self.high, HEIGHT - BOTTOM, TOP, True)

    def axes(self):
        right = self.left + PANEL - LABELS
        yield element("text", self.title, x=self.left + LEFT, y=TOP - 24, class_="title")
        yield element("text", self.axis, x=(self.left + LEFT + right) / 2, y=HEIGHT - 18, text_anchor="middle")
        for value in ticks(self.low, self.high):
            y = round(self.y(value), 1)
            yield element("line", x1=self.left + LEFT, x2=right, y1=y, y2=y, class_="grid")
            yield element("text", seconds(value), x=self.left + LEFT - 8, y=y + 4, text_anchor="end")
        for value in self.xs:
            x = round(self.x(value), 1)
            yield element("line", x1=x, x2=x, y1=TOP, y2=HEIGHT - BOTTOM, class_="grid")
            yield element("text", f"{value:g}", x=x, y=HEIGHT - BOTTOM + 18, text_anchor="middle")

    def lines(self, colours):
        ends, short = [], []
        for name, points in self.series.items():
            pixels = [(round(self.x(x), 1), round(self.y(y), 1)) for x, y in points]
            path = " ".join(f"{x},{y}" for x, y in pixels)
            if name == "floor":
                yield element("polyline", points=path, class_="line floor")
            else:
                kind = "line ours" if name in OURS else "line"
                yield element("polyline", points=path, class_=kind, stroke=colours[name])
                for x, y in pixels:
                    yield element("circle", cx=x, cy=y, r=3, fill=colours[name])
            x, y = pixels[-1]
            if points[-1][0] < self.xs[-1]:
                short.append((x, y, name))
            else:
                ends.append((y, x, name))
        edge, ends = self.left + PANEL - LABELS + 10, spread(ends)
        yield from self.short_labels(short, colours, [box_of(name, edge, y + 4) for y, _, name in ends])
        for y, x, name in ends:
            colour = colours.get(name, "#888")
            yield element("line", x1=x + 4, y1=round(self.y_of(name), 1), x2=edge - 2, y2=round(y, 1), stroke=colour,
                          stroke_opacity=0.5)
            yield element("text", name, x=edge, y=round(y + 4, 1), style=f"fill:{colour}")

    def short_labels(self, ends, colours, taken):
        """Of lines that stop early: the upper one's name stands left of its end, a lower one's right of it, and on no
        other label."""
        named = set()
        for x, y, name in sorted(ends):
            dx, dy, anchor = (8, 10, "start") if x in named else (-6, -7, "end")
            named.add(x)
            height = free_height(name, x + dx, y + dy, anchor, taken)
            yield element("text", name, x=x + dx, y=round(height, 1), text_anchor=anchor,
                          style=f"fill:{colours.get(name, '#888')}")

    def y_of(self, name):
        return self.y(self.series[name][-1][1])


def series_of(results, job, everyone, enough):
    found = {}
    for name in everyone:
        points = [(x, cost.wall) for (which, x, peer), cost in results.items()
                  if which == job and peer == name and not cost.failure]
        if len(points) >= enough:
            found[name] = sorted(points)
    return found


def svg(results):
    """The whole document; an empty text when nothing has been measured."""
    everyone = list(dict.fromkeys(peer for _, _, peer in results))
    others = [name for name in everyone if name not in OURS]
    colours = {**OURS, **{name: COLOURS[index % len(COLOURS)] for index, name in enumerate(others)}}
    by_delay, by_entries = series_of(results, "a4", everyone, 2), series_of(results, "entries", everyone, 2)
    if not by_delay or not by_entries:
        return ""
    depth = jobs.create_floor(4, 1).round_trips
    by_delay["floor"] = [(x, depth * x / 1000) for x in (20, 50, 100)]
    by_entries["floor"] = [(x, depth * 0.02) for x in sorted({x for points in by_entries.values() for x, _ in points})]
    panels = [Panel(0, "Create, annotate and push a list of 4", "round trip, ms", by_delay, False),
              Panel(PANEL, "The same at 20 ms, by entries", "entries in the list", by_entries, True)]
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
             element("title", "Time of creating and pushing a list, against round trip and against entries"),
             f"<style>{STYLE}</style>", element("rect", width=WIDTH, height=HEIGHT, fill="#fff", class_="background")]
    for panel in panels:
        parts += [*panel.axes(), *panel.lines(colours)]
    return "\n".join([*parts, "</svg>", ""])
