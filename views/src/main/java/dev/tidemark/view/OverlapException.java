package dev.tidemark.view;

/** Two things were to be combined that cover the same positions: the sum would count them twice. */
public final class OverlapException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    public OverlapException(String message) {
        super(message);
    }
}
