package dev.tidemark.launcher;

import dev.tidemark.deployment.FileSchema;
import dev.tidemark.deployment.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A small deployment that works, to begin with: one source of orders, one view over it, a few events.
 *
 * @param name the deployment's name
 * @param port of the HTTP API
 * @param metricsPort of the speed layer's metrics
 * @param bootstrapServers the brokers; empty for a broker of the deployment's own
 */
record NewDeployment(String name, int port, int metricsPort, Optional<String> bootstrapServers) {

    private static final String TEMPLATES = "/init/";
    private static final List<String> FILES = List.of(
            "tidemark.yaml",
            "sources/orders.yaml",
            "views/revenue.yaml",
            "schemas/orders.avsc",
            "orders.ndjson",
            ".gitignore");

    /** Where a deployment's own copies of the JSON Schemas stand, so that it can be moved and cloned. */
    private static final String SCHEMAS = ".schema";

    private static final String OWN_BROKER =
            """
            # The brokers, and any other setting of Kafka's clients. Left out, `tidemark up` starts a broker of its own.
            # kafka:
            #   bootstrap.servers: broker:9092""";

    private static final String NAMED_BROKER =
            """
            # The brokers, and any other setting of Kafka's clients. Leave it out, and `tidemark up` starts its own.
            kafka:
              bootstrap.servers: %s""";

    /** What a folder's name makes of a deployment's: lower-case letters, digits and -. */
    static String nameOf(Path folder) {
        String text =
                folder.toAbsolutePath().normalize().getFileName().toString().toLowerCase(Locale.ROOT);
        String name = text.replaceAll("[^a-z0-9]+", "-").replaceAll("^[^a-z]+|-+$", "");
        return name.isEmpty() ? "shop" : name.substring(0, Math.min(name.length(), 40));
    }

    /**
     * Writes the files into a folder, which is made if it is not there.
     *
     * @throws RefusedException if the folder is not empty
     */
    void write(Path folder) {
        try {
            requireEmpty(folder);
            for (String file : FILES) {
                write(folder.resolve(file), filled(template(file)));
            }
            for (FileSchema schema : FileSchema.values()) {
                write(folder.resolve(SCHEMAS).resolve(schema.fileName()), schema.json());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void requireEmpty(Path folder) throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new RefusedException(folder + " is a file; a folder that is empty or not there yet is expected");
        }
        Files.createDirectories(folder);
        try (Stream<Path> files = Files.list(folder)) {
            Optional<Path> first = files.findFirst();
            if (first.isPresent()) {
                throw new RefusedException(
                        "%s is not empty (it holds %s); a folder that is empty or not there yet is expected"
                                .formatted(folder, first.get().getFileName()));
            }
        }
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static String template(String file) {
        return Resources.text(resource(file));
    }

    /** Tools that copy resources leave out files whose names begin with a dot. */
    private static String resource(String file) {
        return TEMPLATES + (file.startsWith(".") ? file.substring(1) : file);
    }

    private String filled(String template) {
        return template.replace("{{name}}", name)
                .replace(
                        "{{kafka}}",
                        bootstrapServers.map(NAMED_BROKER::formatted).orElse(OWN_BROKER))
                .replace("{{port}}", Integer.toString(port))
                .replace("{{metrics_port}}", Integer.toString(metricsPort));
    }
}
