package dev.tidemark.compile;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.spark.sql.avro.SchemaConverters;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampType;

/** Our types and Spark's. */
public final class SparkTypes {

    private SparkTypes() {}

    /** The type that Spark holds a value of ours in. */
    public static DataType of(ValueType type) {
        return switch (type.kind()) {
            case BOOLEAN -> DataTypes.BooleanType;
            case BIGINT -> DataTypes.LongType;
            case DOUBLE -> DataTypes.DoubleType;
            case DECIMAL -> DataTypes.createDecimalType(type.precision(), type.scale());
            case STRING -> DataTypes.StringType;
            case DATE -> DataTypes.DateType;
            case TIMESTAMP -> DataTypes.TimestampType;
            case BINARY -> DataTypes.BinaryType;
        };
    }

    /** The type of ours that an expression's values are held in; empty for types that no dimension or measure can have. */
    public static Optional<ValueType> of(DataType type) {
        if (type instanceof BooleanType) {
            return Optional.of(ValueType.BOOLEAN);
        }
        if (type instanceof LongType
                || type instanceof IntegerType
                || type instanceof ShortType
                || type instanceof ByteType) {
            return Optional.of(ValueType.BIGINT);
        }
        if (type instanceof DoubleType || type instanceof FloatType) {
            return Optional.of(ValueType.DOUBLE);
        }
        if (type instanceof DecimalType decimal) {
            return Optional.of(ValueType.decimal(decimal.precision(), decimal.scale()));
        }
        // One of another collation is equal where its bytes are not, and they are what serving compares.
        if (type instanceof StringType text && text.isUTF8BinaryCollation() || type instanceof NullType) {
            return Optional.of(ValueType.STRING);
        }
        if (type instanceof DateType) {
            return Optional.of(ValueType.DATE);
        }
        return type instanceof TimestampType ? Optional.of(ValueType.TIMESTAMP) : Optional.empty();
    }

    /** What views see of events of an Avro record schema: its fields, and what is taken from reference tables. */
    static StructType ofEvents(Schema schema, List<Field> enriched) {
        StructType seen = ofEvents(schema);
        for (Field column : enriched) {
            seen = seen.add(column.name(), of(column.type()));
        }
        return seen;
    }

    /** The columns of events of an Avro record schema. */
    public static StructType ofEvents(Schema schema) {
        return (StructType) SchemaConverters.toSqlType(schema).dataType();
    }
}
