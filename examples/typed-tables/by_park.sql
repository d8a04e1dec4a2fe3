SELECT park, sum(visitors) AS visitors, max_by(day, visitors) AS busiest
FROM visits
WHERE day BETWEEN :first AND :last
GROUP BY park
