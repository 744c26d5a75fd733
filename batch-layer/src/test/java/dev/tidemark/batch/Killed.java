package dev.tidemark.batch;

import dev.tidemark.batch.Progress.Stage;

/** What a run dies of when it comes to a stage: nothing of ours catches it. */
final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    /** Ends a run at a stage, as if its process had been killed there. */
    static Progress at(Stage last) {
        return new AtStage(last, () -> {
            throw new Killed();
        });
    }
}
