package dev.tidemark.view;

import dev.tidemark.schema.CellShape;
import dev.tidemark.schema.Contribution;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.Position;
import dev.tidemark.view.aggregate.Occurrence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A view whose types are known: what the layers and the merge work with.
 *
 * @param definition what its file states
 * @param dimensions the dimensions, in order
 * @param measures the measures, in order
 * @param steps what its pattern's steps are compared by; empty if it has no pattern
 */
public record View(ViewDefinition definition, List<Field> dimensions, List<Measure> measures, Optional<Steps> steps) {
    public View {
        dimensions = List.copyOf(dimensions);
        measures = List.copyOf(measures);
        if (steps.isPresent() != definition.pattern().isPresent()) {
            throw new IllegalArgumentException(
                    "view " + definition.name() + " has a pattern without steps, or steps without");
        }
    }

    /** One without a pattern. */
    public View(ViewDefinition definition, List<Field> dimensions, List<Measure> measures) {
        this(definition, dimensions, measures, Optional.empty());
    }

    public String name() {
        return definition.name();
    }

    public Layers layers() {
        return definition.layers();
    }

    /**
     * Its pane.
     *
     * @throws IllegalStateException if it has none
     */
    public Pane pane() {
        return definition.pane();
    }

    /** Its sessions; empty if it has none. */
    public Optional<Session> session() {
        return definition.session();
    }

    /** Its pattern; empty if it has none. */
    public Optional<Pattern> pattern() {
        return definition.pattern();
    }

    /** Whether its time is cut into panes. */
    public boolean hasPanes() {
        return definition.slicing() instanceof Pane;
    }

    /** What tells its cells apart beside their times: its dimensions, and what a step event has beside them. */
    public List<Field> key() {
        List<Field> key = new ArrayList<>(carried());
        steps.ifPresent(all -> key.addAll(StepEvent.POSITION));
        return key;
    }

    /** What of {@link #key} an increment carries: all but its position, which it says anyhow. */
    private List<Field> carried() {
        List<Field> carried = new ArrayList<>(dimensions);
        steps.ifPresent(all -> carried.addAll(all.carried()));
        return carried;
    }

    /** The values of {@link #key} of an event of which an increment carries these. */
    List<Object> keyOf(List<Object> carried, Position position) {
        return steps.isPresent() ? StepEvent.key(carried, position) : carried;
    }

    /** What an increment carries for it. */
    public CellShape shape() {
        List<Field> inputs = new ArrayList<>();
        for (Measure measure : measures) {
            measure.aggregate().input().ifPresent(type -> inputs.add(new Field(measure.name(), type)));
        }
        return new CellShape(name(), carried(), inputs);
    }

    /** The measure of that name. */
    public Optional<Measure> measure(String name) {
        return measures.stream().filter(measure -> measure.name().equals(name)).findFirst();
    }

    /** The partials of no events. */
    public Object[] identity() {
        return measures.stream().map(measure -> measure.algebra().identity()).toArray();
    }

    /** The partials {@code cell} and one counted event more; {@code cell} stays as it is. */
    public Object[] add(Object[] cell, Contribution event, Occurrence at) {
        Object[] sum = new Object[cell.length];
        int input = 0;
        for (int i = 0; i < sum.length; i++) {
            Measure measure = measures.get(i);
            Object value =
                    measure.aggregate().input().isPresent() ? event.inputs().get(input++) : null;
            sum[i] = measure.algebra().add(cell[i], value, at);
        }
        return sum;
    }

    /** The partials of all cells, at least one; they stay as they are. */
    public Object[] mergeAll(List<Object[]> cells) {
        return mergeAll(cells, IntStream.range(0, measures.size()).boxed().toList());
    }

    /**
     * The partials of some measures over all cells, at least one; they stay as they are. All partials of each are merged
     * at once, since each merge of two sketches would copy one.
     *
     * @param wanted the measures, by their indices
     */
    public Object[] mergeAll(List<Object[]> cells, List<Integer> wanted) {
        Object[] merged = new Object[wanted.size()];
        for (int i = 0; i < merged.length; i++) {
            int measure = wanted.get(i);
            merged[i] = cells.size() == 1
                    ? cells.get(0)[measure]
                    : measures.get(measure)
                            .algebra()
                            .mergeAll(cells.stream()
                                    .map(partials -> partials[measure])
                                    .toList());
        }
        return merged;
    }

    /** The partials of both cells, which stay as they are. */
    public Object[] merge(Object[] one, Object[] other) {
        Object[] sum = new Object[one.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = measures.get(i).algebra().merge(one[i], other[i]);
        }
        return sum;
    }
}
