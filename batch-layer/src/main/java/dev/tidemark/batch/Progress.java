package dev.tidemark.batch;

/** Hears how far a run has come. */
interface Progress {

    /** Points that a run passes; a process may die at any of them, and nothing may be lost or doubled. */
    enum Stage {
        /** Records have been appended to the master dataset, their dead letters not yet. */
        ARCHIVED,
        /** Rows of files have been appended to the master dataset or taken out of it, their dead letters not yet. */
        IMPORTED,
        /** Segments have been written that no publication names yet. */
        SEGMENTS_WRITTEN,
        /** A replay has been staged, and nothing decided of it. */
        REPLAY_STAGED,
        /** A publication has been made, the readable tables not yet brought up to date. */
        PUBLISHED
    }

    /** A line for the user. */
    void say(String line);

    /** The run has come to {@code stage}. */
    default void reached(Stage stage) {}
}
