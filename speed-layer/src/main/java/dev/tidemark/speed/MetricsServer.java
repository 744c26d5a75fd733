package dev.tidemark.speed;

import dev.tidemark.deployment.Metrics;
import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers {@code /metrics} over HTTP. */
final class MetricsServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MetricsServer.class);

    private final HTTPServer server;

    private MetricsServer(HTTPServer server) {
        this.server = server;
    }

    /**
     * Begins to answer. If the port cannot be had there is none, and the log says so: events are to flow all the same.
     *
     * @param port 0 for any free one
     */
    static Optional<MetricsServer> start(Metrics metrics, String host, int port) {
        try {
            HTTPServer server = HTTPServer.builder()
                    .inetAddress(InetAddress.getByName(host))
                    .port(port)
                    .registry(metrics.prometheus())
                    .buildAndStart();
            LOG.info("metrics at http://{}:{}/metrics", host, server.getPort());
            return Optional.of(new MetricsServer(server));
        } catch (IOException e) {
            LOG.warn(
                    "no metrics: {}:{} cannot be listened at ({}); set speed.metrics_port in the deployment's file, 0 for"
                            + " any free port",
                    host,
                    port,
                    e.getMessage());
            return Optional.empty();
        }
    }

    int port() {
        return server.getPort();
    }

    @Override
    public void close() {
        server.close();
    }
}
