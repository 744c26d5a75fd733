SELECT
  to_date(window.start) AS day,
  window.start AS window_start,
  category,
  count(*) AS views
FROM events
WHERE page = 'product'
GROUP BY window(event_time, '5 minutes'), category
