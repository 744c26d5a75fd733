package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.schema.Source;
import dev.tidemark.shop.ShopArguments;
import dev.tidemark.shop.ShopEvent;
import dev.tidemark.shop.ShopOptions;
import dev.tidemark.shop.ShopTraffic;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * A shop that opened three days before its first run. Its history is stamped with the times at which it was sent; live
 * traffic happens, and is stamped, when it is sent.
 */
final class ShopExample implements Example {

    private static final Duration HISTORY = Duration.ofDays(3);

    /** At this rate the customers of the live traffic take the time that they take in the shop. */
    private static final double LIVE_RATE = Demo.DEFAULT_RATE;

    /** The view that tells of stolen cards, below the shop's folder. */
    private static final String ALERTING = "views/card_tests.yaml";

    /** The options of the shop's generator, below its folder. */
    private static final String OPTIONS = "shop.args";

    @Override
    public String name() {
        return "shop";
    }

    @Override
    public String query() {
        return "/v1/views/revenue/query?last=24h&by=region&measures=orders,revenue&order=-revenue";
    }

    @Override
    public void complete(Path directory) throws IOException {
        Instant start = Instant.now().minus(HISTORY).truncatedTo(ChronoUnit.SECONDS);
        Files.writeString(
                directory.resolve(OPTIONS),
                "\n# Three days before the first run.\n--start=" + start + "\n",
                StandardOpenOption.APPEND);
        Files.writeString(
                directory.resolve(ALERTING),
                "\n# The demo receives what is delivered here, and prints it.\nwebhook: {url: \"http://127.0.0.1:%d/\"}\n"
                        .formatted(freePort()),
                StandardOpenOption.APPEND);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public ExampleEvents events(Deployment copy) {
        return new Traffic(copy, options(copy.file().resolveSibling(OPTIONS)));
    }

    private static ShopOptions options(Path file) {
        try {
            return ShopArguments.read(file);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(e.getMessage());
        }
    }

    private static final class Traffic implements ExampleEvents {

        private final Deployment deployment;
        private final ShopTraffic traffic;
        private final Instant liveFrom;

        Traffic(Deployment deployment, ShopOptions options) {
            this.deployment = deployment;
            this.liveFrom = options.start().plus(HISTORY);
            this.traffic = new ShopTraffic(options, liveFrom, LIVE_RATE);
        }

        @Override
        public Optional<ExampleEvent> next() {
            ShopEvent event = traffic.next();
            boolean live = event.sentAt() >= liveFrom.toEpochMilli();
            return Optional.of(new Happening(deployment.source(event.source()), event, live));
        }

        @Override
        public Instant liveFrom() {
            return liveFrom;
        }

        @Override
        public void close() {}
    }

    private record Happening(Source source, ShopEvent event, boolean live) implements ExampleEvent {

        @Override
        public Optional<byte[]> key() {
            return Optional.of(event.key());
        }

        @Override
        public byte[] partitionedBy() {
            return event.key();
        }

        @Override
        public boolean isHistory() {
            return !live;
        }

        @Override
        public long timestamp(long now) {
            return live ? now : event.sentAt();
        }

        @Override
        public byte[] line(long timestamp) {
            return event.line(timestamp);
        }
    }
}
