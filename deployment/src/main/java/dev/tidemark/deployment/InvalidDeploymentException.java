package dev.tidemark.deployment;

import java.util.List;
import java.util.stream.Collectors;

/** A deployment's files are wrong; carries every problem that was found. */
public final class InvalidDeploymentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    public InvalidDeploymentException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** The problems, in the order of files and lines. */
    public List<Problem> problems() {
        return problems;
    }
}
