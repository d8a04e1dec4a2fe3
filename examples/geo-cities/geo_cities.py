"""The tasks of the flow geo-cities: which country holds how many of the world's cities.

The counting rule, the same as in README.md and in the independent computation that tests this one:

    Coordinates are degrees on a plane: a border runs straight between two of its vertices. A city is in a country
    if its point lies in the country's area or on its border. A city in several countries, on a common border, counts
    once, for the one whose name comes first in the order of code points. A city in none of them is unmatched.
"""

import sparkflow
import world_map  # every file of the ConfigMap `code` can be imported
from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def load_cities(places: DataFrame) -> DataFrame:
    """Give every place a point; `country_code` is GeoNames' own opinion and takes no part in the count."""
    return places.select(
        # Two cities may share name and place, so they need a number. It is stable from here on, since it is stored.
        F.monotonically_increasing_id().alias("id"),
        "name",
        F.col("country").alias("country_code"),
        F.expr("ST_Point(lng, lat)").alias("geometry"),
    )


def load_countries(shapes: DataFrame) -> DataFrame:
    """Turn each country's GeoJSON text into a valid geometry."""
    # Real data: Sudan's outline crosses itself, which some predicates refuse or get wrong.
    geometry = F.expr("ST_MakeValid(ST_GeomFromGeoJSON(geometry))")
    return shapes.select(F.col("name").alias("country"), geometry.alias("geometry"))


def count_cities(cities: DataFrame, countries: DataFrame, top: int) -> dict[str, DataFrame]:
    """Join cities to countries and count, countries without a city too; see the rule above.

    Returns output `counts`, a row for each country in the order of names, and output `top`, the `top` countries with
    most cities (of equal ones the first by name). Reports the values `matched` and `unmatched`, numbers of cities.
    """
    # ST_Intersects, not ST_Contains: a point on a border is in no country's interior and would be lost.
    touches = F.expr("ST_Intersects(land.geometry, city.geometry)")
    matches = cities.alias("city").join(countries.alias("land"), touches)
    homes = matches.groupBy("id").agg(F.min("country").alias("country"))  # on a common border: the first name
    found = homes.groupBy("country").agg(F.count("*").alias("found"))
    counts = (
        countries.join(found, "country", "left")
        .select("geometry", "country", F.coalesce("found", F.lit(0)).cast("bigint").alias("cities"))
        .coalesce(1)  # a row for each country: one small file
        .sortWithinPartitions("country")
        .cache()  # used three times: for the values and for both outputs
    )
    matched = counts.agg(F.sum("cities")).first()[0]
    sparkflow.value("matched", matched)
    sparkflow.value("unmatched", cities.count() - matched)
    ranked = counts.select("country", "cities").orderBy(F.desc("cities"), "country")
    return {"counts": counts, "top": ranked.limit(top)}


def draw_map(counts: DataFrame, matched: int, unmatched: int) -> bytes:
    """Draw the counts as a picture; the bytes returned become the file of output `map`."""
    rows = counts.selectExpr("country", "cities", "ST_AsGeoJSON(geometry)").collect()  # 177 rows: fits any driver
    return world_map.draw(
        [(country, cities, shape) for country, cities, shape in rows],
        title="Which country holds how many of the world’s cities",
        subtitle=f"{matched + unmatched:,} places, of which {matched:,} lie in one of {len(rows)} countries and "
        f"{unmatched:,} off these coarse outlines, mostly on coasts and islands",
        source="Cities: every 16th of GeoNames’ places with over 1,000 inhabitants or an administrative seat, "
        "CC BY 4.0. Countries: Natural Earth 1:110m, public domain. Equal Earth projection.",
    )
