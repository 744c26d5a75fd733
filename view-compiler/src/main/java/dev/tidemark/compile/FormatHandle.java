package dev.tidemark.compile;

import dev.tidemark.schema.Format;
import dev.tidemark.schema.SchemaRegistry;
import java.io.Serializable;
import java.util.Optional;

/** A format on its way to Spark's tasks. It may carry a login, so no text is made of it. */
final class FormatHandle implements Serializable {

    private static final long serialVersionUID = 1L;

    private final boolean json;
    private final String registryUrl;
    private final String registryLogin;
    private final String registryShown;

    private FormatHandle(boolean json, Optional<SchemaRegistry> registry) {
        this.json = json;
        this.registryUrl = registry.map(SchemaRegistry::url).orElse(null);
        this.registryLogin = registry.flatMap(SchemaRegistry::login).orElse(null);
        this.registryShown = registry.map(SchemaRegistry::shown).orElse(null);
    }

    static FormatHandle of(Format format) {
        Optional<SchemaRegistry> registry =
                format instanceof Format.ConfluentAvro confluent ? confluent.registry() : Optional.empty();
        return new FormatHandle(format.equals(Format.JSON), registry);
    }

    Format format() {
        if (json) {
            return Format.JSON;
        }
        return registryUrl == null
                ? Format.AVRO
                : new Format.ConfluentAvro(Optional.of(
                        new SchemaRegistry(registryUrl, Optional.ofNullable(registryLogin), registryShown)));
    }
}
