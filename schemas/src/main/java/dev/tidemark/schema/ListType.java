package dev.tidemark.schema;

/**
 * The type of a list of values, written as SQL writes it.
 *
 * @param item the type of the values
 */
public record ListType(ValueType item) implements ResultType {

    @Override
    public String toString() {
        return "array<" + item + ">";
    }
}
