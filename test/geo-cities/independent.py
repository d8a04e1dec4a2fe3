"""Counts the cities of each country without Spark and without Sedona, to check examples/geo-cities.

The rule, the same as in the example's README.md:

    Coordinates are degrees on a plane: a border runs straight between two of its vertices. A city is in a country
    if its point lies in the country's area or on its border. A city in several countries, on a common border, counts
    once, for the one whose name comes first in the order of code points. A city in none of them is unmatched.

Prints one JSON object, {country: number of cities}, sorted by name, countries without a city included.

    python independent.py [FOLDER]     # FOLDER holds cities.csv.gz and countries.jsonl.gz; default: the example's
"""

import csv
import gzip
import json
import sys
from pathlib import Path

from shapely import STRtree, points
from shapely.geometry import shape

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "geo-cities" / "data"


def read_countries(path: Path) -> dict[str, object]:
    """Geometry of each country by name, in the order of names."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        found = {country["name"]: shape(country["geometry"]) for country in map(json.loads, lines)}
    return dict(sorted(found.items()))


def read_points(path: Path) -> list[tuple[float, float]]:
    """(lng, lat) of each city in degrees."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return [(float(city["lng"]), float(city["lat"])) for city in csv.DictReader(lines)]


def count(folder: Path) -> dict[str, int]:
    """Number of cities by country, by the rule above."""
    countries = read_countries(folder / "countries.jsonl.gz")
    names = list(countries)
    tree = STRtree(list(countries.values()))
    home: dict[int, int] = {}
    # The tree's indices are in the order of names, so the lowest index is the first name.
    for city, country in tree.query(points(read_points(folder / "cities.csv.gz")), predicate="intersects").T:
        home[int(city)] = min(home.get(int(city), len(names)), int(country))
    counts = dict.fromkeys(names, 0)
    for country in home.values():
        counts[names[country]] += 1
    return counts


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLE
    print(json.dumps(count(folder), ensure_ascii=False, indent=1))
