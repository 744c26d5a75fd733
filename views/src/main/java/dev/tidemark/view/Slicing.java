package dev.tidemark.view;

/**
 * How a view cuts time: into panes, which are the same for all events, or into sessions, which its events make; or not at all,
 * where it looks for events that follow each other in a pattern.
 */
public sealed interface Slicing permits Pane, Session, Pattern {

    /** The field of a view's file that states it. */
    String field();

    /** What that field holds: a text, or texts and lists of texts by their names. */
    Object stated();
}
