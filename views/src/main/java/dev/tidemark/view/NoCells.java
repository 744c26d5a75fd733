package dev.tidemark.view;

import dev.tidemark.schema.Contribution;
import dev.tidemark.view.aggregate.Occurrence;
import java.util.function.Consumer;

/** In the place of the cells of a view that nobody here asks for. */
record NoCells(View view) implements TailCells {

    @Override
    public void count(Contribution event, Occurrence at, Changes changes) {
        // Nobody asks.
    }

    @Override
    public void put(Cell cell) {
        // Nobody asks.
    }

    @Override
    public void select(long from, long to, Consumer<Cell> taker) {
        throw new IllegalStateException("the cells of view " + view.name() + " are not kept here");
    }
}
