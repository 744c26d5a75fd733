package dev.tidemark.view;

import dev.tidemark.view.aggregate.Values;

/** How two values compare. As in SQL, nothing compares with null. */
public enum Operator {
    LESS("<"),
    AT_MOST("<="),
    GREATER(">"),
    AT_LEAST(">="),
    EQUAL("="),
    DIFFERENT("<>");

    private final String text;

    Operator(String text) {
        this.text = text;
    }

    /**
     * The operator that is written so.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Operator of(String text) {
        for (Operator operator : values()) {
            if (operator.text.equals(text)) {
                return operator;
            }
        }
        throw new IllegalArgumentException("'" + text + "' is no operator; accepted are <, <=, >, >=, = and <>");
    }

    /** Whether it holds between two values of one type. */
    boolean holds(Object left, Object right) {
        return left != null && right != null && accepts(Values.compare(left, right));
    }

    /** @param order below zero if the left side is less than the right one, above if it is greater */
    public boolean accepts(int order) {
        return switch (this) {
            case LESS -> order < 0;
            case AT_MOST -> order <= 0;
            case GREATER -> order > 0;
            case AT_LEAST -> order >= 0;
            case EQUAL -> order == 0;
            case DIFFERENT -> order != 0;
        };
    }

    @Override
    public String toString() {
        return text;
    }
}
