package dev.tidemark.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Listens to a live query by a socket that holds little. It reads nothing before it is woken; from then on it does as
 * browsers do: when its stream has ended, it asks again.
 */
final class LiveClient implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LITTLE = 4_096;
    private static final long BEFORE_IT_ASKS_AGAIN = Duration.ofMillis(100).toNanos();
    private static final String DATA = "data: ";

    /** How far answers were behind at most, in offsets and in milliseconds. */
    record Behind(long records, long millis) {

        private static final Behind NOT = new Behind(0, 0);

        private Behind orMore(JsonNode freshness) {
            return new Behind(
                    Math.max(records, freshness.get("behind_records").asLong()),
                    Math.max(millis, freshness.get("behind_ms").asLong()));
        }
    }

    private final int port;
    private final String path;
    private final Thread thread = new Thread(this::listen, "live-client");
    private JsonNode newest;
    private Behind behind = Behind.NOT;
    private int answers;
    private int streams;
    private long answered;
    private Duration longestWait = Duration.ZERO;
    private volatile Socket socket;
    private volatile boolean closed;

    private LiveClient(int port, String path) throws IOException {
        this.port = port;
        this.path = path;
        thread.setDaemon(true);
        ask();
    }

    /** Asks a question, and reads nothing before it is {@link #wake woken}. */
    static LiveClient asleep(TestDeployment deployment, Question question) throws IOException {
        return new LiveClient(deployment.port(), question.path().replace("/query?", "/live?"));
    }

    /** Asks a question, and reads all answers as they come. */
    static LiveClient awake(TestDeployment deployment, Question question) throws IOException {
        LiveClient client = asleep(deployment, question);
        client.wake();
        return client;
    }

    private void ask() throws IOException {
        // Version 1.0 gets events as they are, not in chunks.
        String request = "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n".formatted(path);
        Socket opened = new Socket();
        opened.setReceiveBufferSize(LITTLE);
        opened.connect(new InetSocketAddress("127.0.0.1", port));
        opened.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        socket = opened;
        synchronized (this) {
            streams++;
        }
    }

    void wake() {
        thread.start();
    }

    private void listen() {
        readAll();
        while (!closed) {
            LockSupport.parkNanos(BEFORE_IT_ASKS_AGAIN);
            askAndReadAll();
        }
    }

    private void askAndReadAll() {
        try {
            ask();
            readAll();
        } catch (IOException e) {
            // Nobody listens; it asks again.
        }
    }

    private void readAll() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            String event = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("event: ")) {
                    event = line;
                } else if (line.startsWith(DATA) && event.equals("event: rows")) {
                    take(JSON.readTree(line.substring(DATA.length())));
                }
            }
        } catch (IOException e) {
            // Cut off in the middle of an event, or closed.
        }
    }

    private synchronized void take(JsonNode answer) {
        long now = System.nanoTime();
        Duration waited = Duration.ofNanos(answers == 0 ? 0 : now - answered);
        longestWait = waited.compareTo(longestWait) > 0 ? waited : longestWait;
        answered = now;
        newest = answer;
        behind = behind.orMore(answer.get("freshness"));
        answers++;
    }

    /** The newest answer; none is an error, which {@link Conditions} waits out. */
    synchronized JsonNode newest() {
        if (newest == null) {
            throw new IllegalStateException("no answer has come yet");
        }
        return newest;
    }

    /** Whether the newest answer counts everything below these offsets, by partition. */
    boolean hasReached(Map<Integer, Long> ends) {
        Map<Integer, Long> throughs = TestDeployment.throughs(newest());
        return ends.entrySet().stream().allMatch(end -> throughs.get(end.getKey()) >= end.getValue());
    }

    /** How many answers have come. */
    synchronized int answers() {
        return answers;
    }

    /** The longest time between two answers. */
    synchronized Duration longestWait() {
        return longestWait;
    }

    /** How often it has asked. */
    synchronized int streams() {
        return streams;
    }

    /** How far the answers were behind since this was asked last. */
    synchronized Behind behind() {
        Behind most = behind;
        behind = Behind.NOT;
        return most;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        socket.close();
    }
}
