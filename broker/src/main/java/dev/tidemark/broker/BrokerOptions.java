package dev.tidemark.broker;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the broker's command line says.
 *
 * @param data the data directory
 * @param port where clients connect; 0, the default, is the remembered or any free port
 * @param addressFile where to write the bootstrap address once clients can connect
 */
record BrokerOptions(Path data, int port, Path addressFile) {

    static final String USAGE = "usage: BrokerMain --data DIR [--port N] --address-file FILE";

    private static final List<String> NAMES = List.of("--data", "--port", "--address-file");

    BrokerOptions {
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
                port(values.getOrDefault("--port", "0")),
                Path.of(required(values, "--address-file")));
    }

    private static String required(Map<String, String> values, String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value;
    }

    private static int port(String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--port must be a number, but is '" + value + "'", e);
        }
    }
}
