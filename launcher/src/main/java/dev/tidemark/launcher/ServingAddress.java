package dev.tidemark.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * Where the serving layer of a deployment listens.
 *
 * @param port its port on this machine
 */
record ServingAddress(int port) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    @Override
    public String toString() {
        return "http://127.0.0.1:" + port;
    }

    /** Why it does not answer queries yet; empty if it does. */
    String notReady() throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(this + "/readyz"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 ? "" : reason(answer);
        } catch (IOException e) {
            return "it does not listen on port " + port + " yet";
        }
    }

    /** Its problem's detail, as RFC 9457 has it. */
    private static String reason(HttpResponse<String> answer) {
        try {
            JsonNode detail = JSON.readTree(answer.body()).path("detail");
            return detail.isTextual() ? detail.asText() : "it answers " + answer.statusCode();
        } catch (JsonProcessingException e) {
            return "it answers " + answer.statusCode();
        }
    }
}
