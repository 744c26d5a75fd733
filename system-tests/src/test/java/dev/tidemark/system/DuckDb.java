package dev.tidemark.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** An engine that shares no code with ours. */
final class DuckDb implements AutoCloseable {

    private final Connection connection = DriverManager.getConnection("jdbc:duckdb:");

    /** With nothing in it. */
    DuckDb() throws SQLException {}

    /** With these flights. */
    DuckDb(Path folder, List<Flight> flights) throws SQLException, IOException {
        Path csv = Files.createTempFile(folder, "flights", ".csv");
        List<String> lines = new ArrayList<>();
        lines.add("date,delay,distance,origin,destination");
        flights.forEach(flight -> lines.add(String.join(
                ",",
                flight.date().toString().replace("T", " ").replace("Z", ""),
                String.valueOf(flight.delay()),
                String.valueOf(flight.distance()),
                flight.origin(),
                flight.destination())));
        Files.write(csv, lines);
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table flights as select * from read_csv('" + csv
                    + "', types={'date':'TIMESTAMP','delay':'BIGINT','distance':'BIGINT'})");
        }
    }

    /** The rows of a query, each value as text; of a double, the number as Java writes it. */
    List<List<String>> rows(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<List<String>> rows = new ArrayList<>();
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    row.add(String.valueOf(result.getObject(i)));
                }
                rows.add(row);
            }
            return rows;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
