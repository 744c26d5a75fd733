package dev.tidemark.view;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.Position;
import dev.tidemark.schema.ValueType;
import dev.tidemark.view.aggregate.Occurrence;
import java.util.ArrayList;
import java.util.List;

/**
 * An event that fits a step of a pattern, or cancels: the one event of a cell. It is told from others by its position, which
 * is part of the cell's key.
 *
 * @param cell its cell
 * @param at when it happened, and its position
 * @param fits the bits of the steps that it fits, and the one after them if it cancels
 */
public record StepEvent(Cell cell, Occurrence at, long fits) {

    /** What makes each step event a cell of its own, after what increments carry of it. */
    static final List<Field> POSITION = List.of(
            new Field("log_id", ValueType.STRING),
            new Field("partition", ValueType.BIGINT),
            new Field("offset", ValueType.BIGINT));

    /** The step event in a cell of a view of a pattern. */
    public static StepEvent of(View view, Cell cell) {
        List<Object> key = cell.dimensions();
        int position = key.size() - POSITION.size();
        Position at = new Position((String) key.get(position), Math.toIntExact((Long) key.get(position + 1)), (Long)
                key.get(position + 2));
        return new StepEvent(cell, new Occurrence(cell.start(), at), (Long)
                key.get(view.dimensions().size()));
    }

    /** The key of the cell of an event of which {@code carried} came in its increment. */
    static List<Object> key(List<Object> carried, Position position) {
        List<Object> key = new ArrayList<>(carried.size() + POSITION.size());
        key.addAll(carried);
        key.add(position.log());
        key.add((long) position.partition());
        key.add(position.offset());
        return java.util.Collections.unmodifiableList(key);
    }

    /** The values of the view's dimensions. */
    public List<Object> dimensions(View view) {
        return cell.dimensions().subList(0, view.dimensions().size());
    }

    /** One of the values by which steps are compared, in the order of {@link Steps#values}. */
    Object value(View view, int index) {
        return cell.dimensions().get(view.dimensions().size() + 1 + index);
    }

    /** Its event time, in microseconds of the epoch. */
    public long time() {
        return at.eventTime();
    }

    /** Whose it is. */
    public Object by() {
        return cell.dimensions().get(0);
    }

    /** Whether it fits the step of that number, from 0, by itself. */
    boolean fits(int step) {
        return (fits >>> step & 1) == 1;
    }
}
