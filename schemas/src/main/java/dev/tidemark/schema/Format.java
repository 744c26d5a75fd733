package dev.tidemark.schema;

import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/** How a topic's values hold events: what has to be known, beside the source's schema, to read them. */
public sealed interface Format {

    Format JSON = new Json();
    Format AVRO = new Avro();

    /**
     * The format that was kept by its name; a schema registry is not kept with it.
     *
     * @throws IllegalArgumentException if there is no such format
     */
    static Format kept(String name) {
        return Stream.of(JSON, AVRO, new ConfluentAvro(Optional.empty()))
                .filter(format -> format.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no format '" + name + "'"));
    }

    /** The name by which definition sets and archives know it. */
    String name();

    /** What a value should be, for a message: "a JSON object". */
    String expected();

    /**
     * A reader of events.
     *
     * @param schema the schema that events are wanted in
     * @param writtenBy the schema that they were written by, where the bytes do not say it
     * @throws IllegalArgumentException if events of {@code schema} cannot be read
     */
    EventReader reader(Schema schema, Schema writtenBy);

    /** What turns JSON lines into values of a topic with events of that schema. */
    EventWriter writer(Schema schema, String topic);

    /** JSON objects, as docs/semantics.md has them. */
    record Json() implements Format {
        @Override
        public String name() {
            return "json";
        }

        @Override
        public String expected() {
            return "a JSON object";
        }

        @Override
        public EventReader reader(Schema schema, Schema writtenBy) {
            return new JsonEvents(schema);
        }

        @Override
        public EventWriter writer(Schema schema, String topic) {
            return line -> line;
        }
    }

    /** Avro's binary encoding without any header: the reader has to know the writer's schema. */
    record Avro() implements Format {
        @Override
        public String name() {
            return "avro";
        }

        @Override
        public String expected() {
            return "a record in Avro's binary encoding";
        }

        @Override
        public EventReader reader(Schema schema, Schema writtenBy) {
            return new AvroEvents(writtenBy, schema);
        }

        @Override
        public EventWriter writer(Schema schema, String topic) {
            return new AvroEventWriter(schema, new byte[0]);
        }
    }

    /**
     * Confluent's wire format: a zero byte, the writer schema's id in four bytes, Avro's binary encoding.
     *
     * @param registry where the ids are known; none in a format that was {@link #kept}
     */
    record ConfluentAvro(Optional<SchemaRegistry> registry) implements Format {

        private RegistryClient client() {
            return RegistryClient.of(registry.orElseThrow(
                    () -> new IllegalStateException("a format that was kept is used without its schema registry")));
        }

        @Override
        public String name() {
            return "confluent-avro";
        }

        @Override
        public String expected() {
            return "a record in Confluent's wire format";
        }

        @Override
        public EventReader reader(Schema schema, Schema writtenBy) {
            return new ConfluentEvents(schema, client());
        }

        /** Registers the schema under the topic's subject, unless it is there. */
        @Override
        public EventWriter writer(Schema schema, String topic) {
            int id = client().register(topic + "-value", schema);
            return new AvroEventWriter(schema, ConfluentEvents.header(id));
        }
    }
}
