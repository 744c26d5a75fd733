package dev.tidemark.batch;

import dev.tidemark.broker.SharedBroker;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files of a shop whose orders take the area of their region and its tax from a reference table. */
final class EnrichedShop {

    private final Path folder;

    EnrichedShop(Path folder) throws IOException {
        this.folder = folder;
        write("schemas/orders.avsc", Shop.SCHEMA.toString());
        write(
                "tidemark.yaml",
                """
                version: 1
                name: %s
                kafka: {bootstrap.servers: "%s"}
                spark: {spark.master: "local[2]", spark.sql.shuffle.partitions: 2}
                """
                        .formatted(SharedBroker.createTopic("enriched", 2), SharedBroker.bootstrapServers()));
        write(
                "sources/orders.yaml",
                """
                name: orders
                topic: %s
                schema: ../schemas/orders.avsc
                event_time: at
                horizon: 36500d
                enrich: {regions: {key: region, columns: [area, tax]}}
                """
                        .formatted(SharedBroker.createTopic("orders", 2)));
        regions("csv: ../data/regions.csv");
        write(
                "views/taxes.yaml",
                """
                name: taxes
                source: orders
                where: tax > 0 or tax is null
                pane: 1h
                dimensions: {area: area}
                measures: {orders: count(), known: count(tax), taxes: sum(amount * tax), least: min(quantity)}
                """);
        write(
                "views/revenue.yaml",
                """
                name: revenue
                source: orders
                pane: 1h
                dimensions: {region: region}
                measures: {revenue: sum(amount)}
                """);
    }

    /** States where the reference table's rows come from. */
    void regions(String place) throws IOException {
        write(
                "references/regions.yaml",
                """
                name: regions
                %s
                key: region
                valid_from: since
                valid_to: until
                columns: {area: string, tax: "decimal(4,3)"}
                """
                        .formatted(place));
    }

    /** States the rows of the CSV file. */
    void csv(String... rows) throws IOException {
        write("data/regions.csv", "region,area,tax,since,until\n" + String.join("\n", rows) + "\n");
    }

    void write(String file, String text) throws IOException {
        Files.createDirectories(folder.resolve(file).getParent());
        Files.writeString(folder.resolve(file), text);
    }

    Path path(String file) {
        return folder.resolve(file);
    }

    /** As the files and what is loaded state it now. */
    Deployment deployment() {
        return DeploymentLoader.load(folder.resolve("tidemark.yaml"));
    }

    Shop shop() {
        return Shop.of(deployment());
    }

    /** Loads the reference table as its place is now. */
    ReferenceLoads.Result load() {
        Shop shop = shop();
        List<ReferenceLoads.Result> loaded =
                new ReferenceLoads(shop.deployment, shop::spark, Shop.QUIET).load(shop.deployment.references());
        return loaded.get(0);
    }
}
