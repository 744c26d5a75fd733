SELECT
  to_date(window.start) AS day,
  window.start AS window_start,
  customer_id AS customer,
  count(*) AS clicks,
  max(clicked_at) AS last
FROM events
GROUP BY window(event_time, '1 hour'), customer_id
