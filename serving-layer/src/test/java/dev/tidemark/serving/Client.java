package dev.tidemark.serving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Asks a serving layer over HTTP. */
record Client(int port) {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A reply and its JSON. */
    record Reply(HttpResponse<String> http, JsonNode json) {
        int status() {
            return http.statusCode();
        }

        String header(String name) {
            return http.headers().firstValue(name).orElse("");
        }

        JsonNode rows() {
            return json.get("rows");
        }

        JsonNode certificate() {
            return json.get("certificate");
        }

        long through(int partition) {
            return certificate().get("partitions").get(partition).get("through").asLong();
        }
    }

    static Client of(ServingLayer serving) {
        return new Client(serving.port());
    }

    /** Asks a serving layer that is ready; waits until it is. */
    static Client ready(ServingLayer serving) throws Exception {
        Client client = of(serving);
        Until.holds(() -> client.get("/readyz").status() == 200);
        return client;
    }

    Reply get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    Reply post(String path, String body) throws IOException, InterruptedException {
        return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** The rows of view {@code revenue}. */
    Reply revenue(String parameters) throws IOException, InterruptedException {
        return get("/v1/views/revenue/query?" + parameters);
    }

    /** The text at an address. */
    String text(String path) throws IOException, InterruptedException {
        return HTTP.send(request(path).build(), BodyHandlers.ofString()).body();
    }

    private HttpRequest.Builder request(String path) {
        URI uri = URI.create("http://127.0.0.1:" + port
                + path.replace("{", "%7B")
                        .replace("}", "%7D")
                        .replace("\"", "%22")
                        .replace("[", "%5B")
                        .replace("]", "%5D"));
        return HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30));
    }

    private Reply send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString());
        return new Reply(response, JSON.readTree(response.body()));
    }
}
