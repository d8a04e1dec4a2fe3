SELECT product, sum(pieces) AS pieces, CAST(sum(pieces * price) AS DECIMAL(28, 2)) AS revenue
FROM orders
GROUP BY product
