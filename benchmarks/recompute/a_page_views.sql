SELECT
  to_date(window.start) AS day,
  window.start AS window_start,
  page,
  device,
  count(*) AS views
FROM events
GROUP BY window(event_time, '1 minute'), page, device
