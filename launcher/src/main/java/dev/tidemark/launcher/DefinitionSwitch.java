package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.SourceChange;
import dev.tidemark.deployment.Standing;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.view.Publication;
import java.util.List;

/**
 * Switches a deployment that runs to what its files state by now: says what they change, and has the history
 * recomputed beside everything else. The publication that comes of it switches.
 */
final class DefinitionSwitch {

    private final Deployment deployment;
    private final Platform platform;

    DefinitionSwitch(Deployment deployment, Platform platform) {
        this.deployment = deployment;
        this.platform = platform;
    }

    /** Says what the files change, if anything. */
    void announce() {
        List<SourceChange> changes = SourceChange.of(deployment);
        changes.forEach(change -> change.lines().forEach(Output::say));
    }

    /** Begins to recompute, if the files state what was never published; returns at once. */
    void begin() {
        if (isDue()) {
            Thread thread = new Thread(this::recompute, "definition-switch");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private boolean isDue() {
        Publication newest = deployment.warehouse().publications().latest();
        return deployment.sources().stream()
                .anyMatch(source -> Standing.of(deployment, newest, source) instanceof Standing.Changing);
    }

    private void recompute() {
        Output.say("recomputing the history of what has changed; what is published answers until that is done");
        try {
            // A changed schema has what is archived judged again first.
            platform.batch("archive");
            platform.batch("recompute");
            Output.say("publication %d has switched to what the files state"
                    .formatted(deployment.warehouse().publications().latest().number()));
        } catch (UnavailableException e) {
            Output.say(e.getMessage());
            Output.say("what is published goes on answering; run `tidemark archive` and `tidemark recompute` when"
                    + " that is mended");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
