package dev.tidemark.schema;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/** The Avro types that events can have: those that both we and Spark see in the same way. */
public final class AcceptedTypes {

    /** By it Spark takes another type than the schema's. */
    private static final String SPARK_TYPE = "spark.sql.catalyst.type";

    private final Set<String> around = new HashSet<>();
    private final List<SchemaProblem> problems = new ArrayList<>();

    private AcceptedTypes() {}

    /** Everything in a schema that events cannot have, in the order of the fields. */
    public static List<SchemaProblem> problemsOf(Schema schema) {
        AcceptedTypes types = new AcceptedTypes();
        types.look(schema, "");
        return List.copyOf(types.problems);
    }

    /** @throws IllegalArgumentException with every problem of the schema, if it has any */
    static void require(Schema schema) {
        List<SchemaProblem> problems = problemsOf(schema);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    problems.stream().map(SchemaProblem::toString).collect(Collectors.joining("; ")));
        }
    }

    private void problem(String path, String message) {
        problems.add(new SchemaProblem(path, message));
    }

    private void look(Schema schema, String path) {
        if (schema.getObjectProp(SPARK_TYPE) != null) {
            problem(path, "has the property " + SPARK_TYPE + "; leave it out");
        }
        lookAtLogical(schema.getLogicalType(), path);
        switch (schema.getType()) {
            case RECORD -> lookAtRecord(schema, path);
            case ARRAY -> look(schema.getElementType(), path + "[]");
            case MAP -> look(schema.getValueType(), path + "{}");
            case UNION -> lookAtUnion(schema, path);
            case NULL -> problem(path, "can only be null; give it a type");
            default -> {}
        }
    }

    private void lookAtUnion(Schema union, String path) {
        List<Schema> types = union.getTypes().stream()
                .filter(type -> type.getType() != Schema.Type.NULL)
                .toList();
        if (types.size() != 1) {
            problem(path, "is a union of " + types.size() + " types; a union of null and one type is accepted");
        }
        types.forEach(type -> look(type, path));
    }

    private void lookAtRecord(Schema schema, String path) {
        if (!around.add(schema.getFullName())) {
            problem(path, "is a " + schema.getFullName() + " within itself; a record cannot hold itself");
            return;
        }
        String prefix = path.isEmpty() ? "" : path + ".";
        Set<String> names = new HashSet<>();
        for (Schema.Field field : schema.getFields()) {
            if (!names.add(field.name().toLowerCase(Locale.ROOT))) {
                problem(prefix + field.name(), "differs from another field only in case; to Delta they are one");
            }
            lookAtField(field, prefix + field.name());
        }
        around.remove(schema.getFullName());
    }

    /** A default is looked at only where its type is right. */
    private void lookAtField(Schema.Field field, String path) {
        int before = problems.size();
        look(field.schema(), path);
        if (problems.size() == before && field.hasDefaultValue()) {
            try {
                AvroValues.defaultOf(field);
            } catch (IllegalArgumentException | AvroRuntimeException e) {
                problem(path, e.getMessage());
            }
        }
    }

    private void lookAtLogical(LogicalType logical, String path) {
        if (logical instanceof LogicalTypes.Decimal decimal) {
            if (decimal.getPrecision() > ValueType.MAX_PRECISION) {
                problem(
                        path,
                        "is a decimal of %d digits; accepted are at most %d"
                                .formatted(decimal.getPrecision(), ValueType.MAX_PRECISION));
            }
            return;
        }
        boolean accepted = logical == null
                || logical instanceof LogicalTypes.TimestampMillis
                || logical instanceof LogicalTypes.TimestampMicros
                || logical instanceof LogicalTypes.Date
                || logical.getName().equals(LogicalTypes.uuid().getName());
        if (!accepted) {
            problem(
                    path,
                    "is of the logical type " + logical.getName()
                            + "; accepted are timestamp-millis, timestamp-micros, date, decimal and uuid");
        }
    }
}
