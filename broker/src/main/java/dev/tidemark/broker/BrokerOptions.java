package dev.tidemark.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the broker's command line says.
 *
 * @param data the data directory
 * @param port where clients connect; 0, the default, is the remembered or any free port
 * @param patience how long to wait for another broker to leave the data directory; none, the default, refuses at once
 * @param addressFile where to write the bootstrap address once clients can connect
 */
record BrokerOptions(Path data, int port, Duration patience, Path addressFile) {

    static final String USAGE = "usage: BrokerMain --data DIR [--port N] [--patience SECONDS] --address-file FILE";

    private static final List<String> NAMES = List.of("--data", "--port", "--patience", "--address-file");

    BrokerOptions {
        if (patience.isNegative()) {
            throw new IllegalArgumentException("--patience must be 0 seconds or more, but is " + patience.toSeconds());
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("--port must be between 0 (any free port) and 65535, but is " + port);
        }
    }

    /** @throws IllegalArgumentException if an option is unknown, missing or no number; the message says which */
    static BrokerOptions parse(String... args) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < args.length; i += 2) {
            if (!NAMES.contains(args[i])) {
                throw new IllegalArgumentException("unknown option " + args[i]);
            }
            if (i + 1 == args.length) {
                throw new IllegalArgumentException(args[i] + " needs a value");
            }
            values.put(args[i], args[i + 1]);
        }
        return new BrokerOptions(
                Path.of(required(values, "--data")),
                number("--port", values),
                Duration.ofSeconds(number("--patience", values)),
                Path.of(required(values, "--address-file")));
    }

    private static String required(Map<String, String> values, String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value;
    }

    private static int number(String name, Map<String, String> values) {
        String value = values.getOrDefault(name, "0");
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " must be a number, but is '" + value + "'", e);
        }
    }
}
