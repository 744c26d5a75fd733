package dev.tidemark.serving.alert;

import java.util.List;

/** Says what is to be told of one view. Used by one thread. */
public interface Watcher {

    /** The view's name. */
    String view();

    /** Whether it has seen all that there was when it began, so that what it says is of the present. */
    boolean isCaughtUp();

    /**
     * What has to be sent so that what stands is what should; nothing as long as that cannot be said. It keeps nothing
     * that a restart would lose: what could not be sent is said again at one of the next calls.
     *
     * @param standing what stands
     * @throws dev.tidemark.serving.problem.HttpProblem if the view cannot be answered
     */
    List<Alert> changes(Standing standing) throws InterruptedException;
}
