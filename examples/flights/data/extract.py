"""Cut some days out of vega-datasets' three million flights of 2001, as gzipped newline-delimited JSON.

    npm pack vega-datasets@3.2.1
    tar -xzf vega-datasets-3.2.1.tgz package/data/flights-3m.parquet
    pip install duckdb
    python extract.py package/data/flights-3m.parquet --from 2001-01-01 --to 2001-01-15 flights-2001-01.ndjson.gz

`--from` is inclusive, `--to` exclusive. All three million flights, 1 January to 1 July 2001:

    python extract.py package/data/flights-3m.parquet --from 2001-01-01 --to 2001-07-02 flights-2001.ndjson.gz

The same input and days give the same flights in the same order: by date, and within a minute as in the input. With the
same zlib the bytes are the same too, since the gzip header carries neither name nor time.
"""

import argparse
import datetime
import gzip
import json
import sys
from collections import Counter

import duckdb

FLIGHTS = """
    SELECT date, delay, distance, origin, destination
    FROM read_parquet(?, file_row_number = true)
    WHERE date >= ? AND date < ?
    ORDER BY date, file_row_number
"""
FIELDS = ("date", "delay", "distance", "origin", "destination")
BATCH = 50_000


def flights(parquet, first, end):
    """The flights that left in [first, end), as tuples in the order of FIELDS, in batches."""
    cursor = duckdb.connect().execute(FLIGHTS, [parquet, first, end])
    while batch := cursor.fetchmany(BATCH):
        yield from batch


def to_line(flight):
    """One flight as a line of compact JSON; the times of the data carry no zone and are written as UTC."""
    date, *rest = flight
    values = (date.strftime("%Y-%m-%dT%H:%M:%SZ"), *rest)
    return json.dumps(dict(zip(FIELDS, values)), separators=(",", ":")) + "\n"


def write(flights_in_order, path):
    """Write the flights and return how many there are of each day."""
    days = Counter()
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        for flight in flights_in_order:
            packed.write(to_line(flight).encode())
            days[flight[0].date()] += 1
    return days


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parquet", help="flights-3m.parquet of vega-datasets")
    parser.add_argument("output", help="the .ndjson.gz file to write")
    parser.add_argument("--from", dest="first", required=True, type=datetime.date.fromisoformat, metavar="DAY")
    parser.add_argument("--to", dest="end", required=True, type=datetime.date.fromisoformat, metavar="DAY")
    return parser.parse_args()


def main():
    args = arguments()
    days = write(flights(args.parquet, args.first, args.end), args.output)
    if not days:
        sys.exit(f"{args.parquet} has no flights in [{args.first}, {args.end}); it covers 2001-01-01 to 2001-07-01")
    for day, count in sorted(days.items()):
        print(day, f"{count:9,}")
    print("flights   ", f"{sum(days.values()):9,}")


if __name__ == "__main__":
    main()
