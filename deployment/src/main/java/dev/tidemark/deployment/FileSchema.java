package dev.tidemark.deployment;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The JSON Schemas of a deployment's files: editors complete and check the files by them. */
public enum FileSchema {
    /** Of {@code tidemark.yaml}. */
    TIDEMARK,
    /** Of {@code sources/<source>.yaml}. */
    SOURCE,
    /** Of {@code views/<view>.yaml}. */
    VIEW,
    /** Of {@code references/<reference>.yaml}. */
    REFERENCE;

    /** The name of its file. */
    public String fileName() {
        return name().toLowerCase(Locale.ROOT) + ".schema.json";
    }

    /** The schema. */
    public String json() {
        try (InputStream in = FileSchema.class.getResourceAsStream("/json-schema/" + fileName())) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
