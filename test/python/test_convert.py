"""GeoDataFrames, whose package need not be installed."""

from __future__ import annotations

import sys
import types

import pandas as pd
import pytest
import shapely
from sparkflow import convert, ddl
from sparkflow.errors import SparkflowError


def frame(**columns: tuple[object, list]):
    """A Spark DataFrame, as far as the conversion asks: columns by name, each a type and values."""
    fields = [{"name": name, "type": kind} for name, (kind, _) in columns.items()]
    data = pd.DataFrame({name: pd.Series(values, dtype=object) for name, (_, values) in columns.items()})
    schema = types.SimpleNamespace(jsonValue=lambda: {"fields": fields})
    return types.SimpleNamespace(schema=schema, columns=list(columns), data=data)


@pytest.fixture
def geopandas(monkeypatch):
    """As much of the package as is used: what it is given can be looked at."""
    found = types.SimpleNamespace(
        crs=[],
        GeoSeries=lambda values, crs: found.crs.append(crs) or values,
        GeoDataFrame=lambda data, geometry: (list(data.columns), geometry),
    )
    monkeypatch.setitem(sys.modules, "geopandas", found)
    monkeypatch.setattr(convert, "_to_pandas", lambda given: given.data)
    return found


def point(srid: int):
    return shapely.set_srid(shapely.Point(1, 2), srid)


def test_the_first_geometry_is_the_active_one_and_an_srid_of_all_rows_its_crs(geopandas):
    given = frame(
        id=("long", [1, 2]),
        same=(ddl.GEOMETRY, [point(3857), None]),
        mixed=(ddl.GEOMETRY, [point(3857), point(4326)]),
        unknown=(ddl.GEOMETRY, [point(0), point(0)]),
    )
    assert convert.from_frame(given, "geopandas") == (["id", "same", "mixed", "unknown"], "same")
    assert geopandas.crs == ["EPSG:3857", None, None]


def test_without_a_geometry_there_is_no_geodataframe():
    with pytest.raises(SparkflowError, match="needs a geometry column, and the data has only `id`"):
        convert.from_frame(frame(id=("long", [1])), "geopandas")
