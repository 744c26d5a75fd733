package dev.tidemark.schema;

/**
 * The type of a list of {@link RankedItem}s, written as SQL writes it.
 *
 * @param item the type of the items
 */
public record RankedItemsType(ValueType item) implements ResultType {

    @Override
    public String toString() {
        return "array<struct<item:" + item + ",count:bigint>>";
    }
}
