package dev.tidemark.batch;

import dev.tidemark.batch.Progress.Stage;

/** What a run dies of when it comes to a stage: nothing of ours catches it. */
final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    /** Ends a run at a stage, as if its process had been killed there. */
    static Progress at(Stage last) {
        return new Progress() {
            @Override
            public void say(String line) {}

            @Override
            public void reached(Stage stage) {
                if (stage == last) {
                    throw new Killed();
                }
            }
        };
    }
}
