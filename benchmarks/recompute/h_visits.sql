SELECT
  to_date(window.start) AS day,
  window.start AS window_start,
  page,
  region,
  count(*) AS visits,
  avg(length(customer_id)) AS mean_length
FROM events
WHERE page IN ('home', 'search')
GROUP BY window(event_time, '1 day'), page, region
