package dev.tidemark.schema;

import java.util.List;

/**
 * What an increment carries for one view.
 *
 * @param view the view's name
 * @param dimensions the dimensions, in order
 * @param inputs the inputs of those measures that have one, in order
 */
public record CellShape(String view, List<Field> dimensions, List<Field> inputs) {
    public CellShape {
        dimensions = List.copyOf(dimensions);
        inputs = List.copyOf(inputs);
    }
}
