package dev.tidemark.shop;

import java.util.Locale;

/** What a product is. */
enum Category {
    BOOKS,
    CLOTHES,
    ELECTRONICS,
    FOOD,
    GARDEN,
    HEALTH,
    HOME,
    MUSIC,
    PETS,
    SPORTS,
    TOOLS,
    TOYS;

    static final int COUNT = values().length;

    private static final Category[] ALL = values();

    private final String text = name().toLowerCase(Locale.ROOT);

    /** The category of a product; they take turns, so that hot products are of all categories. */
    static Category of(int product) {
        return ALL[product % COUNT];
    }

    @Override
    public String toString() {
        return text;
    }
}
