package dev.tidemark.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Two views over what the shop keeps of a price, one of orders and one of clicks: computed with one constant, or with each
 * product's own margin from a reference table. What the second costs beyond the first is what enrichment costs.
 */
enum Margins {
    /** The same margin for every product. */
    CONSTANT,
    /** The product's margin, of a reference table that orders and clicks are joined with. */
    JOINED;

    private static final String ENRICH = "\nenrich: {products: {key: product_id, columns: [margin]}}\n";
    private static final String OF_CLICKS =
            """
            name: margins_seen
            source: clicks
            pane: 1m
            dimensions: {category: category}
            measures: {margin: sum(margin)}
            """;

    /** Adds the views to a shop, before anything of it is started. */
    void addTo(TestBed bed) throws Exception {
        Path shop = bed.installation().home().resolve("examples/shop");
        write(bed, "margins", Files.readString(shop.resolve("views/margins.yaml")));
        write(bed, "margins_seen", OF_CLICKS);
        if (this == JOINED) {
            for (String part : List.of("references", "data")) {
                TestBed.copy(shop.resolve(part), bed.folder().resolve(part));
            }
            for (String source : List.of("orders", "clicks")) {
                Files.writeString(
                        bed.folder().resolve("sources/" + source + ".yaml"), ENRICH, StandardOpenOption.APPEND);
            }
            bed.batch("references", "load");
        }
    }

    private void write(TestBed bed, String view, String text) throws IOException {
        String stated = this == JOINED
                ? text
                : text.replace("amount * margin)", "amount * 0.25BD)").replace("sum(margin)", "sum(0.25BD)");
        Files.writeString(bed.folder().resolve("views/" + view + ".yaml"), stated);
    }
}
