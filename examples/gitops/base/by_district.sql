-- Stations outside of all districts don't count.
SELECT district, count(*) AS readings, round(avg(pm10), 2) AS pm10
FROM districts JOIN points ON ST_Intersects(ST_GeomFromText(outline), geometry)
GROUP BY district
ORDER BY district
