package dev.tidemark.serving.live;

/** Someone who listens to a live query. None of its methods may wait for anything. */
public interface Subscriber {

    /** Gives it an event, which takes the place of one that it has not begun to send. */
    void offer(Event event);

    /** Lets it send {@link Event#HEARTBEAT}, unless it is busy. */
    void beat();

    /** Says that no events follow. */
    void end();
}
