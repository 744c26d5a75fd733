package dev.tidemark.deployment;

import java.nio.file.Path;

/** Reads a deployment's files. */
public final class DeploymentLoader {
    private DeploymentLoader() {}

    /**
     * The deployment that {@code file} and the files it names state.
     *
     * @throws InvalidDeploymentException with every problem that was found
     */
    public static Deployment load(Path file) {
        throw new UnsupportedOperationException("in work");
    }
}
