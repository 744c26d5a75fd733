package dev.tidemark.serving.segment;

/** An answer of the past needs more cells than there is memory for beside the present. */
public final class TooManyCellsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final long cells;
    private final long most;

    TooManyCellsException(long cells, long most) {
        super("%,d cells of the past would have to be read, and there is memory for %,d".formatted(cells, most));
        this.cells = cells;
        this.most = most;
    }

    /** How many cells would have to be read. */
    public long cells() {
        return cells;
    }

    /** How many may be. */
    public long most() {
        return most;
    }
}
