package dev.tidemark.compile;

/**
 * Something wrong with an expression of a view.
 *
 * @param view the view's name
 * @param field the field, such as {@code measures.revenue}
 * @param message what was found, and what would be accepted
 */
public record ViewProblem(String view, String field, String message) {}
