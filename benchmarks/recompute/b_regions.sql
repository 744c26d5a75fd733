SELECT
  to_date(window.start) AS day,
  window.start AS window_start,
  region,
  count(*) AS clicks,
  sum(CASE WHEN page = 'checkout' THEN 1 ELSE 0 END) AS checkouts
FROM events
GROUP BY window(event_time, '1 minute'), region
