package dev.tidemark.serving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Listens to a live query, of view {@code revenue} unless told otherwise, by a socket of its own that holds little. */
final class Listener implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LITTLE = 4_096;

    /** An event as it came. */
    record Received(String name, JsonNode data) {}

    private final Socket socket = new Socket();
    private final Thread thread = new Thread(this::readAll, "listener");
    private final List<Received> events = new CopyOnWriteArrayList<>();
    private volatile String head = "";
    private volatile boolean ended;

    private Listener(int port, String view, String parameters) throws IOException {
        socket.setReceiveBufferSize(LITTLE);
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        // Version 1.0 gets events as they are, not in chunks.
        String request = "GET /v1/views/%s/live?%s HTTP/1.0\r\nHost: localhost\r\n\r\n".formatted(view, parameters);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        thread.setDaemon(true);
    }

    /** Asks, and reads all events as they come. */
    static Listener to(ServingLayer serving, String parameters) throws IOException {
        Listener listener = asleep(serving, parameters);
        listener.wake();
        return listener;
    }

    /** Asks, and reads nothing before it is woken. */
    static Listener asleep(ServingLayer serving, String parameters) throws IOException {
        return new Listener(serving.port(), "revenue", parameters);
    }

    /** Asks about another view, and reads all events as they come. */
    static Listener to(ServingLayer serving, String view, String parameters) throws IOException {
        Listener listener = new Listener(serving.port(), view, parameters);
        listener.wake();
        return listener;
    }

    void wake() {
        thread.start();
    }

    private void readAll() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            StringBuilder headers = new StringBuilder();
            for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
                headers.append(line).append('\n');
            }
            head = headers.toString();
            String name = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("event: ")) {
                    name = line.substring("event: ".length());
                } else if (line.startsWith("data: ")) {
                    events.add(new Received(name, JSON.readTree(line.substring("data: ".length()))));
                }
            }
        } catch (IOException e) {
            // Closed from either side.
        } finally {
            ended = true;
        }
    }

    /** The status line and the headers; empty before they have come. */
    String head() {
        return head;
    }

    /** Whether nothing follows. */
    boolean ended() {
        return ended;
    }

    List<Received> events() {
        return events;
    }

    List<JsonNode> all(String name) {
        return events.stream()
                .filter(event -> event.name().equals(name))
                .map(Received::data)
                .toList();
    }

    /** The newest event of that name; none is an error, which {@link Until} waits out. */
    JsonNode newest(String name) {
        List<JsonNode> all = all(name);
        return all.get(all.size() - 1);
    }

    /** How far the newest answer has counted partition 0. */
    long through() {
        return through(newest("rows"));
    }

    static long through(JsonNode rows) {
        return rows.get("certificate").get("partitions").get(0).get("through").asLong();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
