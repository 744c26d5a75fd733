package dev.tidemark.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Type;

/**
 * Whether a value still means the same where Avro can resolve its type. Avro resolves by the underlying types alone:
 * milliseconds would become microseconds, and cents euros.
 */
enum SchemaMeaning {

    /** Of one value in Avro's bytes, whose digits are counted when it is read. */
    OF_A_VALUE {
        @Override
        boolean isKept(Schema earlier, Schema now) {
            return IN_AVRO.isKept(earlier, now) || isDecimal(earlier, now) && scale(earlier) == scale(now);
        }
    },

    /** In Avro's bytes a plain number may become one with a logical type: the bytes say neither. */
    IN_AVRO {
        @Override
        boolean isKept(Schema earlier, Schema now) {
            return !isMarked(earlier) || !isMarked(now) || isSame(earlier, now);
        }
    },

    /** In JSON each logical type is written in its own way, and so are bytes and the text that they may be. */
    IN_JSON {
        @Override
        boolean isKept(Schema earlier, Schema now) {
            if (isMarked(earlier) || isMarked(now)) {
                return isSame(earlier, now);
            }
            return isBinary(earlier) == isBinary(now);
        }
    };

    abstract boolean isKept(Schema earlier, Schema now);

    /** A place in the present schema: its JSON pointer, and the fields on the way to it. */
    private record Place(String pointer, String field) {
        Place to(String step, String mark) {
            return new Place(pointer + "/" + step, field + mark);
        }

        Place to(Schema.Field below) {
            return new Place(
                    pointer + "/fields/" + below.pos() + "/type",
                    field.isEmpty() ? below.name() : field + "." + below.name());
        }
    }

    /** The places where values of the earlier schema would mean something else by the present one. */
    List<SchemaChange> changes(Schema earlier, Schema now) {
        List<SchemaChange> changes = new ArrayList<>();
        compare(earlier, now, new Place("", ""), changes);
        return changes;
    }

    private void compare(Schema earlier, Schema now, Place place, List<SchemaChange> changes) {
        if (now.getType() == Type.UNION) {
            for (int i = 0; i < now.getTypes().size(); i++) {
                compare(earlier, now.getTypes().get(i), place.to(Integer.toString(i), ""), changes);
            }
        } else if (earlier.getType() == Type.UNION) {
            earlier.getTypes().forEach(type -> compare(type, now, place, changes));
        } else if (now.getType() == earlier.getType() && now.getType() == Type.RECORD) {
            now.getFields().forEach(field -> compareField(earlier, field, place, changes));
        } else if (now.getType() == earlier.getType() && now.getType() == Type.ARRAY) {
            compare(earlier.getElementType(), now.getElementType(), place.to("items", "[]"), changes);
        } else if (now.getType() == earlier.getType() && now.getType() == Type.MAP) {
            compare(earlier.getValueType(), now.getValueType(), place.to("values", "{}"), changes);
        } else if (now.getType() != Type.NULL && earlier.getType() != Type.NULL && !isKept(earlier, now)) {
            changes.add(new SchemaChange(place.pointer(), place.field(), message(earlier, now)));
        }
    }

    private void compareField(Schema earlier, Schema.Field field, Place place, List<SchemaChange> changes) {
        Optional.ofNullable(earlier.getField(field.name()))
                .or(() -> field.aliases().stream()
                        .map(earlier::getField)
                        .filter(Objects::nonNull)
                        .findFirst())
                .ifPresent(before -> compare(before.schema(), field.schema(), place.to(field), changes));
    }

    private static String message(Schema earlier, Schema now) {
        String accepted = earlier.getLogicalType() instanceof LogicalTypes.Decimal decimal
                ? "a decimal of scale %d and at least %d digits".formatted(decimal.getScale(), decimal.getPrecision())
                : SchemaChange.describe(earlier);
        return "is %s, but was %s in earlier events; accepted is %s"
                .formatted(SchemaChange.describe(now), SchemaChange.describe(earlier), accepted);
    }

    private static boolean isBinary(Schema type) {
        return type.getType() == Type.BYTES || type.getType() == Type.FIXED;
    }

    /** Whether its logical type decides what a value means. */
    static boolean isMarked(Schema type) {
        LogicalType logical = type.getLogicalType();
        return logical != null && !logical.getName().equals(LogicalTypes.uuid().getName());
    }

    private static boolean isDecimal(Schema earlier, Schema now) {
        return earlier.getLogicalType() instanceof LogicalTypes.Decimal
                && now.getLogicalType() instanceof LogicalTypes.Decimal;
    }

    private static int scale(Schema decimal) {
        return ((LogicalTypes.Decimal) decimal.getLogicalType()).getScale();
    }

    private static int precision(Schema decimal) {
        return ((LogicalTypes.Decimal) decimal.getLogicalType()).getPrecision();
    }

    private static boolean isSame(Schema earlier, Schema now) {
        if (isDecimal(earlier, now)) {
            return scale(earlier) == scale(now) && precision(earlier) <= precision(now);
        }
        return SchemaChange.describe(earlier).equals(SchemaChange.describe(now));
    }
}
