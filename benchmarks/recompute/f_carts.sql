SELECT
  to_date(window.start) AS day,
  window.start AS window_start,
  category,
  count(*) AS carts
FROM events
WHERE page = 'cart'
GROUP BY window(event_time, '15 minutes'), category
