package dev.tidemark.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.Metrics;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MetricsServerTest {

    private static final String HOST = "127.0.0.1";

    @Test
    void answersWithWhatIsMeasuredAndTheJvmsOwn() throws Exception {
        try (Metrics metrics = new Metrics("shop", "speed")) {
            metrics.registry().counter("tidemark.trials").increment(2);
            try (MetricsServer server = MetricsServer.start(metrics, HOST, 0).orElseThrow()) {
                String text = text(server.port());
                assertTrue(text.contains("tidemark_trials_total{deployment=\"shop\",layer=\"speed\"} 2.0\n"), text);
                assertTrue(text.contains("jvm_gc_memory_allocated_bytes_total{deployment=\"shop\""), text);
            }
        }
    }

    private static String text(int port) throws Exception {
        URI uri = URI.create("http://" + HOST + ":" + port + "/metrics");
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode());
        return answer.body();
    }

    @Test
    void aPortThatIsTakenIsNoReasonNotToStream() throws Exception {
        try (Metrics metrics = new Metrics("shop", "speed");
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            assertEquals(Optional.empty(), MetricsServer.start(metrics, HOST, taken.getLocalPort()));
        }
    }
}
