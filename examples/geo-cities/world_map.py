"""A choropleth of the world as a PNG, with matplotlib and nothing else."""

import io
import json
from collections.abc import Sequence

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Polygon
from matplotlib.path import Path

CLASSES = [(1, 4), (5, 14), (15, 49), (50, 149), (150, 499), (500, None)]  # lowest and highest count of each colour
COLOURS = LinearSegmentedColormap.from_list("cities", ["#d9f0d3", "#7fcdbb", "#2c9fb8", "#225ea8", "#172a6e"])
NONE, SEA, BORDER, INK, FAINT = "#e4e2dc", "#f3f7fa", "#ffffff", "#1f2933", "#6b7785"


def equal_earth(lng_lat: np.ndarray) -> np.ndarray:
    """Project degrees, shape (n, 2), to the plane, shape (n, 2), without changing areas.

    The polynomial is that of Šavrič, Patterson and Jenny, "The Equal Earth map projection" (2018).
    """
    lng, lat = np.radians(lng_lat).T
    t = np.arcsin(np.sqrt(3) / 2 * np.sin(lat))
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    slope = a1 + 3 * a2 * t**2 + t**6 * (7 * a3 + 9 * a4 * t**2)
    x = 2 / np.sqrt(3) * lng * np.cos(t) / slope
    return np.column_stack([x, t * (a1 + a2 * t**2 + t**6 * (a3 + a4 * t**2))])


def ring_path(ring: Sequence[Sequence[float]]) -> Path:
    """One closed ring of degrees as a projected path; edges get a vertex every 2°, since the projection bends them."""
    points = np.asarray(ring, dtype=float)[:, :2]
    longest = np.abs(np.diff(points, axis=0)).max(axis=1)
    steps = np.concatenate([[0], np.cumsum(np.maximum(1, np.ceil(longest / 2)))])
    at = np.arange(steps[-1] + 1)
    return Path(equal_earth(np.column_stack([np.interp(at, steps, axis) for axis in points.T])), closed=True)


def country_path(geojson: str) -> Path:
    """A GeoJSON Polygon or MultiPolygon as one path."""
    shape = json.loads(geojson)
    polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
    return Path.make_compound_path(*(ring_path(ring) for polygon in polygons for ring in polygon))


def colour(cities: int) -> object:
    """The colour of the class that the count is in; grey for none."""
    reached = sum(low <= cities for low, _ in CLASSES)
    return NONE if reached == 0 else COLOURS((reached - 1) / (len(CLASSES) - 1))


def draw_legend(axes, counts: Sequence[int]) -> None:
    """A row below the map: each class with its colour and, in brackets, how many countries are in it."""

    def entry(label: str, low: int, high: int | None) -> Patch:
        n = sum(low <= count and (high is None or count <= high) for count in counts)
        return Patch(facecolor=colour(low), edgecolor="#c3cad1", linewidth=0.5, label=f"{label}  ({n})")

    classes = [(f"{low} and more" if high is None else f"{low} – {high}", low, high) for low, high in CLASSES]
    legend = axes.legend(
        handles=[entry(*numbers) for numbers in [("none", 0, 0), *classes]],
        title="Cities in a country (number of such countries)",
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        ncols=len(CLASSES) + 1,
        frameon=False,
        fontsize=10,
        labelcolor=INK,
        handlelength=2.2,
        handleheight=1.2,
        columnspacing=1.8,
    )
    legend.get_title().set(color=INK, fontsize=10)


def draw(countries: Sequence[tuple[str, int, str]], title: str, subtitle: str, source: str) -> bytes:
    """Draw countries, each (name, number of cities, GeoJSON geometry in degrees), and return the PNG's bytes."""
    # A Figure made without pyplot draws with Agg, into memory: no display is needed and no global state is left.
    figure = Figure(figsize=(14, 8.6), dpi=150, facecolor="white")
    axes = figure.add_axes((0.02, 0.125, 0.96, 0.765))
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.margins(0.01)
    world = [(-180, -90), (180, -90), (180, 90), (-180, 90), (-180, -90)]
    axes.add_patch(Polygon(ring_path(world).vertices, facecolor=SEA, edgecolor="#c9d3dc", linewidth=0.8))
    paths = [country_path(shape) for _, _, shape in countries]
    fills = [colour(cities) for _, cities, _ in countries]
    axes.add_collection(PathCollection(paths, facecolors=fills, edgecolors=BORDER, linewidths=0.4))
    axes.autoscale_view()
    draw_legend(axes, [cities for _, cities, _ in countries])
    figure.text(0.03, 0.95, title, fontsize=21, fontweight="bold", color=INK)
    figure.text(0.03, 0.914, subtitle, fontsize=11.5, color=FAINT)
    figure.text(0.03, 0.02, source, fontsize=8, color=FAINT)
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()
