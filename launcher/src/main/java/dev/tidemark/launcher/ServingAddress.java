package dev.tidemark.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.UnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where the serving layer of a deployment listens.
 *
 * @param url the beginning of all its addresses, such as {@code http://127.0.0.1:8686}
 */
record ServingAddress(String url) {

    private static final String THIS_MACHINE = "127.0.0.1";
    private static final int OK = 200;
    private static final int SERVER_ERROR = 500;

    /** A query may wait for a minute until what it asks for has been counted. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** What is about the process itself it answers at once, if it is one of ours. */
    private static final Duration SHORT_PATIENCE = Duration.ofSeconds(5);

    private static final String ALL_INTERFACES = "//0.0.0.0:";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    /** Where it can be asked how far it is, if it listens on this port and at all or the default address. */
    static ServingAddress expected(int port) {
        return new ServingAddress("http://" + THIS_MACHINE + ":" + port);
    }

    /** What it says once it answers queries: {@code serving ready at http://HOST:PORT}. */
    static ServingAddress ofReadyLine(String line) {
        return new ServingAddress(
                line.substring(line.lastIndexOf(' ') + 1).replace(ALL_INTERFACES, "//" + THIS_MACHINE + ":"));
    }

    @Override
    public String toString() {
        return url;
    }

    /**
     * The answer to a GET.
     *
     * @param path path and parameters
     * @throws UnavailableException if nothing answers there, or if it cannot answer at present
     * @throws RefusedException if it refuses what was asked; the message is the problem's own
     */
    String get(String path) throws InterruptedException {
        return get(path, PATIENCE);
    }

    private String get(String path, Duration patience) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(this + path))
                .timeout(patience)
                .build();
        try {
            HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            requireAnswer(answer.statusCode(), answer.body());
            return answer.body();
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /**
     * The events of a stream (server-sent events), until it ends or {@code more} says that it is enough.
     *
     * @param path path and parameters
     * @param more takes each event; whether to go on
     * @return whether {@code more} was enough; otherwise the stream has ended
     * @throws UnavailableException if nothing answers there, or if it cannot answer at present
     * @throws RefusedException if it refuses what was asked; the message is the problem's own
     */
    boolean follow(String path, Predicate<ServerEvent> more) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(this + path))
                .header("Accept", "text/event-stream")
                .build();
        try {
            HttpResponse<Stream<String>> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofLines());
            try (Stream<String> lines = answer.body()) {
                if (answer.statusCode() != OK) {
                    requireAnswer(answer.statusCode(), lines.collect(Collectors.joining("\n")));
                }
                return ServerEvent.read(lines.iterator(), more);
            }
        } catch (UncheckedIOException e) {
            return false;
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private static void requireAnswer(int status, String body) {
        if (status != OK && status < SERVER_ERROR) {
            throw new RefusedException(reason(status, body));
        }
        if (status != OK) {
            throw new UnavailableException(reason(status, body));
        }
    }

    private UnavailableException unreachable(IOException e) {
        return new UnavailableException(
                "the serving layer does not answer at %s (%s): start `tidemark up`, or say with --url"
                                .formatted(
                                        url,
                                        e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage())
                        + " where it listens");
    }

    /** The name of the deployment that is served here; empty if no serving layer answers. */
    Optional<String> deploymentServed() throws InterruptedException {
        try {
            JsonNode name = JSON.readTree(get("/v1/status", SHORT_PATIENCE)).path("deployment");
            return name.isTextual() ? Optional.of(name.asText()) : Optional.empty();
        } catch (UnavailableException | RefusedException | JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** Why it does not answer queries yet; empty if it does. */
    String notReady() throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(this + "/readyz"))
                .timeout(SHORT_PATIENCE)
                .build();
        try {
            HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == OK ? "" : reason(answer.statusCode(), answer.body());
        } catch (IOException e) {
            return "it does not listen yet";
        }
    }

    /** Its problem's detail, as RFC 9457 has it. */
    private static String reason(int status, String body) {
        try {
            JsonNode detail = JSON.readTree(body).path("detail");
            return detail.isTextual() ? detail.asText() : "it answers " + status;
        } catch (JsonProcessingException e) {
            return "it answers " + status;
        }
    }
}
