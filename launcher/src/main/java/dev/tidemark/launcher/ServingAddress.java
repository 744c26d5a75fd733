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
 * @param url the beginning of all its addresses, such as {@code http://127.0.0.1:8686}
 */
record ServingAddress(String url) {

    private static final String THIS_MACHINE = "127.0.0.1";
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

    /** Why it does not answer queries yet; empty if it does. */
    String notReady() throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(this + "/readyz"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 ? "" : reason(answer);
        } catch (IOException e) {
            return "it does not listen yet";
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
