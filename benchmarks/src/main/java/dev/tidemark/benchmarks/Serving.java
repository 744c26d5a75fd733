package dev.tidemark.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.deployment.Deployment;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The serving layer of a deployment, as a client asks it. */
final class Serving {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final String address;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Serving(Deployment deployment) {
        this.address = "http://127.0.0.1:" + deployment.servingPort();
    }

    /** The answer to a query, of which there has to be one, as it comes. */
    byte[] ask(String path) throws Exception {
        HttpResponse<byte[]> response = http.send(
                HttpRequest.newBuilder(URI.create(address + path))
                        .timeout(PATIENCE)
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new IllegalStateException(
                    path + ": " + response.statusCode() + " " + new String(response.body(), StandardCharsets.UTF_8));
        }
        return response.body();
    }

    /** What each source has spooled of its tail. */
    List<String> spooled() throws Exception {
        List<String> spooled = new ArrayList<>();
        for (JsonNode source : JSON.readTree(ask("/v1/status")).get("sources")) {
            spooled.add(source.get("source").asText() + " " + source.path("spool"));
        }
        return spooled;
    }

    /** Whether an answer counts what stands at an offset of a partition. */
    boolean counts(String path, int partition, long offset) throws Exception {
        for (JsonNode each : JSON.readTree(ask(path)).at("/certificate/partitions")) {
            if (each.get("partition").asInt() == partition) {
                return each.get("through").asLong() > offset;
            }
        }
        return false;
    }

    /** How many bytes the live objects of a process take; it collects its garbage for it. */
    static long liveBytes(Process process) throws IOException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process histogram = new ProcessBuilder(jcmd, Long.toString(process.pid()), "GC.class_histogram").start();
        String text = new String(histogram.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        // The last line: Total, instances, bytes.
        String[] total =
                text.strip().substring(text.strip().lastIndexOf('\n') + 1).split("\\s+");
        return Long.parseLong(total[total.length - 1]);
    }
}
