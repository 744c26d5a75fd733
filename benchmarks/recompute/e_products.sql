SELECT
  to_date(window.start) AS day,
  window.start AS window_start,
  product_id AS product,
  count(*) AS views
FROM events
WHERE page = 'product'
GROUP BY window(event_time, '1 hour'), product_id
