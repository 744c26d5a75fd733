package dev.tidemark.schema;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/** The Avro types that events can have: those that both we and Spark see in the same way. */
final class AcceptedTypes {

    /** By it Spark takes another type than the schema's. */
    private static final String SPARK_TYPE = "spark.sql.catalyst.type";

    private final Set<String> around = new HashSet<>();

    private AcceptedTypes() {}

    /** @throws IllegalArgumentException with the path of the first type that is not accepted */
    static void require(Schema schema) {
        new AcceptedTypes().require(schema, "");
    }

    private void require(Schema schema, String path) {
        if (schema.getObjectProp(SPARK_TYPE) != null) {
            throw new IllegalArgumentException(path + " has the property " + SPARK_TYPE + "; leave it out");
        }
        requireLogical(schema.getLogicalType(), path);
        switch (schema.getType()) {
            case RECORD -> requireRecord(schema, path);
            case ARRAY -> require(schema.getElementType(), path + "[]");
            case MAP -> require(schema.getValueType(), path + "{}");
            case UNION -> schema.getTypes().forEach(type -> require(type, path));
            default -> {}
        }
    }

    private void requireRecord(Schema schema, String path) {
        if (!around.add(schema.getFullName())) {
            throw new IllegalArgumentException(
                    path + " is a " + schema.getFullName() + " within itself; a record cannot hold itself");
        }
        String prefix = path.isEmpty() ? "" : path + ".";
        Set<String> names = new HashSet<>();
        for (Schema.Field field : schema.getFields()) {
            if (!names.add(field.name().toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException(
                        prefix + field.name() + " differs from another field only in case; to Delta they are one");
            }
            require(field.schema(), prefix + field.name());
        }
        around.remove(schema.getFullName());
    }

    private static void requireLogical(LogicalType logical, String path) {
        if (logical instanceof LogicalTypes.Decimal decimal) {
            if (decimal.getPrecision() > ValueType.MAX_PRECISION) {
                throw new IllegalArgumentException("%s is a decimal of %d digits; accepted are at most %d"
                        .formatted(path, decimal.getPrecision(), ValueType.MAX_PRECISION));
            }
            return;
        }
        boolean accepted = logical == null
                || logical instanceof LogicalTypes.TimestampMillis
                || logical instanceof LogicalTypes.TimestampMicros
                || logical instanceof LogicalTypes.Date
                || logical.getName().equals(LogicalTypes.uuid().getName());
        if (!accepted) {
            throw new IllegalArgumentException(path + " is of the logical type " + logical.getName()
                    + "; accepted are timestamp-millis, timestamp-micros, date, decimal and uuid");
        }
    }
}
