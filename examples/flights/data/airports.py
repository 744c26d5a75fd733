"""Take the airports that flights name out of vega-datasets' table of airports in the United States.

    npm pack vega-datasets@3.2.1
    tar -xzf vega-datasets-3.2.1.tgz package/data/airports.csv package/data/flights-3m.parquet
    pip install duckdb
    python airports.py package/data/airports.csv package/data/flights-3m.parquet airports.csv

In the order of their codes; the same input gives the same bytes.
"""

import argparse
import csv
import sys

import duckdb

CODES = """
    SELECT origin FROM read_parquet($flights) UNION SELECT destination FROM read_parquet($flights)
"""
FIELDS = ("iata", "name", "city", "state")


def codes(flights):
    """The codes of the airports that flights left or were bound for."""
    return {code for (code,) in duckdb.connect().execute(CODES, {"flights": flights}).fetchall()}


def rows(airports, wanted):
    """The rows of those airports, in the order of their codes."""
    with open(airports, newline="", encoding="utf-8") as file:
        found = [row for row in csv.DictReader(file) if row["iata"] in wanted]
    return sorted(found, key=lambda row: row["iata"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("airports", help="airports.csv of vega-datasets")
    parser.add_argument("flights", help="flights-3m.parquet of vega-datasets")
    parser.add_argument("output", help="the .csv file to write")
    args = parser.parse_args()
    wanted = codes(args.flights)
    found = rows(args.airports, wanted)
    if missing := wanted - {row["iata"] for row in found}:
        sys.exit(f"{args.airports} lacks {sorted(missing)}")
    with open(args.output, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, FIELDS, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)
    print(len(found), "airports")


if __name__ == "__main__":
    main()
