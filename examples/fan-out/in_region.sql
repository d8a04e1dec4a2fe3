SELECT :region AS region, count(*) AS quakes, max(magnitude) AS strongest
FROM quakes
WHERE ST_Intersects(place, ST_GeomFromText(:outline))
