package dev.tidemark.compile;

import java.util.List;
import java.util.stream.Collectors;

/** Views cannot be compiled; carries every problem that was found. */
public final class InvalidViewsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<ViewProblem> problems;

    InvalidViewsException(List<ViewProblem> problems) {
        super(problems.stream()
                .map(problem -> "view " + problem.view() + ": " + problem.field() + ": " + problem.message())
                .collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** The problems. */
    public List<ViewProblem> problems() {
        return problems;
    }
}
