package dev.tidemark.batch;

import dev.tidemark.view.Json;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Row;

/**
 * Makes JSON of the cells of a line of CSV. A cell is a text; where the schema's field is a number or a boolean and the
 * text is one, it is given as one. An empty cell is null. A line that has not as many cells as the header is given as it
 * is, which is no JSON.
 *
 * @param names the columns' names
 * @param types what each column's cells may be beside texts
 */
record CsvCells(String[] names, Type[] types) implements Function<Row, byte[]> {

    /** The column of a line that has not as many cells as the header. */
    static final String UNREADABLE = "_line_as_it_is";

    private static final long serialVersionUID = 1L;

    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d{1,9})?");

    /** As long as the judge lets a number be; longer ones are texts, which it refuses as well. */
    private static final int MOST_DIGITS = 1000;

    /** What cells may be beside texts. */
    enum Type {
        TEXT,
        NUMBER,
        BOOLEAN
    }

    static CsvCells of(String[] names, Schema schema) {
        return new CsvCells(
                names, Arrays.stream(names).map(name -> type(name, schema)).toArray(Type[]::new));
    }

    private static Type type(String column, Schema schema) {
        return schema.getFields().stream()
                .filter(field -> field.name().equals(column) || field.aliases().contains(column))
                .findFirst()
                .map(field -> type(field.schema()))
                .orElse(Type.TEXT);
    }

    private static Type type(Schema field) {
        if (field.getLogicalType() instanceof LogicalTypes.Date) {
            return Type.TEXT;
        }
        return switch (field.getType()) {
            case INT, LONG, FLOAT, DOUBLE -> Type.NUMBER;
            case BOOLEAN -> Type.BOOLEAN;
            case UNION ->
                field.getTypes().stream()
                        .map(CsvCells::type)
                        .filter(type -> type != Type.TEXT)
                        .findFirst()
                        .orElse(Type.TEXT);
            default -> Type.TEXT;
        };
    }

    @Override
    public byte[] call(Row line) {
        String unreadable = line.getString(names.length);
        return (unreadable == null ? json(line) : unreadable).getBytes(StandardCharsets.UTF_8);
    }

    private String json(Row line) {
        Map<String, Object> cells = new LinkedHashMap<>();
        for (int i = 0; i < names.length; i++) {
            cells.put(names[i], cell(line.getString(i), types[i]));
        }
        return Json.write(cells);
    }

    private static Object cell(String text, Type type) {
        if (text == null) {
            return null;
        }
        boolean isNumber = type == Type.NUMBER
                && text.length() <= MOST_DIGITS
                && NUMBER.matcher(text).matches();
        boolean isBoolean = type == Type.BOOLEAN && (text.equals("true") || text.equals("false"));
        return isNumber ? new BigDecimal(text) : isBoolean ? Boolean.valueOf(text) : text;
    }
}
