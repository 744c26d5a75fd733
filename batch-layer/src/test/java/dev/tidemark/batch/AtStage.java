package dev.tidemark.batch;

import dev.tidemark.batch.Progress.Stage;

/**
 * Does something when a run comes to a stage, and hears nothing else.
 *
 * @param stage the stage
 * @param action what is done there, by the run's own thread
 */
record AtStage(Stage stage, Runnable action) implements Progress {

    @Override
    public void say(String line) {}

    @Override
    public void reached(Stage reached) {
        if (reached == stage) {
            action.run();
        }
    }
}
