SELECT
  to_date(window.start) AS day,
  window.start AS window_start,
  device,
  region,
  count(*) AS clicks,
  min(clicked_at) AS first,
  max(clicked_at) AS last
FROM events
GROUP BY window(event_time, '1 hour'), device, region
