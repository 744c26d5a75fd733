package dev.tidemark.view;

/** How a view cuts time: into panes, which are the same for all events, or into sessions, which its events make. */
public sealed interface Slicing permits Pane, Session {

    /** The field of a view's file that states it. */
    String field();

    /** What that field holds: a text, or texts by their names. */
    Object stated();
}
