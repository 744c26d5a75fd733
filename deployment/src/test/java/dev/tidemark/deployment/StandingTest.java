package dev.tidemark.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.ValueType;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Cut;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Measure;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How files stand to what has been published, and what they change. */
class StandingTest {

    private static final String REVENUE =
            "name: revenue\nsource: orders\npane: 1m\nmeasures:\n  orders: count()\n  regions: max(region)\n";

    @TempDir
    Path folder;

    @BeforeEach
    void aDeployment() throws IOException {
        write("tidemark.yaml", "version: 1\nname: shop\n");
        write(
                "orders.avsc",
                """
                {"type": "record", "name": "Order", "fields": [
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                  {"name": "region", "type": "string"}]}
                """);
        write("sources/orders.yaml", "name: orders\nschema: ../orders.avsc\nevent_time: at\n");
        write("views/revenue.yaml", REVENUE);
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(folder.resolve(file).getParent());
        Files.writeString(folder.resolve(file), text);
    }

    private Deployment load() {
        return DeploymentLoader.load(folder.resolve("tidemark.yaml"));
    }

    private static Standing standing(Deployment deployment) {
        return Standing.of(deployment, deployment.warehouse().publications().latest(), deployment.source("orders"));
    }

    /** Publishes what the files state. */
    private static void publish(Deployment deployment) {
        for (List<ViewDefinition> views :
                List.of(deployment.streamedViewsOf("orders"), deployment.batchViewsOf("orders"))) {
            String id = DefinitionSet.idOf(deployment.source("orders"), views, deployment.zone());
            List<View> typed = views.stream().map(StandingTest::typed).toList();
            deployment
                    .warehouse()
                    .saveDefinitions(new DefinitionSet(id, deployment.source("orders"), deployment.zone(), typed));
        }
        SourceState state = new SourceState(
                deployment.definitionSetId("orders"),
                deployment.batchSetId("orders"),
                1,
                Instant.EPOCH,
                Cut.NONE,
                Map.of(),
                Map.of(),
                Map.of());
        PublicationLog log = deployment.warehouse().publications();
        long number = log.latest().number() + 1;
        assertTrue(
                log.create(new Publication(number, Instant.EPOCH, Cause.RECOMPUTE, Map.of("orders", state), Map.of())));
    }

    private static View typed(ViewDefinition view) {
        List<Measure> measures = view.measures().entrySet().stream()
                .map(measure -> new Measure(
                        measure.getKey(),
                        measure.getValue(),
                        measure.getValue().over(measure.getValue().input().isPresent() ? ValueType.STRING : null)))
                .toList();
        return new View(view, List.of(), measures);
    }

    @Test
    void whatTheFilesStateIsUnpublishedThenCurrentThenChangingThenOutdated() throws IOException {
        Deployment first = load();
        assertInstanceOf(Standing.Unpublished.class, standing(first));
        publish(first);
        assertInstanceOf(Standing.Current.class, standing(first));
        write("views/revenue.yaml", REVENUE + "where: region <> 'TEST'\n");
        Deployment second = load();
        Standing.Changing changing = assertInstanceOf(Standing.Changing.class, standing(second));
        assertEquals(first.definitionSetId("orders"), changing.published().definitionSet());
        publish(second);
        assertInstanceOf(Standing.Current.class, standing(second));
        Standing.Outdated outdated = assertInstanceOf(Standing.Outdated.class, standing(first));
        assertEquals(1, outdated.publication());
        publish(first);
        assertInstanceOf(Standing.Current.class, standing(first), "it may come back");
        assertInstanceOf(Standing.Outdated.class, standing(second));
    }

    @Test
    void aViewThatMovesBetweenLayersChangesTheSource() throws IOException {
        publish(load());
        write("views/revenue.yaml", REVENUE + "layers: batch\n");
        Deployment moved = load();
        assertInstanceOf(Standing.Changing.class, standing(moved));
        assertEquals(
                DefinitionSet.segmentsIdOf(moved.source("orders"), moved.views().get(0), moved.zone()),
                DefinitionSet.segmentsIdOf(
                        load().source("orders"), typed(load().views().get(0)).definition(), moved.zone()));
    }

    @Test
    void anotherTimezoneIsRefusedSinceItsDaysBeginElsewhere() throws IOException {
        publish(load());
        write("tidemark.yaml", "version: 1\nname: shop\ntimezone: Asia/Tokyo\n");
        Deployment elsewhere = load();
        RefusedException refused = assertThrows(RefusedException.class, () -> standing(elsewhere));
        assertTrue(refused.getMessage().contains("restore `timezone: UTC`"), refused::getMessage);
    }

    @Test
    void whatTheFilesChangeIsSaidFieldByField() throws IOException {
        assertEquals(List.of(), SourceChange.of(load()));
        publish(load());
        assertEquals(List.of(), SourceChange.of(load()));
        write(
                "views/revenue.yaml",
                "name: revenue\nsource: orders\npane: 5m\nmeasures:\n  orders: count()\n  first: min(region)\n");
        write("views/late.yaml", "name: late\nsource: orders\npane: 1d\nmeasures:\n  orders: count()\n");
        List<String> lines = SourceChange.of(load()).get(0).lines();
        assertEquals(
                List.of(
                        "source orders: view revenue: pane is 5m, was 1m",
                        "source orders: view revenue: measures.regions is dropped, was max(region)",
                        "source orders: view revenue: measures.first is new: min(region)",
                        "source orders: view late is new"),
                lines.subList(0, 4));
        assertTrue(lines.get(4).contains("publication 1 goes on answering"), lines::toString);
    }
}
