package dev.tidemark.launcher;

import java.time.Instant;
import java.util.Optional;

/** The events of an example in the order in which they are sent: history first, then live traffic. */
interface ExampleEvents extends AutoCloseable {

    /** The next event; empty at the end, if there is one. */
    Optional<ExampleEvent> next();

    /** What is sent before that is history. */
    Instant liveFrom();

    @Override
    void close();
}
